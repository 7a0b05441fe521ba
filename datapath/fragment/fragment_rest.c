/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/fragment/fragment_rest.h"

#include "datapath/fragment/fragment.h"

#include <netinet/in.h>

/* Of a first fragment nobody has kept where its fragment header is; what is before it was read already. */
static uint32_t identification_ipv6(const uint8_t *ip)
{
	uint8_t next = ip[offsetof(struct rte_ipv6_hdr, proto)];
	unsigned at = sizeof(struct rte_ipv6_hdr);

	while (next == IPPROTO_HOPOPTS || next == IPPROTO_ROUTING || next == IPPROTO_DSTOPTS) {
		next = ip[at];
		at += 8u * (ip[at + 1] + 1);
	}
	return fragment_read_ipv6(ip, at, 0).key.identification;
}

static struct fragment_rest rest_of(struct rte_mbuf *mbuf)
{
	const uint8_t *ip = rte_pktmbuf_mtod(mbuf, const uint8_t *);
	const struct packet *packet = packet_of(mbuf);

	return (struct fragment_rest){.flow = packet->flow,
	                              .direction = packet->direction,
	                              .identification = ip[0] >> 4 == 6
	                                                    ? identification_ipv6(ip)
	                                                    : fragment_read_ipv4(ip, 0).key.identification};
}

/* Where it is remembered; FRAGMENT_RESTS: nowhere. */
static unsigned find(const struct worker_state *state, const struct fragment_rest *rest)
{
	for (unsigned i = 0; i < FRAGMENT_RESTS; i++) {
		const struct fragment_rest *known = &state->fragment_rests[i];

		if (known->flow == rest->flow && known->direction == rest->direction &&
		    known->identification == rest->identification)
			return i;
	}
	return FRAGMENT_RESTS;
}

void fragment_rest_decide(struct worker_state *state, struct rte_mbuf *mbuf, bool dropped)
{
	struct fragment_rest rest = rest_of(mbuf);
	unsigned at = find(state, &rest);

	if (at < FRAGMENT_RESTS && !dropped)
		state->fragment_rests[at].flow = 0;
	else if (at == FRAGMENT_RESTS && dropped)
		state->fragment_rests[state->next_fragment_rest++ % FRAGMENT_RESTS] = rest;
}

bool fragment_rest_dropped(const struct worker_state *state, struct rte_mbuf *mbuf)
{
	struct fragment_rest rest = rest_of(mbuf);

	return find(state, &rest) < FRAGMENT_RESTS;
}
