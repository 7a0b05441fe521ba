/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow.h"
#include "datapath/icmp/icmp_error.h"
#include "datapath/ipv4/ipv4_output.h"
#include "datapath/nat/nat.h"

#include <rte_tcp.h>

/* Does to packets what was decided for their flow. */
enum { NEXT_TRANSMIT, NEXT_CONTROL, NEXT_SETUP, NEXT_ERROR, NEXT_DROP };

static rte_edge_t drop(struct worker_state *state, enum counter reason)
{
	count(state, reason, 1);
	return NEXT_DROP;
}

static inline void account(struct worker_state *state, struct flow_direction *direction,
                           const struct rte_mbuf *mbuf)
{
	direction->last_seen = state->now;
	direction->packets++;
	direction->bytes += rte_pktmbuf_pkt_len(mbuf);
}

static rte_edge_t to_host(struct worker_state *state, struct rte_mbuf *mbuf)
{
	packet_of(mbuf)->kind = PACKET_TO_HOST;
	count(state, COUNTER_TO_HOST, 1);
	return NEXT_CONTROL;
}

/* COUNTER_COUNT, or the reason to drop; *edge is set where an error is to be sent for it. */
static enum counter check_limits(const struct flow_direction *direction, struct rte_mbuf *mbuf,
                                 rte_edge_t *edge)
{
	const struct rte_ipv4_hdr *header = rte_pktmbuf_mtod(mbuf, const struct rte_ipv4_hdr *);

	if (!(direction->flags & DIRECTION_FROM_CORE) && header->time_to_live <= 1) {
		icmp_error_request(mbuf, ICMP_ERROR_TIME_EXCEEDED, ICMP_CODE_TTL, 0);
		*edge = NEXT_ERROR;
		return COUNTER_DROP_TTL;
	}
	if (rte_pktmbuf_pkt_len(mbuf) > direction->mtu) {
		if (header->fragment_offset & RTE_BE16(RTE_IPV4_HDR_DF_FLAG)) {
			icmp_error_request(mbuf, ICMP_ERROR_UNREACHABLE, ICMP_CODE_FRAGMENTATION_NEEDED,
			                   direction->mtu);
			*edge = NEXT_ERROR;
		}
		return COUNTER_DROP_MTU;
	}
	return COUNTER_COUNT;
}

static rte_edge_t forward_slow(struct worker_state *state, struct rte_mbuf *mbuf)
{
	struct packet *packet = packet_of(mbuf);
	struct parsed *parsed = parsed_of(mbuf);
	struct flow_direction *direction = &flow_at(state->flows, packet->flow)->direction[packet->direction];
	bool error = parsed->flags & PARSED_ICMP_ERROR, again;
	rte_edge_t edge = NEXT_DROP;
	enum counter reason;

	reason = flow_admit(state, mbuf, &again);
	if (again)
		return NEXT_SETUP;
	if (reason != COUNTER_COUNT)
		return drop(state, reason);
	if (!(direction->flags & DIRECTION_TO_CORE) &&
	    (reason = check_limits(direction, mbuf, &edge)) != COUNTER_COUNT) {
		count(state, reason, 1);
		return edge;
	}
	if (error && direction->translation != NAT_NONE && !nat_translate_error(direction, mbuf))
		return drop(state, COUNTER_DROP_ICMP_CHECKSUM);
	if (!error)
		account(state, direction, mbuf);
	if (direction->flags & DIRECTION_TO_CORE)
		return to_host(state, mbuf);
	if (!error && direction->translation != NAT_NONE)
		nat_translate(direction, rte_pktmbuf_mtod(mbuf, struct rte_ipv4_hdr *));
	if (!(direction->flags & DIRECTION_FROM_CORE))
		ipv4_decrement_ttl(rte_pktmbuf_mtod(mbuf, struct rte_ipv4_hdr *));
	return ipv4_output_resolve(state, mbuf, direction->port, direction->next_hop,
	                           direction->flags & DIRECTION_SHARED_MAC, &direction->adjacency)
	           ? NEXT_TRANSMIT
	           : NEXT_CONTROL;
}

/* Transit of an established flow with nothing special about it; everything else goes the slow way. */
static inline rte_edge_t forward_one(struct worker_state *state, struct rte_mbuf *mbuf)
{
	struct packet *packet = packet_of(mbuf);
	struct parsed *parsed = parsed_of(mbuf);
	struct flow_direction *direction = &flow_at(state->flows, packet->flow)->direction[packet->direction];
	struct rte_ipv4_hdr *header = rte_pktmbuf_mtod(mbuf, struct rte_ipv4_hdr *);
	uint64_t link = adjacency_link(direction->adjacency);
	const struct worker_port *port;

	if (unlikely(direction->epoch != state->epoch || direction->flags & state->divert_flags ||
	             parsed->flags ||
	             parsed->tcp_flags & (RTE_TCP_SYN_FLAG | RTE_TCP_FIN_FLAG | RTE_TCP_RST_FLAG) ||
	             header->time_to_live <= 1 || rte_pktmbuf_pkt_len(mbuf) > direction->mtu ||
	             !(link & ADJACENCY_RESOLVED)))
		return forward_slow(state, mbuf);
	account(state, direction, mbuf);
	if (direction->translation != NAT_NONE)
		nat_translate(direction, header);
	ipv4_decrement_ttl(header);
	port = &state->ports[direction->port];
	mbuf->port = direction->port;
	ethernet_push(mbuf, link, direction->flags & DIRECTION_SHARED_MAC ? port->shared_mac : port->mac,
	              RTE_BE16(RTE_ETHER_TYPE_IPV4));
	return NEXT_TRANSMIT;
}

static uint16_t flow_forward(struct rte_graph *graph, struct rte_node *node, void **objects, uint16_t number)
{
	struct worker_state *state = node_state(node);
	struct vector vector = vector_begin(graph, node, objects, number, NEXT_TRANSMIT);

	for (uint16_t i = 0; i < number; i++) {
		rte_edge_t next = forward_one(state, objects[i]);

		if (unlikely(next != NEXT_TRANSMIT))
			vector_divert(&vector, i, next);
	}
	vector_end(&vector);
	return number;
}

static struct rte_node_register node = {
    .name = "flow_forward",
    .process = flow_forward,
    .init = worker_node_init,
    .nb_edges = 5,
    .next_nodes =
        {
            [NEXT_TRANSMIT] = "transmit",
            [NEXT_CONTROL] = "to_control",
            [NEXT_SETUP] = "flow_setup",
            [NEXT_ERROR] = "icmp_error",
            [NEXT_DROP] = "drop",
        },
};
RTE_NODE_REGISTER(node)
