/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_BENCH_BENCH_H
#define DATAPATH_BENCH_BENCH_H

/*
 * What the measurements share: a worker's own graph between a source that writes each packet's headers anew and a sink
 * in the place of the ports, in memory only. One thread.
 */

#include "datapath/policy/compiled_policy.h"
#include "datapath/worker/state.h"

#include <inttypes.h>

#define BENCH_RING       1024 /* packets in use, more than a port's ring would hold at a time */
#define BENCH_FRAME      60   /* without checksum */
#define BENCH_INTERFACES 2

enum { BENCH_NEXT_ETHERNET, BENCH_NEXT_SINK };

/* What differs between packets, prepared so that the source is a few stores. */
struct shape {
	uint32_t source, destination;
	uint16_t source_port, destination_port;
	uint16_t checksum;
	uint16_t reply; /* comes in by the second interface */
};

extern struct bench {
	struct shape *shapes;
	uint32_t count, position;
	struct rte_mbuf *packets[BENCH_RING];
	uint32_t packet;
	uint8_t frames[BENCH_INTERFACES][BENCH_FRAME];
	uint16_t burst;
	rte_edge_t next;
	uint64_t sunk;
	bool json;
} bench;

/* Says what went wrong. Returns EXIT_FAILURE. */
int bench_failed(const char *what);
/* Prints one value: a JSON object or a line. */
void bench_print(const char *metric, uint32_t size, double value, const char *unit);
int bench_compare(const void *a, const void *b); /* doubles, for qsort */

/* --- bench_packets.c */

/* Frames, packets and the neighbours' ports. Returns 0 or -ENOMEM. */
int bench_packets_start(void);
/* Completes a shape: the checksum of its IP header. */
void bench_shape_finish(struct shape *shape);
/* Sends the next packets of shapes, any number, from position on. */
void bench_send(struct worker *worker, uint32_t number);

/* --- bench_policy.c */

/* Rules between two interfaces, 10.0.0.0/8 and 20.0.0.0/8: random ones, or one that allows all for 0. */
struct compiled_policy *bench_policy(uint32_t rules, bool nat, double *compile_ms);
/* A first packet that a random rule of a policy was made for. */
struct shape bench_policy_shape(const struct policy *policy);
/* Puts it in force in the place of the one before. */
void bench_policy_use(struct compiled_policy *policy, struct worker *worker);

/* --- bench_worker.c */

struct worker *bench_worker_create(uint32_t flows);
void bench_worker_destroy(struct worker *worker);

/* --- the measurements: EXIT_SUCCESS or EXIT_FAILURE */

int bench_cycles(const char *name, uint32_t flows, bool nat, bool nodes);
int bench_new_flows(const char *name, uint32_t rules, bool nat, bool nodes);
void bench_print_nodes(struct rte_graph *graph);
void bench_forget_nodes(struct rte_graph *graph);

#endif
