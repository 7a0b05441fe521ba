/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/core/packet_buffer.h"

#include "lib/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SIZE_MIN       1522 /* an MTU of 1500 */
#define SIZE_MAX_BYTES 9216
#define OVERHEAD       22 /* Ethernet's header, a tag, the check sequence */

static uint32_t kept(void)
{
	char text[16] = "";
	int fd = open(PATH_PACKET_BUFFER, O_RDONLY | O_CLOEXEC);
	unsigned long size = 0;

	if (fd < 0)
		return 0;
	if (read(fd, text, sizeof(text) - 1) > 0)
		size = strtoul(text, NULL, 10);
	close(fd);
	return size >= SIZE_MIN && size <= SIZE_MAX_BYTES ? (uint32_t)size : 0;
}

uint32_t packet_buffer_mtu(void)
{
	uint32_t size = kept();

	return size ? size - OVERHEAD : 0;
}

static int write_file(const char *path, uint32_t size)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%u\n", size), error = 0;
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0)
		return -errno;
	if (write(fd, text, (size_t)length) != length || fsync(fd) < 0)
		error = errno ? -errno : -EIO;
	close(fd);
	return error;
}

int packet_buffer_keep(uint32_t size)
{
	static const char temporary[] = PATH_PACKET_BUFFER ".new";
	int error;

	if (!size || size == kept() || (size == SIZE_MIN && !kept()))
		return 0;
	error = write_file(temporary, size);
	if (!error && rename(temporary, PATH_PACKET_BUFFER) < 0)
		error = -errno;
	return error;
}
