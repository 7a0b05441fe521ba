/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_PORT_XDP_LEFTOVERS_H
#define DATAPATH_PORT_XDP_LEFTOVERS_H

/*
 * DPDK's AF_XDP driver does not close the sockets of a port that it closes, so that the kernel keeps the
 * device's queues bound to them, nor the program and its map. This finds the descriptors of a port when it is
 * opened, and closes those that are left when DPDK is done with it. Control thread, which alone opens such
 * descriptors.
 */

#define XDP_DESCRIPTORS_MAX 64

struct xdp_descriptors {
	unsigned count;
	int fd[XDP_DESCRIPTORS_MAX];
};

/* The AF_XDP sockets, BPF programs, maps and type descriptions that this process has open. */
void xdp_descriptors_list(struct xdp_descriptors *out);
/* What is open now and was not in before. */
void xdp_descriptors_new(const struct xdp_descriptors *before, struct xdp_descriptors *out);
/* Closes those of the list that are still such descriptors. */
void xdp_descriptors_close(struct xdp_descriptors *list);

#endif
