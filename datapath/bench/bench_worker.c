/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/bench/bench.h"

#include <rte_malloc.h>
#include <stdio.h>

struct worker *bench_worker_create(unsigned index, uint32_t flows)
{
	const char *patterns[] = {"bench_source"};
	struct rte_graph_param parameters = {
	    .socket_id = SOCKET_ID_ANY, .nb_node_patterns = 1, .node_patterns = patterns};
	struct worker *worker = rte_zmalloc(NULL, sizeof(*worker), RTE_CACHE_LINE_SIZE);
	struct worker_state *state = rte_zmalloc(NULL, sizeof(*state), RTE_CACHE_LINE_SIZE);

	char name[RTE_GRAPH_NAMESIZE];

	snprintf(name, sizeof(name), "bench_%u", index);
	/* Of all rings of a worker, walks look at this one. */
	if (state)
		state->held = rte_ring_create(name, 64, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
	if (!worker || !state || !state->held || !(worker->flows = flow_table_create(flows, SOCKET_ID_ANY)))
		return NULL;
	worker->index = index;
	worker->private = state;
	state->worker = worker;
	state->flows = worker->flows;
	state->now = 1;
	worker_node_init_for(state);
	if (rte_graph_create(name, &parameters) == RTE_GRAPH_ID_INVALID)
		return NULL;
	worker->graph = rte_graph_lookup(name);
	datapath.workers[index] = worker;
	worker_refresh(state);
	for (uint16_t i = 0; i < BENCH_INTERFACES; i++)
		state->port_of_device[i] = i;
	return worker;
}

void bench_worker_destroy(struct worker *worker)
{
	rte_graph_destroy(rte_graph_from_name(worker->graph->name));
	flow_table_destroy(worker->flows);
	rte_ring_free(((struct worker_state *)worker->private)->held);
	rte_free(worker->private);
	rte_free(worker);
}

void bench_forget_nodes(struct rte_graph *graph)
{
	rte_graph_off_t offset;
	struct rte_node *node;
	rte_node_t number;

	rte_graph_foreach_node(number, offset, graph, node) node->total_cycles = node->total_objs = 0;
}

void bench_print_nodes(struct rte_graph *graph)
{
	rte_graph_off_t offset;
	struct rte_node *node;
	rte_node_t number;

	rte_graph_foreach_node(number, offset, graph, node)
	{
		if (node->total_objs)
			printf("%30s  %9.1f\n", node->name,
			       (double)node->total_cycles / (double)node->total_objs);
	}
}
