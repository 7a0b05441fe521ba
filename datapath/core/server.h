/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_CORE_SERVER_H
#define DATAPATH_CORE_SERVER_H

/* The IPC server of the datapath (lib/messages/type.h); its clients are clusterd and mgmtd. Control thread. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Returns 0 or -errno with the reason. */
int server_start(char reason[256]);
void server_stop(void);

/* A message to every client: each ignores what is not for it. */
void server_send_all(uint32_t type, const void *body, size_t length);
/*
 * Records and counts to the connection that wants them. Returns 0; -EAGAIN where enough waits for it already
 * (mirror_writable is called when it has gone); -ENOTCONN.
 */
int server_send_mirror(uint32_t type, const void *body, size_t length);
/* A connection is there that has said what this node is to be. */
bool server_has_cluster(void);

#endif
