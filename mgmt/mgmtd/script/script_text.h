/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_SCRIPT_TEXT_H
#define MGMT_MGMTD_SCRIPT_TEXT_H

/* The variables of a script's lines (C02-054, C02-055). The text may be anything; pure functions, any thread. */

#include <stddef.h>
#include <stdio.h>

/*
 * Replaces $0..$n by arguments[0..count-1]; \$ stays for line_parse, which makes a dollar sign of it. A value
 * that would not be read as one word again is quoted, so it can neither add words nor end a line. Comments
 * stay as they are. Returns 0 and *out (NUL-terminated, free), or -EINVAL, -E2BIG, -ENOMEM with what is wrong
 * in reason.
 */
int script_expand(const char *line, const char *const arguments[], size_t count, char **out,
                  char reason[128]);

/*
 * All lines of a script, each with its NUL behind it, into *out (free). text is cut at its newlines meanwhile. Returns 0, or as
 * script_expand with the number of the line that is wrong.
 */
int script_expand_lines(char *text, const char *const arguments[], size_t count, char **out, size_t *length,
                        unsigned *number, char reason[128]);

/* Writes a value as line_parse and script_expand read it back: quoted where that is needed. */
void script_write_value(const char *value, FILE *out);

#endif
