/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_IPC_SOCKET_H
#define LIB_IPC_SOCKET_H

/* The system calls under lib/ipc.h: one message is one SOCK_SEQPACKET datagram. Used by lib/ only; any
 * thread. */

#include "lib/ipc.h"

/* A non-blocking listening socket at path (replacing one that is there), or -errno. */
int ipc_socket_listen(const char *path, mode_t mode);
/* Room for several large messages in the kernel. */
void ipc_socket_tune(int fd);
void ipc_socket_set_nonblocking(int fd);
/* Sends one message. Returns 0, -EAGAIN, or another -errno where the connection is broken. */
int ipc_socket_send(int fd, uint32_t type, const void *body, size_t length, int passed_fd);
/*
 * Receives one message into buffer (IPC_BODY_MAX bytes). Returns 1; 0 at the end; -EAGAIN; -EBADMSG where it
 * is cut short or has no header (the caller closes).
 */
int ipc_socket_receive(int fd, void *buffer, struct ipc_message *out);

#endif
