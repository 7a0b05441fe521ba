/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/engine/state_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define NEW ".new" /* no name of anything else */

static int open_directory(const char *path)
{
	int directory;

	if (mkdir(path, 0700) && errno != EEXIST)
		return -errno;
	directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return directory < 0 ? -errno : directory;
}

static int write_new(int directory, const void *bytes, size_t length)
{
	int fd = openat(directory, NEW, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
	int error = 0;

	if (!file) {
		error = -errno;
		if (fd >= 0)
			close(fd);
		return error;
	}
	if (fwrite(bytes, 1, length, file) != length || fflush(file) || fsync(fd))
		error = errno ? -errno : -EIO;
	if (fclose(file) && !error)
		error = -errno;
	return error;
}

int state_file_save(const char *directory, const char *name, const void *bytes, size_t length)
{
	int folder = open_directory(directory), error;

	if (folder < 0)
		return folder;
	error = write_new(folder, bytes, length);
	if (!error && (renameat(folder, NEW, folder, name) || fsync(folder)))
		error = -errno;
	if (error)
		unlinkat(folder, NEW, 0);
	close(folder);
	return error;
}

static int read_whole(FILE *file, size_t max, char **bytes, size_t *length)
{
	struct stat status;

	if (fstat(fileno(file), &status))
		return -errno;
	if (!S_ISREG(status.st_mode) || (unsigned long long)status.st_size > max)
		return -EFBIG;
	*bytes = malloc((size_t)status.st_size + 1);
	if (!*bytes)
		return -ENOMEM;
	*length = fread(*bytes, 1, (size_t)status.st_size, file);
	(*bytes)[*length] = 0;
	return 0;
}

int state_file_load(const char *directory, const char *name, size_t max, char **bytes, size_t *length)
{
	int folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd, error;
	FILE *file;

	*bytes = NULL;
	*length = 0;
	if (folder < 0)
		return -errno;
	fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	error = fd < 0 ? -errno : 0;
	close(folder);
	if (error)
		return error;
	file = fdopen(fd, "r");
	if (!file) {
		close(fd);
		return -ENOMEM;
	}
	error = read_whole(file, max, bytes, length);
	fclose(file);
	return error;
}
