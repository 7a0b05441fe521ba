/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_WORKER_STATE_H
#define DATAPATH_WORKER_STATE_H

/* A worker's own state (worker.private), and what every graph node needs. Worker thread unless said
 * otherwise. */

#include "datapath/core/datapath.h"
#include "datapath/flow/flow_table.h"

#include <rte_ethdev.h>
#include <rte_graph.h>
#include <rte_graph_worker.h>

#define FRAGMENT_RESTS    32
#define TRANSMIT_BURST    256
#define ICMP_ERRORS_BURST 100  /* at once */
#define ICMP_ERRORS_RATE  1000 /* a second (RFC 1812, 4.3.2.8) */

/* What a worker knows of a port; index as in datapath.ports. */
struct worker_port {
	uint64_t mac, shared_mac; /* as the first six bytes of a little-endian word */
	uint64_t shared_source;   /* what shared addresses send with: shared_mac, but in a switchover */
	uint16_t device;
	uint16_t interface;
	uint16_t receive_queue; /* NO_PORT: another worker polls it */
	uint16_t transmit_queue;
	bool ipv6;            /* it has an IPv6 address (C05-011) */
	bool shared_transmit; /* fewer queues than workers: taken in turn */
	bool type_lost;       /* its driver says of no VLAN tag which type it has */
};

/* What a worker knows of a VLAN's port besides; index as in datapath.ports, less PORTS_MAX. */
struct worker_vlan {
	uint8_t tag_bytes; /* 0: not in use */
	uint16_t carrier;  /* index in ports */
	uint8_t tags[POLICY_VLAN_LEVELS * 4];
	/* Written by the worker, read by anyone. */
	uint64_t received_packets, received_bytes, sent_packets, sent_bytes;
};

struct transmit_buffer {
	uint16_t count;
	struct rte_mbuf *packets[TRANSMIT_BURST];
};

/* A walk over all flows, a slice between any two walks of the graph. */
enum scan_kind {
	SCAN_REVALIDATE,
	SCAN_ACTIVITY,
	SCAN_SWEEP,
	SCAN_SNAPSHOT,
	SCAN_QUERY,
	SCAN_THRESHOLDS,
	SCAN_DIGEST,
	SCAN_BLACKLIST,
	SCAN_COUNT
};

struct worker_job;
struct worker_state;
struct scan {
	bool running;
	uint32_t position;
	/* May remove the flow. False: not now, ask again later. */
	bool (*visit)(struct worker_state *state, uint32_t index, void *argument);
	void (*done)(struct worker_state *state, void *argument);
	void *argument;
};

enum { EVENTS_OTHER, EVENTS_REFUSED, EVENTS_FLOW_OPEN, EVENTS_BLACKLIST, EVENTS_SORTS };

struct worker_state {
	struct worker *worker;
	struct flow_table *flows;

	/* The world as of this walk. */
	const struct compiled_policy *policy;
	const struct capture_table *captures; /* NULL: nobody captures */
	const struct watch_table *watches;    /* NULL: nobody watches */
	uint32_t watch_serial;                /* of the table that the graph is set up for, 0: none */
	bool active;
	bool forwarding;                         /* active, and heartbeats go out (datapath/heartbeat) */
	bool drop_ipv4, drop_ipv6;               /* IPSettings AllowIPVersion=IPv6, IPv4 */
	uint8_t divert_flags;                    /* DIRECTION_... that the fast path leaves to the slow one */
	uint16_t strip_df_below;                 /* IPSettings StripDFOnSmall */
	uint32_t epoch;                          /* of decisions made now */
	uint32_t now;                            /* ticks */
	uint32_t policy_serial, adjacency_epoch; /* that the epoch stands for */
	uint16_t threshold_serial;               /* of the counts that all flows are in, 0: none */

	uint64_t next_tick_tsc, tick_cycles;
	uint64_t turn_tsc; /* when this turn began */
	bool worked;       /* the last turn had work */
	bool received;     /* this walk met packets */
	bool stop;

	uint32_t icmp_tokens, icmp_tokens_tick;
	uint32_t
	    relay_until; /* tick: a while after the last SYN cookie acknowledgements may still bring one back */

	/* Packets that forwarding others has made, on their way to flow_setup at the vector's end. */
	struct rte_mbuf *made[BURST];
	uint16_t made_count;
	struct event_allowance {
		uint32_t tokens, tick;
	} event_allowances[EVENTS_SORTS]; /* datapath/event */

	/* datapath/fragment */
	struct reassembly_table *reassemblies;
	struct fragment_rest {
		uint32_t flow; /* 0: none */
		uint32_t identification;
		uint8_t direction;
	} fragment_rests[FRAGMENT_RESTS]; /* of packets whose first fragment was dropped: the last ones */
	unsigned next_fragment_rest;

	/* datapath/switchover */
	bool passing, holding;
	bool switching;       /* one of them, or frames are held */
	bool traffic;         /* came lately */
	uint32_t quiet_walks; /* in a row */
	uint64_t passed_tsc;  /* when the last came */
	struct worker_job *quiet_job;
	struct rte_ring *held;

	/* datapath/length */
	uint16_t length_limit[256]; /* bytes behind the IP header, by protocol */
	uint32_t plain_length_max;  /* IPv4 packets of TCP or UDP that are not longer keep their limit */
	bool log_oversized;

	uint16_t port_of_device[RTE_MAX_ETHPORTS];
	struct worker_port ports[LOGICAL_PORTS_MAX];
	struct worker_vlan vlans[POLICY_INTERFACES_MAX];
	uint32_t vlan_changes; /* at the last look */
	uint32_t vlan_told;    /* tick in which an unknown VLAN ID was last told */
	uint64_t ports_seen;   /* bit i: ports[i] was in use at the last look */
	struct scan scans[SCAN_COUNT];
	struct transmit_buffer transmit[PORTS_MAX];
};

static inline struct worker_state *worker_state_of(struct worker *worker)
{
	return worker->private;
}

/* All nodes of a graph share its worker's state, kept in the node's context. */
int worker_node_init(const struct rte_graph *graph, struct rte_node *node);
static inline struct worker_state *node_state(const struct rte_node *node)
{
	struct worker_state *state;

	__builtin_memcpy(&state, node->ctx, sizeof(state));
	return state;
}
/* Whose state nodes get that are created now. Control thread, around rte_graph_create. */
void worker_node_init_for(struct worker_state *state);

static inline void count(struct worker_state *state, enum counter counter, uint64_t number)
{
	state->worker->counters.value[counter] += number;
}

/* --- a vector of packets on its way through a node: the longer it stays together, the cheaper
 * --------------------- */

struct vector {
	struct rte_graph *graph;
	struct rte_node *node;
	void **objects;
	unsigned count;
	unsigned start; /* the first that is not on its way yet */
	rte_edge_t usual;
};

static inline struct vector vector_begin(struct rte_graph *graph, struct rte_node *node, void **objects,
                                         uint16_t count, rte_edge_t usual)
{
	return (struct vector){graph, node, objects, count, 0, usual};
}

/* Packet i goes elsewhere. */
static inline void vector_divert(struct vector *vector, unsigned i, rte_edge_t edge)
{
	if (i > vector->start)
		rte_node_enqueue(vector->graph, vector->node, vector->usual, &vector->objects[vector->start],
		                 i - vector->start);
	rte_node_enqueue_x1(vector->graph, vector->node, edge, vector->objects[i]);
	vector->start = i + 1;
}

/* Packet i goes that way, and those behind it as long as nothing else is said. */
static inline void vector_turn(struct vector *vector, unsigned i, rte_edge_t edge)
{
	if (i > vector->start)
		rte_node_enqueue(vector->graph, vector->node, vector->usual, &vector->objects[vector->start],
		                 i - vector->start);
	vector->usual = edge;
	vector->start = i;
}

static inline void vector_end(struct vector *vector)
{
	if (vector->start == 0)
		rte_node_next_stream_move(vector->graph, vector->node, vector->usual);
	else if (vector->start < vector->count)
		rte_node_enqueue(vector->graph, vector->node, vector->usual, &vector->objects[vector->start],
		                 vector->count - vector->start);
}

/* --- worker/ports.c
 * ------------------------------------------------------------------------------------------------ */

/* Takes over what the control thread changed in datapath.ports; all of it where everything is set. */
void worker_ports_refresh(struct worker_state *state, bool everything);

/* --- worker/rate.c
 * -------------------------------------------------------------------------------------------------- */

/* Whether one more ICMP error, of whichever family, may be sent now; counts it. */
bool worker_icmp_error_allowed(struct worker_state *state);

/* --- worker/worker.c
 * ------------------------------------------------------------------------------------------------ */

/* Takes the policy, activity and ports for the coming walk. */
void worker_refresh(struct worker_state *state);
/* One turn: the graph, then what waits between walks. Returns false where there was nothing to do. */
bool worker_walk(struct worker_state *state);

/* --- worker/scan.c
 * -------------------------------------------------------------------------------------------------- */

/* Starts a scan from the first flow; one of the kind that runs is forgotten, its done is not called. */
void scan_start(struct worker_state *state, enum scan_kind kind,
                bool (*visit)(struct worker_state *state, uint32_t index, void *argument),
                void (*done)(struct worker_state *state, void *argument), void *argument);
void scan_cancel(struct worker_state *state, enum scan_kind kind);
/* One slice of every scan. Returns true where one wants to go on. */
bool scan_run(struct worker_state *state);

/* --- tx/transmit.c
 * -------------------------------------------------------------------------------------------------- */

/* Sends what the walk left in the buffers. */
void transmit_flush(struct worker_state *state);
/* Frees it instead. */
void transmit_discard(struct worker_state *state);

#endif
