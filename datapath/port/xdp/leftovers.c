/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/port/xdp/leftovers.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static bool is_ours(int fd)
{
	char path[32], target[32];
	socklen_t size = sizeof(int);
	ssize_t length;
	int domain;

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0)
		return domain == AF_XDP;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	length = readlink(path, target, sizeof(target) - 1);
	if (length < 0)
		return false;
	target[length] = '\0';
	return strcmp(target, "anon_inode:bpf-map") == 0 || strcmp(target, "anon_inode:bpf-prog") == 0 ||
	       strcmp(target, "anon_inode:btf") == 0;
}

static bool holds(const struct xdp_descriptors *list, int fd)
{
	for (unsigned i = 0; i < list->count; i++) {
		if (list->fd[i] == fd)
			return true;
	}
	return false;
}

void xdp_descriptors_new(const struct xdp_descriptors *before, struct xdp_descriptors *out)
{
	DIR *directory = opendir("/proc/self/fd");
	struct dirent *entry;

	out->count = 0;
	if (!directory)
		return;
	while ((entry = readdir(directory)) && out->count < XDP_DESCRIPTORS_MAX) {
		int fd = atoi(entry->d_name);

		if (entry->d_name[0] != '.' && fd != dirfd(directory) && is_ours(fd) && !holds(before, fd))
			out->fd[out->count++] = fd;
	}
	closedir(directory);
}

void xdp_descriptors_list(struct xdp_descriptors *out)
{
	static const struct xdp_descriptors none;

	xdp_descriptors_new(&none, out);
}

void xdp_descriptors_close(struct xdp_descriptors *list)
{
	for (unsigned i = 0; i < list->count; i++) {
		if (is_ours(list->fd[i]))
			close(list->fd[i]);
	}
	list->count = 0;
}
