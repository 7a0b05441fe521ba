/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_HEARTBEAT_HEARTBEAT_H
#define DATAPATH_HEARTBEAT_HEARTBEAT_H

/*
 * Heartbeats on Sync and Critical interfaces (C22-013, C22-022, C22-023). On Critical ones they go through a
 * worker, so they show that forwarding lives; on Sync ones, which the kernel keeps, through a packet socket.
 * A thread of their own sends and judges them (beat.c); this is the control thread's side.
 */

#include "datapath/core/datapath.h"
#include "datapath/heartbeat/judge.h"

int heartbeat_start(void);
void heartbeat_stop(void);
/* A new policy is in force. Returns 0 or -errno. */
int heartbeat_configure(const struct policy *policy);

/*
 * Takes what the heartbeat thread found: tells clusterd of the peer, and stops this node where it stood still. To be called
 * before anything else whenever the thread wakes, and between two steps of work that takes long.
 */
void heartbeat_collect(void);
/* What heartbeats say of this node may have changed: sends them at once where it did. */
void heartbeat_changed(void);
/* The last ones: this node is not active any more, the peer shall be. */
void heartbeat_farewell(void);
/* Once a second: the key, sockets of devices that came back, counts. */
void heartbeat_second(void);

/* Heartbeats are being sent. */
bool heartbeat_running(void);
/* See judge_hearing. */
enum judge_hearing heartbeat_hearing(uint16_t interface);
/*
 * The peer's own Ethernet address on an interface, or on the device of a VLAN, whose HAEthernetAddressMode is InterfaceMAC. False
 * where it is not known yet, or another mode is set.
 */
bool heartbeat_peer_mac(uint16_t interface, struct mac_address *out);
/* Whether it is that one. */
bool heartbeat_is_peer_mac(uint16_t interface, const struct mac_address *mac);
/* From now on heartbeats on the interface say that the peer is not heard there, or that it is. */
void heartbeat_set_deaf(uint16_t interface, bool deaf);
/* Sends clusterd the verdict whether it changed or not. */
void heartbeat_report(void);

#endif
