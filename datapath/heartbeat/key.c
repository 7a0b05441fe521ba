/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/heartbeat/key.h"

#include "lib/heartbeat.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int cluster_key_read(const char *path, const char *label, uint8_t key[32])
{
	uint8_t cluster_key[CLUSTER_KEY_LENGTH + 1];
	int fd = open(path, O_RDONLY | O_CLOEXEC), error = 0;
	ssize_t length;

	if (fd < 0)
		return -errno;
	length = read(fd, cluster_key, sizeof(cluster_key));
	if (length < 0)
		error = -errno;
	else if (length != CLUSTER_KEY_LENGTH)
		error = -EINVAL;
	else
		cluster_derive_key(cluster_key, label, key);
	explicit_bzero(cluster_key, sizeof(cluster_key));
	close(fd);
	return error;
}
