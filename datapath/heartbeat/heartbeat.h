/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_HEARTBEAT_HEARTBEAT_H
#define DATAPATH_HEARTBEAT_HEARTBEAT_H

/*
 * Heartbeats on Sync and Critical interfaces (C22-013, C22-022, C22-023). On Critical ones they go through a
 * worker, so they show that forwarding lives; on Sync ones, which the kernel keeps, through a packet socket.
 * Control thread.
 */

#include "datapath/core/datapath.h"
#include "datapath/heartbeat/judge.h"

int heartbeat_start(void);
void heartbeat_stop(void);
/* A new policy is in force. Returns 0 or -errno. */
int heartbeat_configure(const struct policy *policy);

/* A heartbeat frame that came in through a worker; takes it. */
void heartbeat_receive(struct rte_mbuf *mbuf);
/* Sends where an interval has passed. */
void heartbeat_send_due(void);
/* Sends now, what this node is having changed. */
void heartbeat_send_now(void);
/* The last ones: this node is not active any more, the peer shall be. */
void heartbeat_farewell(void);
/* Once a second: the key, sockets of devices that came back, counts. */
void heartbeat_second(void);

/* The node stood still in between and heard nothing. */
void heartbeat_excuse(uint64_t from, uint64_t until);
/* Heartbeats are being sent. */
bool heartbeat_running(void);
/* See judge_peer_hears_us. */
bool heartbeat_peer_hears_us(void);
/* See judge_hearing. */
enum judge_hearing heartbeat_hearing(uint16_t interface);
/* From now on heartbeats on the interface say that the peer is not heard there, or that it is. */
void heartbeat_set_deaf(uint16_t interface, bool deaf);
/* Sends clusterd the verdict whether it changed or not. */
void heartbeat_report(void);

#endif
