/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/files/mib_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME      "HADRIAN-TRAPS-MIB.mib"
#define BYTES_MAX 65536

int mib_file_provide(const struct file_store *store, char reason[MESSAGE_TEXT])
{
	const char *directory = getenv("HADRIAN_MIB_DIR");
	struct file_path path = {.folder = FILE_ROOT, .name = NAME};
	char from[256], bytes[BYTES_MAX];
	ssize_t length = -1;
	int fd, error;

	snprintf(from, sizeof(from), "%s/%s", directory ? directory : HADRIAN_MIB_DIR, NAME);
	fd = open(from, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		length = read(fd, bytes, sizeof(bytes));
	error = fd < 0 || length < 0 ? -errno : length == (ssize_t)sizeof(bytes) ? -EFBIG : 0;
	if (fd >= 0)
		close(fd);
	if (error) {
		snprintf(reason, MESSAGE_TEXT, "%.200s: %s", from, strerror(-error));
		return error;
	}
	return file_store_write(store, &path, bytes, (size_t)length, reason);
}
