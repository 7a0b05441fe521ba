/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/files/file_read.h"
#include "lib/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The folder is one administrators write to: links in it lead nowhere. */
int file_read_text(const char *name, char *text, size_t size)
{
	char path[sizeof(PATH_FILES) + 256];
	struct stat status;
	ssize_t got;
	int fd;

	if (!*name || *name == '.' || strchr(name, '/') || strlen(name) > 255)
		return -ENOENT;
	snprintf(path, sizeof(path), PATH_FILES "/%s", name);
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &status) || !S_ISREG(status.st_mode) || status.st_size >= (off_t)size) {
		close(fd);
		return -EFBIG;
	}
	got = read(fd, text, size - 1);
	close(fd);
	if (got < 0)
		return -EIO;
	text[got] = 0;
	return strlen(text) == (size_t)got ? 0 : -EBADMSG;
}
