/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_WATCH_TABLE_H
#define DATAPATH_WATCH_TABLE_H

/*
 * Watches as workers see them: a table that the control thread swaps under RCU, as policies are. Where there is one, a
 * worker puts a function of its own in front of its graph's nodes; where there is none its graph is as it was made, and
 * packets pay nothing.
 */

#include "datapath/capture/ring.h"
#include "datapath/worker/state.h"
#include "lib/messages/watch.h"

#include <rte_mbuf_dyn.h>

struct watch {
	uint32_t id;
	uint32_t kind; /* enum watch_kind */
	uint32_t packets_max, rate;
	struct flow_filter filter;
	_Atomic uint32_t packets; /* followed so far */
	/* Each written by one worker. */
	struct {
		uint64_t left_out;
		uint32_t tokens, tick;
	} of[WORKERS_MAX];
};

struct watch_worker {
	struct capture_ring *ring; /* of records with a struct watch_event behind each */
	void **packets;            /* room for a node's vector, however long */
};

struct watch_table {
	uint32_t serial;                     /* no two have the same, 0 is none */
	bool rules;                          /* there is one of WATCH_RULES */
	bool packets;                        /* there is one of another kind */
	struct watch *slot[WATCHES_MAX + 1]; /* 0 is not used */
	struct watch_worker worker[WORKERS_MAX];
};

/* The flag of packets that are followed. A field of them says by which watch (bits 12 to 15) and as which of its packets. */
extern uint64_t watch_flag;
extern int watch_field;

static inline uint16_t *watch_trace(struct rte_mbuf *mbuf)
{
	return RTE_MBUF_DYNFIELD(mbuf, watch_field, uint16_t *);
}

#define WATCH_TRACE(slot, packet) ((uint16_t)((slot) << 12 | ((packet)&0xfff)))
#define WATCH_SLOT(trace)         ((trace) >> 12)
#define WATCH_PACKET(trace)       ((trace)&0xfffu)

/* Before the first table: keeps what the nodes of graphs do by themselves. Control thread. Returns 0 or -errno. */
int watch_prepare(struct rte_graph *graph);
/* The table is another than in the walk before: nodes are watched or left alone accordingly. Worker thread. */
void watch_switch(struct worker_state *state);

/* --- watch/describe.c: what an event says of a packet. Worker thread.
 * ---------------------------------------------------- */

/* Whether the data of packets in that node begins at the Ethernet header. */
bool watch_has_frames(const struct rte_node *node);
/* Whether packets come into the graph by that node. */
bool watch_is_entrance(const struct rte_node *node);
/* The interface that a frame comes in by, behind its VLAN tags; where they name none, as far as they are known. */
uint16_t watch_interface(const struct worker_state *state, struct rte_mbuf *mbuf);
/* The ends of a packet, and its length; protocol 0 where it is no IP. */
void watch_read(struct rte_mbuf *mbuf, bool frame, struct flow_ends *out, uint16_t *length, uint8_t *facts);
/* Whether an entering packet, of that interface, is one that the filter wants. */
bool watch_wants(const struct flow_filter *filter, struct rte_mbuf *mbuf, bool frame, uint16_t interface);
/* What the policy says of a packet in front of node flow_setup that has no flow: facts, routes, rule. */
void watch_explain(const struct worker_state *state, struct rte_mbuf *mbuf, struct watch_event *event);
/* The packet behind a node that has left it in the graph: its flow and what is done to it. */
void watch_describe_after(const struct worker_state *state, const struct rte_node *node,
                          struct rte_mbuf *mbuf, struct watch_event *event);

#endif
