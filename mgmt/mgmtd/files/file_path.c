/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/files/file_path.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
static const char others[] = "-.+=@, ";

const char *file_folder_name(enum file_folder folder)
{
	static const char *const names[FILE_FOLDERS] = {"", "scripts", "crashdumps"};

	return names[folder];
}

bool file_name_is_valid(const char *name)
{
	size_t length = strlen(name);

	if (!length || length >= FILE_NAME_MAX || !strchr(letters, *name) || name[length - 1] == ' ')
		return false;
	for (; *name; name++)
		if (!strchr(letters, *name) && !strchr(others, *name))
			return false;
	return true;
}

/* Wildcards stand for what a name may have. */
static bool pattern_is_valid(const char *pattern)
{
	char name[FILE_NAME_MAX] = "";
	size_t length = strlen(pattern);

	if (length >= sizeof(name))
		return false;
	for (size_t i = 0; i <= length; i++)
		name[i] = pattern[i] == '*' || pattern[i] == '?' ? '_' : pattern[i];
	return file_name_is_valid(name);
}

bool file_name_matches(const char *pattern, const char *name)
{
	const char *after_star = NULL, *from = NULL;

	while (*name) {
		if (*pattern == '*') {
			after_star = ++pattern;
			from = name;
		} else if (*pattern && (*pattern == '?' || *pattern == *name)) {
			pattern++;
			name++;
		} else if (after_star) {
			/* The last '*' takes one more; those before it need not. */
			pattern = after_star;
			name = ++from;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

static int refuse(char reason[MESSAGE_TEXT], int error, const char *why)
{
	snprintf(reason, MESSAGE_TEXT, "%s", why);
	return error;
}

/* One part between slashes; last: there is none behind it. */
static int take_part(struct file_path *path, const char *part, bool last, char reason[MESSAGE_TEXT])
{
	if (!*part || !strcmp(part, "."))
		return 0;
	if (!strcmp(part, ".."))
		return refuse(reason, -EINVAL, "a path cannot have '..'");
	if (path->folder == FILE_ROOT) {
		for (enum file_folder folder = FILE_SCRIPTS; folder < FILE_FOLDERS; folder++)
			if (!strcmp(part, file_folder_name(folder))) {
				path->folder = folder;
				return 0;
			}
	}
	if (!pattern_is_valid(part))
		return refuse(reason, -EINVAL,
		              "a file's name is letters, digits, blanks and _-.+=@, and begins with a "
		              "letter, a digit or '_'; at most 127 characters");
	if (!last)
		return refuse(reason, -ENOENT,
		              "there is no such folder; there are /, /scripts and /crashdumps");
	strcpy(path->name, part);
	path->pattern = strpbrk(part, "*?") != NULL;
	return 0;
}

int file_path_parse(const char *text, struct file_path *out, char reason[MESSAGE_TEXT])
{
	char copy[FILE_PATH_MAX], *rest = copy, *part;
	int error = 0;

	*out = (struct file_path){.folder = FILE_ROOT};
	if (strlen(text) >= sizeof(copy))
		return refuse(reason, -EINVAL, "the path is too long");
	strcpy(copy, text);
	while (!error && (part = strsep(&rest, "/")))
		error = take_part(out, part, !rest, reason);
	return error;
}

const char *file_path_print(const struct file_path *path, char text[FILE_PATH_MAX])
{
	const char *folder = file_folder_name(path->folder);

	snprintf(text, FILE_PATH_MAX, "/%s%s%s", folder, *folder && *path->name ? "/" : "", path->name);
	return text;
}
