/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/heartbeat/sync_socket.h"

#include "datapath/port/kernel_device.h"
#include "lib/heartbeat.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <sys/socket.h>
#include <unistd.h>

static int attach(int fd, int index)
{
	struct sockaddr_ll address = {
	    .sll_family = AF_PACKET, .sll_protocol = htons(HEARTBEAT_ETHERTYPE), .sll_ifindex = index};
	/* Heartbeats are sent to an address that is no device's (C22-022). */
	struct packet_mreq promiscuous = {.mr_ifindex = index, .mr_type = PACKET_MR_PROMISC};

	if (setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promiscuous, sizeof(promiscuous)) < 0)
		return -errno;
	return bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;
}

int sync_socket_open(const char *device, int *index)
{
	struct kernel_device kernel;
	int error = kernel_device_read(device, &kernel), fd;

	if (error)
		return error;
	/* Protocol 0: nothing is received before it is bound to its device. */
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	error = attach(fd, kernel.index);
	if (error) {
		close(fd);
		return error;
	}
	*index = kernel.index;
	return fd;
}

int sync_socket_send(int fd, const void *frame, size_t length)
{
	return send(fd, frame, length, MSG_DONTWAIT) < 0 ? -errno : 0;
}

ssize_t sync_socket_receive(int fd, void *frame, size_t size)
{
	for (;;) {
		struct sockaddr_ll from = {0};
		socklen_t from_length = sizeof(from);
		ssize_t length =
		    recvfrom(fd, frame, size, MSG_DONTWAIT, (struct sockaddr *)&from, &from_length);

		if (length < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : -errno;
		if (length > 0 && from.sll_pkttype != PACKET_OUTGOING)
			return length;
	}
}
