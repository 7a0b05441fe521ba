/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_FLOW_FLOW_H
#define DATAPATH_FLOW_FLOW_H

/* The life of a flow: decided, opened, tracked, validated anew, closed. All on the worker that owns it. */

#include "datapath/flow/flow_table.h"
#include "datapath/nat/nat_ipv6.h"
#include "datapath/policy/compiled_policy.h"
#include "datapath/worker/state.h"

#include <smmintrin.h>

/*
 * The addresses of the flow that an IPv6 packet (data at its IP header, checked by ipv6_parse) belongs to, in that
 * packet's direction. Those within an error stand the other way round.
 */
static inline struct flow_addresses flow_addresses_of(struct rte_mbuf *mbuf)
{
	struct flow_addresses addresses;

	memcpy(&addresses, rte_pktmbuf_mtod_offset(mbuf, const uint8_t *, packet_of(mbuf)->addresses),
	       sizeof(addresses));
	if (unlikely(parsed_of(mbuf)->flags & PARSED_ICMP_ERROR))
		addresses = flow_addresses_reversed(&addresses);
	return addresses;
}

/* Whether an IPv6 packet's addresses are those of that direction of a flow, and not only their fingerprint. */
static inline bool flow_addresses_match(const struct flow *flow, unsigned direction, struct rte_mbuf *mbuf)
{
	/* Those of an error stand the other way round, as flow_addresses_of says. */
	unsigned turned = direction ^ !!(parsed_of(mbuf)->flags & PARSED_ICMP_ERROR);
	const uint8_t *packet = rte_pktmbuf_mtod_offset(mbuf, const uint8_t *, packet_of(mbuf)->addresses);
	const uint8_t *own = (const uint8_t *)&flow->addresses;
	__m128i source = _mm_xor_si128(_mm_loadu_si128((const __m128i *)packet),
	                               _mm_loadu_si128((const __m128i *)(own + 16 * (size_t)turned)));
	__m128i destination =
	    _mm_xor_si128(_mm_loadu_si128((const __m128i *)(packet + 16)),
	                  _mm_loadu_si128((const __m128i *)(own + 16 - 16 * (size_t)turned)));
	__m128i difference = _mm_or_si128(source, destination);
	struct flow_addresses addresses;

	if (likely(_mm_testz_si128(difference, difference)))
		return true;
	addresses = flow_addresses_of(mbuf);
	if (direction)
		addresses = flow_addresses_reversed(&addresses);
	return nat_ipv6_match(flow, direction, &addresses);
}

/* What the policy says of a flow (C01-014 to C01-017, C07-007). */
struct flow_decision {
	struct {
		uint32_t next_hop; /* IPv4, network byte order; of IPv6 the route is asked again */
		uint16_t interface;
		uint16_t port;
		uint16_t mtu;
		uint8_t flags;        /* DIRECTION_... */
	} path[2];                    /* original, reply */
	uint32_t rule;                /* index in policy.rules, RULE_NONE */
	uint32_t nat_address;         /* the source becomes it, network byte order; 0: it stays */
	uint8_t nat_address_ipv6[16]; /* the same of IPv6; zero: it stays */
	bool local;                   /* from or to this node */
	bool reject;                  /* denied by a rule that wants it said */
	bool stateless;
	bool log; /* its rule wants it in the log */
};

/*
 * Decides about a flow whose first packet has that key (and addresses, where it is IPv6; else NULL), in the guide's
 * order: reverse route, route, rules.
 * Returns COUNTER_COUNT and fills *out where it is allowed, else the reason to drop, with out->reject set or
 * not.
 */
enum counter flow_decide(const struct worker_state *state, const struct flow_key *key,
                         const struct flow_addresses *addresses, struct flow_decision *out);

/* What the rules are asked for a flow with that first packet, which would leave by egress. */
struct rule_query flow_rule_query(const struct flow_key *key, const struct flow_addresses *addresses,
                                  uint16_t egress);

#define FLOW_QUESTIONS 32 /* that are decided together; more are taken in parts */

struct flow_question {
	const struct flow_key *key;
	const struct flow_addresses *addresses; /* NULL: IPv4 */
	struct flow_decision decision;
	enum counter reason; /* as flow_decide returns it */
};

/* The same for many, whose waits for memory overlap: fills in decision and reason. */
void flow_decide_all(const struct worker_state *state, struct flow_question *questions, uint32_t count);

/* Has memory on its way that flow_open will want for a question that was decided. */
void flow_open_prefetch(const struct worker_state *state, const struct flow_question *question);
/* Opens a flow so decided; addresses as above. Returns its index, or FLOW_NONE and the reason. */
uint32_t flow_open(struct worker_state *state, const struct parsed *parsed,
                   const struct flow_addresses *addresses, const struct flow_decision *decision,
                   enum counter *reason);
/*
 * What every packet of a flow has to pass that does not take the fast path: decisions that hold, a node that forwards,
 * the TCP state. Returns COUNTER_COUNT or the reason to drop it. *again: it belongs to no flow any more and opens
 * one.
 */
enum counter flow_admit(struct worker_state *state, struct rte_mbuf *mbuf, bool *again);
/* The same of a SYN before it opens a flow: what would be dropped then opens none. */
enum counter flow_admit_syn(const struct worker_state *state, struct rte_mbuf *mbuf);
void flow_close(struct worker_state *state, uint32_t index);
/*
 * Makes decisions of an older epoch anew. Returns COUNTER_COUNT where the flow lives on, else it was closed
 * and this is the reason to drop its packet.
 */
enum counter flow_revalidate(struct worker_state *state, uint32_t index);
/* Sets state, timeout and what follows from them; tells the peer. */
void flow_set_state(struct worker_state *state, uint32_t index, enum flow_state next);

/* --- datapath/flow/flow_evict.c */

/*
 * Whether the other side has answered: of TCP, whether it is established and neither reset nor closed by both ends; a flow
 * without states that was the peer's counts as answered.
 */
bool flow_is_answered(const struct flow *flow);
/* Counts a flow in or out of those that are half open, by its present state; before and after each change. */
void flow_count_half_open(struct flow_table *table, const struct flow *flow, int change);
/* A flow was opened, or adopted: one that may make room later. */
void flow_remember(struct flow_table *table, uint32_t index);
/* Closes the oldest flow that was not answered. Returns false where none is at hand. */
bool flow_evict(struct worker_state *state);

/* Sets which packets of a TCP flow are looked at, by its state and the policy. */
void flow_set_tracking(const struct worker_state *state, struct flow *flow);

/* Tells the peer of a flow, where it is one that the peer should have. operation: enum record_operation. */
void flow_mirror_emit(struct worker_state *state, const struct flow *flow, uint8_t operation);

/*
 * Makes a flow of the peer, whose timeout is set, this node's own with its whole lifetime before it (C28-001); where it was
 * not answered it may make room.
 */
void flow_adopt(struct worker_state *state, uint32_t index);

/* Closes flows that were idle for too long, some at a time. Returns false where there is more to do. */
bool flow_expire(struct worker_state *state);
/* Starts looking for idle flows that the new policy does not allow. */
void flow_policy_changed(struct worker_state *state);

#endif
