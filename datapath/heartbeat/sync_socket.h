/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_HEARTBEAT_SYNC_SOCKET_H
#define DATAPATH_HEARTBEAT_SYNC_SOCKET_H

/* Packet sockets for heartbeat frames on devices that the kernel keeps. Control thread. */

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * A non-blocking socket that takes frames of HEARTBEAT_ETHERTYPE from one device, whatever their destination.
 * Returns it or -errno; *index is the kernel's of the device.
 */
int sync_socket_open(const char *device, int *index);
/* Returns 0 or -errno. */
int sync_socket_send(int fd, const void *frame, size_t length);
/* One frame that another host sent. Returns its length, 0 where none waits, or -errno (the device has gone).
 */
ssize_t sync_socket_receive(int fd, void *frame, size_t size);

#endif
