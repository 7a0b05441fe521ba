/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_WATCH_WATCH_H
#define DATAPATH_WATCH_WATCH_H

/*
 * Watches of one client at a time (lib/messages/watch.h). Workers put events into rings of a fixed size; what finds no
 * room, or is more than the watch's rate, is left out and told. Control thread.
 */

#include "lib/ipc.h"
#include "lib/messages/watch.h"

#include <rte_mbuf.h>
#include <stdbool.h>

/* Answers by MESSAGE_WATCH_STATE: -EINVAL for what is no watch or an id in use, -EBUSY where another client watches, -ENOSPC, -ENOMEM. */
void watch_start(struct ipc_connection *connection, const struct message_watch_start *start);
/* The answer follows what was seen before. An id that is not in use is answered at once. */
void watch_stop(struct ipc_connection *connection, uint32_t id);
/* The client has gone, and its watches with it. */
void watch_closed(const struct ipc_connection *connection);
/* Sends what workers have seen, as far as the client reads. */
void watch_drain(void);
/* Once a second: tells what was left out. */
void watch_second(void);
/* Has a packet that is about to be given to a worker followed as number `packet` of that watch. No such watch: nothing happens. */
void watch_mark(struct rte_mbuf *mbuf, uint32_t id, uint32_t packet);

#endif
