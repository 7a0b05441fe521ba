/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_ATV_FILE_H
#define MGMT_MGMTD_ATV_FILE_H

/*
 * Configuration profiles of the older family of devices, "*.atv" (MA-038): lines NAME = "value", comments that begin with
 * "//", and a last comment that closes the data. A row of a table is TABLE:n, counted from 0, and a column of it TABLE:n.COLUMN; rows
 * may hold tables. Pure functions; any bytes are safe to give.
 */

#include <stdbool.h>
#include <stddef.h>

#define ATV_LENGTH_MAX    (4u << 20)
#define ATV_VARIABLES_MAX 65536
#define ATV_NAME_MAX      128 /* with its NUL */
#define ATV_VALUE_MAX     8192
#define ATV_REASON        256
#define ATV_END           "// End of configuration profile"

struct atv_variable {
	const char *name; /* "NTP_SERVERS:0.NTP_SERVER" */
	const char *value;
	unsigned line; /* from 1 */
	bool used;     /* the reader's: its value has gone into the configuration */
};

struct atv {
	size_t count;
	struct atv_variable *variable; /* in the order of the file */
	struct atv_variable **sorted;  /* by name */
	char *text;                    /* that names and values are in */
	size_t size;
};

/*
 * Reads a profile; signature lines behind its end are skipped (signed_profile.h looks at them). Returns 0 and *out (atv_free), or
 * -EBADMSG with the line, the column and what is wrong there, or -ENOMEM.
 */
int atv_parse(const char *bytes, size_t length, struct atv *out, char reason[ATV_REASON]);
/* Wipes and frees it. */
void atv_free(struct atv *atv);
/* Whether it is such a profile rather than anything else, by its content alone: the first line that is no comment. */
bool atv_is_profile(const char *bytes, size_t length);
/* The variable of that name, or NULL. */
struct atv_variable *atv_find(const struct atv *atv, const char *name);
/* Whether that is how a variable may be named. */
bool atv_name_is_valid(const char *name);
/* A profile of one variable; the caller frees it. NULL where the name or the value cannot be of one, or memory is short. */
char *atv_write(const char *name, const char *value);

#endif
