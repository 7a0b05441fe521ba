/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/ipv4/ipv4_output.h"
#include "datapath/ipv6/ipv6_output.h"
#include "datapath/path_mtu/fragment.h"

#include <errno.h>
#include <rte_random.h>

/*
 * Sends packets as fragments. They come with all done but that: data at the IP header, the port, and in struct packet
 * the next hop with its ip_version, mtu and shared_mac.
 */
enum { NEXT_TRANSMIT, NEXT_CONTROL, NEXT_DROP };

static rte_edge_t output(struct worker_state *state, struct rte_mbuf *fragment, const struct packet *original,
                         uint16_t port)
{
	struct packet *packet = packet_of(fragment);
	uint32_t adjacency = 0;
	bool resolved;

	*packet = *original;
	resolved = original->ip_version == 6
	               ? ipv6_output_resolve(state, fragment, port, original->next_hop_ipv6,
	                                     original->shared_mac, &adjacency)
	               : ipv4_output_resolve(state, fragment, port, original->next_hop, original->shared_mac,
	                                     &adjacency);
	return resolved ? NEXT_TRANSMIT : NEXT_CONTROL;
}

static void send_fragments(struct rte_graph *graph, struct rte_node *node, struct worker_state *state,
                           struct rte_mbuf *mbuf)
{
	const struct packet *packet = packet_of(mbuf);
	struct rte_mbuf *fragments[FRAGMENTS_MAX];
	/* Not to be guessed from those before (RFC 7739). */
	uint32_t identification =
	    (uint32_t)flow_hash_fold(rte_rand() ^ flow_hash_secret[1], flow_hash_secret[2]);
	int count_made =
	    packet->ip_version == 6
	        ? fragment_ipv6(mbuf, packet->mtu, identification, datapath.packets, fragments)
	        : fragment_ipv4(mbuf, packet->mtu, (uint16_t)identification, datapath.packets, fragments);

	if (count_made < 0) {
		count(state, count_made == -ENOMEM ? COUNTER_DROP_MEMORY : COUNTER_DROP_MTU, 1);
	} else {
		count(state, COUNTER_OWN_TAKEN, 1);
		count(state, COUNTER_FRAGMENTED, 1);
		count(state, COUNTER_OWN_SENT, (uint64_t)count_made);
		count(state, COUNTER_FRAGMENTS, (uint64_t)count_made);
	}
	for (int i = 0; i < count_made; i++)
		rte_node_enqueue_x1(graph, node, output(state, fragments[i], packet, mbuf->port),
		                    fragments[i]);
	rte_pktmbuf_free(mbuf);
}

static uint16_t fragment(struct rte_graph *graph, struct rte_node *node, void **objects, uint16_t number)
{
	for (uint16_t i = 0; i < number; i++)
		send_fragments(graph, node, node_state(node), objects[i]);
	return number;
}

static struct rte_node_register node = {
    .name = "fragment",
    .process = fragment,
    .init = worker_node_init,
    .nb_edges = 3,
    .next_nodes = {[NEXT_TRANSMIT] = "transmit", [NEXT_CONTROL] = "to_control", [NEXT_DROP] = "drop"},
};
RTE_NODE_REGISTER(node)
