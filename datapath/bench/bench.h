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
#define BENCH_FRAME_IPV6 62   /* the shortest with UDP and no data */
#define BENCH_FRAME_SYN  58   /* with the size that a SYN announces */
#define BENCH_INTERFACES 2
#define BENCH_WORKERS    2 /* that run at once, where two do */

enum { BENCH_NEXT_ETHERNET, BENCH_NEXT_SINK };

/* What differs between packets, prepared so that the source is a few stores. */
struct shape {
	uint32_t source, destination;
	uint16_t source_port, destination_port;
	uint16_t checksum;
	uint16_t reply; /* comes in by the second interface */
};

/* Each worker's thread has its own. */
extern _Thread_local struct bench {
	struct shape *shapes;
	uint32_t count, position;
	struct rte_mbuf *packets[BENCH_RING];
	uint32_t packet;
	uint8_t frames[BENCH_INTERFACES][RTE_CACHE_LINE_SIZE];
	bool ipv6; /* what frames are; the last four bytes of addresses are those of the shape */
	bool syn;  /* IPv4: TCP that asks for a connection, in place of UDP */
	uint16_t burst;
	rte_edge_t next;
	uint64_t sunk;
} bench;

extern struct bench_options {
	bool json, nodes;
} bench_options;

struct measurement {
	int (*run)(const struct measurement *measurement);
	const char *name;
	uint32_t size; /* flows or rules */
	bool nat, ipv6, stateless;
	bool cookies; /* a second half open connection is one too many */
	bool alone;   /* the only one of its name: printed without the size */
};

/* Says what went wrong. Returns EXIT_FAILURE. */
int bench_failed(const char *what);
/* Prints one value: a JSON object or a line. size: behind the name, 0: nothing. */
void bench_print(const char *metric, uint32_t size, double value, const char *unit);
void bench_result(const struct measurement *measurement, double value, const char *unit);
int bench_compare(const void *a, const void *b); /* doubles, for qsort */

/* --- bench_packets.c */

/* What was forwarded goes to the sink. Before the first worker is made. */
bool bench_lead_to_sink(void);
/* Makes a neighbour known: each program has its own way. */
void bench_neighbour(uint16_t interface, struct ip_address address, struct rte_ether_addr mac);
/* Ports and their neighbours, once a process. Returns 0 or -ENOMEM. */
int bench_ports_start(void);
/* This thread's packets and frames. Returns 0 or -ENOMEM. */
int bench_packets_start(bool ipv6);
/* Makes the frames of IPv4 SYNs, from here on or no longer. */
void bench_packets_syn(bool syn);
void bench_packets_end(void);
/* Completes a shape: the checksum of its IP header. */
void bench_shape_finish(struct shape *shape);
/* Sends the next packets of shapes, any number, from position on. */
void bench_send(struct worker *worker, uint32_t number);

/* --- bench_policy.c */

/* Rules between two interfaces, 10.0.0.0/8 and 20.0.0.0/8: random ones, or one that allows all for 0. */
struct compiled_policy *bench_policy(uint32_t rules, const struct measurement *measurement,
                                     double *compile_ms);
/* A first packet that a random rule of a policy was made for. */
struct shape bench_policy_shape(const struct policy *policy);
/* Puts it in force in the place of the one before. */
void bench_policy_use(struct compiled_policy *policy, struct worker *worker);

/* --- bench_worker.c */

struct worker *bench_worker_create(unsigned index, uint32_t flows);
void bench_worker_destroy(struct worker *worker);

/* --- bench_flows.c */

/* Opens so many flows that the worker owns and takes their packets, both directions, in random order. */
bool bench_flows_open(struct worker *worker, uint32_t flows);
void bench_flows_close(void);
/* Cycles a packet from the source by that edge: the median of many short runs. */
double bench_cycles_of(struct worker *worker, rte_edge_t next);

/* --- bench_memory.c */

/* Cycles a packet of the lines of memory that a packet of so many flows (a power of two) needs. 0: no memory. Any thread. */
double bench_memory_cycles(uint32_t flows);

/* --- the measurements: EXIT_SUCCESS or EXIT_FAILURE */

int bench_cycles(const struct measurement *measurement);
int bench_new_flows(const struct measurement *measurement);
int bench_syn_flood(const struct measurement *measurement);
int bench_scaling(const struct measurement *measurement);
int bench_machine(const struct measurement *measurement);
int bench_memory(const struct measurement *measurement);
int bench_pages(const struct measurement *measurement);
int bench_latency(const struct measurement *measurement);

void bench_print_nodes(struct rte_graph *graph);
void bench_forget_nodes(struct rte_graph *graph);

#endif
