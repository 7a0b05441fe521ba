/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_PORT_XDP_TRIAL_H
#define DATAPATH_PORT_XDP_TRIAL_H

/*
 * Binds an AF_XDP socket to a device's queue and closes it again, because DPDK does not tell why it cannot,
 * and is left in disorder by a failure. Returns 0 or the kernel's -errno: -EBUSY where a socket is bound
 * there, or one that was closed is not yet gone. Any thread.
 */
int xdp_trial(int interface, unsigned queue);

#endif
