/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/event/event.h"

#include "datapath/worker/state.h"

#include <rte_ip.h>

/* A ring's elements are words of four bytes. */
_Static_assert(sizeof(struct event) % 4 == 0, "fits a ring");

static void read_ipv4(const struct rte_mbuf *mbuf, struct event *out)
{
	const struct rte_ipv4_hdr *header = rte_pktmbuf_mtod(mbuf, const struct rte_ipv4_hdr *);

	out->source = ip_address_from_ip4(rte_be_to_cpu_32(header->src_addr));
	out->destination = ip_address_from_ip4(rte_be_to_cpu_32(header->dst_addr));
	out->protocol = header->next_proto_id;
}

static void read_ipv6(const struct rte_mbuf *mbuf, struct event *out)
{
	const struct rte_ipv6_hdr *header = rte_pktmbuf_mtod(mbuf, const struct rte_ipv6_hdr *);

	out->source.version = out->destination.version = 6;
	memcpy(out->source.bytes, header->src_addr, sizeof(out->source.bytes));
	memcpy(out->destination.bytes, header->dst_addr, sizeof(out->destination.bytes));
	out->protocol = header->proto;
}

struct event event_about(enum event_kind kind, uint16_t interface, const struct rte_mbuf *mbuf)
{
	struct event event = {.kind = kind, .interface = interface, .length = rte_pktmbuf_pkt_len(mbuf)};

	if (*rte_pktmbuf_mtod(mbuf, const uint8_t *) >> 4 == 6)
		read_ipv6(mbuf, &event);
	else
		read_ipv4(mbuf, &event);
	return event;
}

/* A flood of one sort hides nothing of another. */
static struct event_allowance *allowance_of(struct worker_state *state, enum event_kind kind)
{
	return &state->event_allowances[kind == EVENT_FLOW_OPEN             ? EVENTS_FLOW_OPEN
	                                : kind == EVENT_THRESHOLD_BLACKLIST ? EVENTS_BLACKLIST
	                                : kind >= EVENT_NO_ROUTE_TO_SOURCE  ? EVENTS_REFUSED
	                                                                    : EVENTS_OTHER];
}

static bool allowed(struct worker_state *state, enum event_kind kind)
{
	bool other = kind < EVENT_NO_ROUTE_TO_SOURCE;
	uint64_t rate = other ? EVENTS_RATE : FLOW_EVENTS_RATE,
	         burst = other ? EVENTS_BURST : FLOW_EVENTS_BURST;
	struct event_allowance *allowance = allowance_of(state, kind);
	uint32_t passed = state->now - allowance->tick;

	if (passed >= FLOW_TICKS_PER_SECOND) {
		uint64_t gained = passed * rate / FLOW_TICKS_PER_SECOND;

		allowance->tick = state->now;
		allowance->tokens = (uint32_t)RTE_MIN(burst, allowance->tokens + gained);
	}
	return allowance->tokens;
}

bool event_has_room(struct worker_state *state, enum event_kind kind)
{
	if (allowed(state, kind))
		return true;
	count(state, COUNTER_EVENT_LOST, 1);
	return false;
}

void event_emit(struct worker_state *state, const struct event *event)
{
	if (!event_has_room(state, event->kind))
		return;
	allowance_of(state, event->kind)->tokens--;
	if (rte_ring_sp_enqueue_elem(state->worker->events, (void *)(uintptr_t)event, sizeof(*event)))
		count(state, COUNTER_EVENT_LOST, 1);
	else
		control_wake();
}
