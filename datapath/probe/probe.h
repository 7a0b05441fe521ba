/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_PROBE_PROBE_H
#define DATAPATH_PROBE_PROBE_H

/*
 * Probes (lib/messages/probe.h): packets of the firewall's own, or as if they had come in, that take the way of all
 * others. The answers to its own are taken here, before the host gets them. Control thread.
 */

#include "lib/ipc.h"
#include "lib/messages/probe.h"

#include <rte_mbuf.h>
#include <stdbool.h>

/* Answers by MESSAGE_PROBE_EVENT: PROBE_SENT or PROBE_REFUSED, then what comes back. */
void probe_start(struct ipc_connection *connection, const struct message_probe_start *start);
/* Nothing more is told of it. An id that is not in use is fine. */
void probe_stop(const struct ipc_connection *connection, uint32_t id);
/* The client has gone, and its probes with it. */
void probe_closed(const struct ipc_connection *connection);
/* A packet for the host, data at its IP header. True where it answers a probe: then it is freed. */
bool probe_take(struct rte_mbuf *mbuf);
/* Once a second: ends probes that nobody has stopped. */
void probe_second(void);

#endif
