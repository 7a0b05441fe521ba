/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_JSON_H
#define MGMT_MGMTD_JSON_H

/*
 * Writes JSON (RFC 8259), one member a line. A member has a name inside an object; the name is NULL inside an
 * array and at the top. What is written is well-formed whatever the texts hold: bytes that are no UTF-8 become
 * U+FFFD. One thread.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Begins as {.out = stream}; ends balanced, then json_finish. */
struct json {
	FILE *out;
	unsigned depth;
	bool filled; /* what is open has a member already */
};

/* '{' or '['. */
void json_open(struct json *json, const char *name, char bracket);
/* '}' or ']'. */
void json_close(struct json *json, char bracket);
void json_text(struct json *json, const char *name, const char *text);
void json_number(struct json *json, const char *name, uint64_t number);
void json_null(struct json *json, const char *name);
/* The end of the last line. */
void json_finish(struct json *json);

#endif
