/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_PROBE_RUNNING_H
#define DATAPATH_PROBE_RUNNING_H

/* A probe that is under way: its packets (send.c), and what comes back (answer.c). Control thread. */

#include "datapath/core/datapath.h"
#include "datapath/probe/packet.h"
#include "lib/ipc.h"
#include "lib/messages/probe.h"

struct probe {
	struct ipc_connection *connection;
	uint32_t id, watch;
	uint16_t interface;
	struct probe_packet packet; /* the next one to send */
	bool connected;             /* TCP */
	uint64_t started;
	uint16_t length;
	uint8_t payload[PROBE_LENGTH_MAX];
};

/* Tells the client: of the probe's own packet, or of an answer. */
void probe_tell(const struct probe *probe, enum probe_event_kind kind, const struct probe_answer *answer);

/* A packet as Linux's go: routed, with a flow, asked no rules. Returns 0 or -errno. */
int probe_send(const struct probe *probe, const struct probe_packet *packet);
/*
 * The probe's packet as a neighbour's come: in a frame, of a VLAN with its tags, for the address that traffic goes to.
 * Returns 0 or -errno.
 */
int probe_send_simulated(const struct probe *probe, const struct port *port);
/* A segment of the probe's connection with so many bytes of its payload; its sequence number goes on by them. */
void probe_send_segment(struct probe *probe, uint8_t flags, uint16_t length);

/* Whether a packet is of the other end of the probe. */
bool probe_is_answer(const struct probe *probe, const struct probe_packet *packet);
/* A segment of the other end: told and acknowledged. True where nothing more is to come. */
bool probe_take_segment(struct probe *probe, const struct probe_answer *answer);

#endif
