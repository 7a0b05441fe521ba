/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/script/script_file.h"
#include "mgmt/mgmtd/session/table.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool script_name_is_valid(const char *name)
{
	size_t length = strlen(name);

	if (!length || length >= SCRIPT_NAME_MAX || *name == '.' || *name == '-')
		return false;
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && !strchr("_-.", *name))
			return false;
	return true;
}

static int fail(const char *name, const char *why, int error, char reason[128])
{
	snprintf(reason, 128, "%.64s: %s", name, why ? why : strerror(-error));
	return error;
}

static int check_name(const char *name, char reason[128])
{
	return script_name_is_valid(name)
	           ? 0
	           : fail(name, "a script's name is letters, digits, '_', '-', '.', at most 63", -EINVAL,
	                  reason);
}

static int open_directory(const char *path)
{
	int directory;

	if (mkdir(path, 0700) && errno != EEXIST)
		return -errno;
	directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return directory < 0 ? -errno : directory;
}

static int read_whole(int file, char **text)
{
	struct stat status;
	size_t done = 0;
	ssize_t got = 1;

	if (fstat(file, &status))
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EINVAL;
	if ((unsigned long long)status.st_size > SCRIPT_LENGTH_MAX)
		return -EFBIG;
	*text = calloc(1, (size_t)status.st_size + 1);
	while (*text && done < (size_t)status.st_size && got > 0) {
		got = read(file, *text + done, (size_t)status.st_size - done);
		if (got > 0)
			done += (size_t)got;
	}
	if (!*text)
		return -ENOMEM;
	if (strlen(*text) == done)
		return 0;
	free(*text);
	*text = NULL;
	return -EINVAL;
}

int script_read(const char *directory, const char *name, char **text, char reason[128])
{
	int error = check_name(name, reason), folder, file;

	*text = NULL;
	if (error)
		return error;
	folder = open_directory(directory);
	if (folder < 0)
		return fail(directory, NULL, folder, reason);
	file = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	error = file < 0 ? -errno : read_whole(file, text);
	if (file >= 0)
		close(file);
	close(folder);
	if (error == -ENOENT)
		return fail(name, "there is no script of that name; 'script' lists them", error, reason);
	return error ? fail(name, error == -EINVAL ? "this is no text" : NULL, error, reason) : 0;
}

static int write_all(int file, const char *text, size_t length)
{
	while (length) {
		ssize_t written = write(file, text, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		text += written;
		length -= (size_t)written;
	}
	return 0;
}

int script_write(const char *directory, const char *name, const char *text, size_t length, char reason[128])
{
	int error = check_name(name, reason), folder, file;

	if (error)
		return error;
	if (length > SCRIPT_LENGTH_MAX)
		return fail(name, "the script would be too long", -EFBIG, reason);
	folder = open_directory(directory);
	if (folder < 0)
		return fail(directory, NULL, folder, reason);
	/* A name with a '.' first cannot be a script's. */
	file = openat(folder, ".new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	error = file < 0 ? -errno : write_all(file, text, length);
	if (file >= 0)
		close(file);
	if (!error && renameat(folder, ".new", folder, name))
		error = -errno;
	if (error)
		unlinkat(folder, ".new", 0);
	close(folder);
	return error ? fail(name, NULL, error, reason) : 0;
}

int script_remove(const char *directory, const char *name, char reason[128])
{
	int error = check_name(name, reason), folder;

	if (error)
		return error;
	folder = open_directory(directory);
	if (folder < 0)
		return fail(directory, NULL, folder, reason);
	if (unlinkat(folder, name, 0))
		error = -errno;
	close(folder);
	if (error == -ENOENT)
		return fail(name, "there is no script of that name; 'script' lists them", error, reason);
	return error ? fail(name, NULL, error, reason) : 0;
}

int script_list(const char *directory, FILE *out)
{
	struct table table = {0};
	struct dirent **entries;
	int folder = open_directory(directory), count;

	if (folder < 0)
		return folder;
	count = scandirat(folder, ".", &entries, NULL, alphasort);
	table_column(&table, "Name");
	table_column(&table, "Size");
	for (int i = 0; i < count; i++) {
		struct stat status;

		if (script_name_is_valid(entries[i]->d_name) &&
		    !fstatat(folder, entries[i]->d_name, &status, AT_SYMLINK_NOFOLLOW) &&
		    S_ISREG(status.st_mode) && !table_row(&table, "")) {
			table_cell(&table, "%s", entries[i]->d_name);
			table_cell(&table, "%lld", (long long)status.st_size);
		}
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	close(folder);
	table_print(&table, 0, out);
	return count < 0 ? -EIO : 0;
}
