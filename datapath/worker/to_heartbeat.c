/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/heartbeat/lanes.h"
#include "datapath/worker/pass_on.h"

#include <errno.h>
#include <stdio.h>

#define RING_HEARTBEATS 1024

struct heartbeat_lanes heartbeat_lanes;

int heartbeat_lanes_create(unsigned worker, int socket)
{
	const unsigned single = RING_F_SP_ENQ | RING_F_SC_DEQ;
	char name[RTE_RING_NAMESIZE];

	snprintf(name, sizeof(name), "to_heartbeat_%u", worker);
	heartbeat_lanes.to_heartbeat[worker] = rte_ring_create(name, RING_HEARTBEATS, socket, single);
	if (worker == 0)
		heartbeat_lanes.to_worker =
		    rte_ring_create("from_heartbeat", RING_HEARTBEATS, socket, single);
	return heartbeat_lanes.to_heartbeat[worker] && heartbeat_lanes.to_worker ? 0 : -ENOMEM;
}

/* Hands frames of the peer to the heartbeat thread. */
static uint16_t to_heartbeat(struct rte_graph *graph, struct rte_node *node, void **objects, uint16_t number)
{
	struct worker_state *state = node_state(node);

	(void)graph;
	pass_on(state, heartbeat_lanes.to_heartbeat[state->worker->index], objects, number);
	heartbeat_wake();
	return number;
}

static struct rte_node_register node = {
    .name = "to_heartbeat", .process = to_heartbeat, .init = worker_node_init};
RTE_NODE_REGISTER(node)
