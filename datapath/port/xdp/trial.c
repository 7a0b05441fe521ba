/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/port/xdp/trial.h"

#include <errno.h>
#include <linux/if_xdp.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define FRAME  4096
#define FRAMES 4

static int try_to_bind(int fd, void *memory, int interface, unsigned queue)
{
	const struct xdp_umem_reg registration = {
	    .addr = (uintptr_t)memory, .len = FRAME * FRAMES, .chunk_size = FRAME};
	const struct sockaddr_xdp address = {
	    .sxdp_family = AF_XDP, .sxdp_ifindex = (uint32_t)interface, .sxdp_queue_id = queue};
	static const int rings[] = {XDP_UMEM_FILL_RING, XDP_UMEM_COMPLETION_RING, XDP_RX_RING};
	const int entries = FRAMES;

	if (setsockopt(fd, SOL_XDP, XDP_UMEM_REG, &registration, sizeof(registration)) < 0)
		return -errno;
	for (size_t i = 0; i < sizeof(rings) / sizeof(rings[0]); i++) {
		if (setsockopt(fd, SOL_XDP, rings[i], &entries, sizeof(entries)) < 0)
			return -errno;
	}
	return bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;
}

int xdp_trial(int interface, unsigned queue)
{
	int fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0), error;
	void *memory;

	if (fd < 0)
		return -errno;
	memory = mmap(NULL, FRAME * FRAMES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	error = memory == MAP_FAILED ? -errno : try_to_bind(fd, memory, interface, queue);
	close(fd);
	if (memory != MAP_FAILED)
		munmap(memory, FRAME * FRAMES);
	return error;
}
