/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_SCRIPT_FILE_H
#define MGMT_MGMTD_SCRIPT_FILE_H

/* The scripts of this node: files of PATH_SCRIPTS, which are gone after a restart of the system (C02-053). */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define PATH_SCRIPTS      "/run/hadrian/scripts"
#define SCRIPT_LENGTH_MAX (8u << 20) /* bytes */
#define SCRIPT_NAME_MAX   64         /* with its NUL */

/* Letters, digits, '_', '-' and '.', not first a '.' or '-'. */
bool script_name_is_valid(const char *name);
/*
 * Reads a script whole (NUL-terminated, free). Returns 0, or -errno with the reason: -ENOENT, -EINVAL (the
 * name, or no text), -EFBIG...
 */
int script_read(const char *directory, const char *name, char **text, char reason[128]);
/* Writes a script, replacing one of that name at once or not at all. Returns 0 or -errno with the reason. */
int script_write(const char *directory, const char *name, const char *text, size_t length, char reason[128]);
/* Returns 0 or -errno with the reason. */
int script_remove(const char *directory, const char *name, char reason[128]);
/* Prints names and sizes in bytes, by name (C02-059). Returns 0 or -errno. */
int script_list(const char *directory, FILE *out);

#endif
