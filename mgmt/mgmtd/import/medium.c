/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/import/medium.h"
#include "mgmt/mgmtd/backup/storage_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LENGTH_MAX  (8u << 20)
#define FOLDERS_MAX 64

/* The words of the documents differ by a full stop. */
static const char *const rescue[] = {"Rescue Config", "Rescue Config."};

static int open_folder(int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	return fd < 0 ? -errno : fd;
}

static int read_whole(int fd, char **bytes, size_t *length)
{
	struct stat status;
	ssize_t got;

	*length = 0;
	if (fstat(fd, &status))
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EINVAL;
	if (status.st_size > (off_t)LENGTH_MAX)
		return -EFBIG;
	*bytes = malloc((size_t)status.st_size + 1);
	if (!*bytes)
		return -ENOMEM;
	while (*length < (size_t)status.st_size) {
		got = read(fd, *bytes + *length, (size_t)status.st_size - *length);
		if (got > 0)
			*length += (size_t)got;
		else if (!got || errno != EINTR)
			break;
	}
	(*bytes)[*length] = 0;
	if (*length == (size_t)status.st_size)
		return 0;
	free(*bytes);
	*bytes = NULL;
	return -EIO;
}

/* Returns 0, -ENOENT, or -errno; the name is behind the path of what was looked for. */
static int read_file(int folder, const char *name, struct medium_file *out)
{
	size_t length = strlen(out->path);
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK), error;

	if (fd < 0 && errno == ENOENT)
		return -ENOENT;
	snprintf(out->path + length, sizeof(out->path) - length, "/%s", name);
	if (fd < 0)
		return -errno;
	error = read_whole(fd, &out->bytes, &out->length);
	close(fd);
	return error;
}

static int look_in_rescue(int folder, const char *serial, struct medium_file *out)
{
	static const char *const ends[] = {".atv", ".atv.p7e"};
	const char *const starts[] = {*serial ? serial : NULL, "preconfig"};
	int error = -ENOENT;
	struct stat status;

	if (!fstatat(folder, "preconfig.sh", &status, AT_SYMLINK_NOFOLLOW))
		out->script = true;
	for (size_t i = 0; i < 4 && error == -ENOENT; i++) {
		char name[MEDIUM_SERIAL_MAX + 16];

		if (!starts[i / 2])
			continue;
		snprintf(name, sizeof(name), "%s%s", starts[i / 2], ends[i % 2]);
		error = read_file(folder, name, out);
	}
	return error;
}

static int look_in_medium(int medium, const char *serial, struct medium_file *out)
{
	char path[MEDIUM_PATH_MAX];
	int error = -ENOENT;

	snprintf(path, sizeof(path), "%s", out->path);
	for (size_t i = 0; i < 2 && error == -ENOENT; i++) {
		int folder = open_folder(medium, rescue[i]);

		if (folder < 0)
			continue;
		snprintf(out->path, sizeof(out->path), "%.400s/%s", path, rescue[i]);
		error = look_in_rescue(folder, serial, out);
		close(folder);
	}
	if (error != -ENOENT)
		return error;
	snprintf(out->path, sizeof(out->path), "%s", path);
	return read_file(medium, STORAGE_FILE, out);
}

static int is_medium(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Every folder of one of those where media are mounted. */
static int look_in(const char *where, const char *serial, struct medium_file *out)
{
	struct dirent **names = NULL;
	int parent = open_folder(AT_FDCWD, where), error = -ENOENT, count;

	if (parent < 0)
		return -ENOENT;
	count = scandir(where, &names, is_medium, alphasort);
	for (int i = 0; i < count; i++) {
		int medium = error == -ENOENT && i < FOLDERS_MAX ? open_folder(parent, names[i]->d_name) : -1;

		if (medium >= 0) {
			snprintf(out->path, sizeof(out->path), "%.100s/%.255s", where, names[i]->d_name);
			error = look_in_medium(medium, serial, out);
			close(medium);
		}
		free(names[i]);
	}
	free(names);
	close(parent);
	return error;
}

int medium_find(const char *const folders[], const char *serial, struct medium_file *out)
{
	int error = -ENOENT;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; folders[i] && error == -ENOENT; i++)
		error = look_in(folders[i], serial, out);
	return error;
}

static bool read_serial(const char *path, char serial[MEDIUM_SERIAL_MAX])
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	FILE *file = fopen(path, "re");

	serial[0] = 0;
	if (file && !fgets(serial, MEDIUM_SERIAL_MAX, file))
		serial[0] = 0;
	if (file)
		fclose(file);
	serial[strcspn(serial, "\r\n")] = 0;
	return *serial && strspn(serial, allowed) == strlen(serial);
}

void medium_serial(const char *state_directory, char serial[MEDIUM_SERIAL_MAX])
{
	char path[300];

	snprintf(path, sizeof(path), "%s/serial", state_directory);
	if (!read_serial(path, serial) && !read_serial("/sys/class/dmi/id/product_serial", serial))
		serial[0] = 0;
}
