/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_FILE_PATH_H
#define MGMT_MGMTD_FILE_PATH_H

/*
 * Paths of the administrator's files (C02-066): the root with backups, certificates, licences and the like, and the
 * folders "scripts" and "crashdumps" in it. Nothing of a path is ever a path of the system. Pure functions.
 */

#include "lib/messages/file.h"
#include "lib/messages/type.h"

#include <stdbool.h>

#define FILE_NAME_MAX 128 /* with its NUL */

enum file_folder { FILE_ROOT, FILE_SCRIPTS, FILE_CRASHDUMPS, FILE_FOLDERS };

struct file_path {
	enum file_folder folder;
	char name[FILE_NAME_MAX]; /* "": the folder itself */
	bool pattern;             /* the name has wildcards, '*' and '?' */
};

/*
 * Reads "x", "./x", "/x", "scripts", "/scripts/x", "*.bkp" ... Any text is safe to give. Returns 0; -EINVAL for what
 * cannot be a path, -ENOENT where there is no such folder, with the reason.
 */
int file_path_parse(const char *text, struct file_path *out, char reason[MESSAGE_TEXT]);
/* "/", "/x", "/scripts/x". Returns text. */
const char *file_path_print(const struct file_path *path, char text[FILE_PATH_MAX]);
/* Letters, digits, blanks and "_-.+=@,"; first a letter, a digit or '_'; at most FILE_NAME_MAX - 1 bytes. */
bool file_name_is_valid(const char *name);
/* '*' is any text, '?' any character. */
bool file_name_matches(const char *pattern, const char *name);
/* "scripts", "crashdumps", "" for the root. */
const char *file_folder_name(enum file_folder folder);

#endif
