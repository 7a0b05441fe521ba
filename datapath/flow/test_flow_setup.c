/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/event/event.h"
#include "datapath/flow/flow.h"
#include "datapath/testing/fixture.h"
#include "lib/testing.h"

#include <netinet/in.h>
#include <rte_random.h>
#include <string.h>

#define PACKETS 64 /* of a vector */

/* What makes a packet, so that it can be made twice. */
struct draft {
	uint32_t source, destination;
	uint16_t source_port, destination_port;
	uint8_t protocol, flags;
};

/* Few addresses and ports: packets of one vector are of one flow, answers of each other, to and from nowhere. */
static struct draft draw(void)
{
	static const uint32_t sources[] = {CLIENT, IP(10, 1, 0, 11), IP(192, 0, 2, 1), LAN_SHARED};
	static const uint32_t destinations[] = {SERVER,           IP(198, 51, 100, 11), IP(203, 0, 113, 7),
	                                        IP(192, 0, 2, 9), LAN_SHARED,           LAN_PRIVATE};
	static const uint8_t protocols[] = {IPPROTO_UDP, IPPROTO_TCP, IPPROTO_ICMP, IPPROTO_GRE};
	static const uint8_t flags[] = {RTE_TCP_SYN_FLAG, RTE_TCP_ACK_FLAG, RTE_TCP_RST_FLAG};

	return (struct draft){.source = sources[rte_rand_max(8) % 5 % RTE_DIM(sources)],
	                      .destination = destinations[rte_rand_max(RTE_DIM(destinations))],
	                      .source_port = (uint16_t)(4000 + rte_rand_max(3)),
	                      .destination_port = (uint16_t)(80 + rte_rand_max(6)),
	                      .protocol = protocols[rte_rand_max(RTE_DIM(protocols))],
	                      .flags = flags[rte_rand_max(8) % 5 % RTE_DIM(flags)]};
}

static struct rte_mbuf *make(const struct draft *draft)
{
	switch (draft->protocol) {
	case IPPROTO_UDP:
		return fixture_udp(draft->source, draft->source_port, draft->destination,
		                   draft->destination_port);
	case IPPROTO_TCP:
		return fixture_tcp(draft->source, draft->source_port, draft->destination,
		                   draft->destination_port, draft->flags, 0);
	case IPPROTO_ICMP:
		return fixture_echo(draft->source, draft->destination,
		                    draft->flags == RTE_TCP_SYN_FLAG ? RTE_IP_ICMP_ECHO_REQUEST
		                                                     : RTE_IP_ICMP_ECHO_REPLY,
		                    draft->source_port);
	default:
		return fixture_ip(draft->source, draft->destination, draft->protocol, 20);
	}
}

/* Allowed, denied, refused, translated, and by nothing. */
static void apply_rules(void)
{
	struct policy_builder *builder = fixture_policy();

	fixture_rule(builder, LAN, WAN, SERVER, IPPROTO_UDP, 81, POLICY_DENY, true);
	fixture_rule(builder, LAN, WAN, IP(203, 0, 113, 7), IPPROTO_TCP, 82, POLICY_DENY, true);
	fixture_rule(builder, LAN, WAN, 0, IPPROTO_UDP, 83, POLICY_DENY, false);
	fixture_rule(builder, LAN, WAN, SERVER, 0, 0, POLICY_ALLOW, false);
	fixture_rule(builder, LAN, WAN, 0, IPPROTO_TCP, 0, POLICY_ALLOW, false);
	fixture_rule(builder, LAN, POLICY_INTERFACE_CORE, 0, IPPROTO_ICMP, 0, POLICY_ALLOW, false);
	fixture_apply(builder);
	fixture_walk();
}

static void drain(void)
{
	struct rte_mbuf *mbuf;
	struct event event;

	while (!rte_ring_sc_dequeue_elem(datapath.workers[0]->events, &event, sizeof(event)))
		;
	while ((mbuf = fixture_sent(WAN)) || (mbuf = fixture_sent(LAN)) || (mbuf = fixture_to_control()))
		rte_pktmbuf_free(mbuf);
}

/* What the counters say of the packets, so many in a walk, that meet no flow at first. */
static struct counters pass(const struct draft *drafts, unsigned number, unsigned together)
{
	struct worker_state *state = fixture_worker();
	struct counters before, after;

	for (uint32_t i = 1; i <= state->flows->high; i++) {
		if (flow_at(state->flows, i)->used)
			flow_close(state, i);
	}
	/* The ICMP errors that may be sent, and the events that may be told, are as many as at the start. */
	fixture_seconds(RTE_MAX(2, FLOW_EVENTS_BURST / FLOW_EVENTS_RATE + 1));
	fixture_walk();
	before = state->worker->counters;
	for (unsigned i = 0; i < number; i += together) {
		for (unsigned k = i; k < RTE_MIN(i + together, number); k++)
			fixture_receive(LAN, MAC_SHARED, make(&drafts[k]));
		fixture_walk();
		drain();
	}
	after = state->worker->counters;
	for (unsigned i = 0; i < RTE_DIM(after.value); i++)
		after.value[i] -= before.value[i];
	return after;
}

/* feature: C01-016 C01-017 C07-004 C07-017 */
START_TEST(a_vector_is_decided_as_its_packets_are_one_by_one)
{
	struct draft drafts[PACKETS];
	uint64_t created = 0;

	apply_rules();
	for (unsigned round = 0; round < 200; round++) {
		struct counters alone, together;

		for (unsigned i = 0; i < PACKETS; i++)
			drafts[i] = draw();
		alone = pass(drafts, PACKETS, 1);
		together = pass(drafts, PACKETS, 1 + (unsigned)rte_rand_max(PACKETS));
		created +=
		    alone.value[COUNTER_FLOW_CREATED]; /* a round of packets that open none is possible */
		for (unsigned i = 0; i < RTE_DIM(alone.value); i++)
			ck_assert_msg(alone.value[i] == together.value[i],
			              "round %u: counter %u is %lu, and %lu where they come together", round,
			              i, (unsigned long)alone.value[i], (unsigned long)together.value[i]);
	}
	ck_assert_uint_gt(created, 200);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, fixture_setup, NULL);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_vector_is_decided_as_its_packets_are_one_by_one);
}

TEST_MAIN("flow_setup", add_tests)
