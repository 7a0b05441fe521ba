/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/testing/fixture.h"
#include "datapath/watch/table.h"
#include "lib/messages/capture.h"
#include "lib/messages/watch.h"
#include "lib/testing.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

static struct watch_table table;
static struct watch watch;
static uint32_t serial;

static void arm(enum watch_kind kind)
{
	watch = (struct watch){.id = 9, .kind = kind, .packets_max = 100, .rate = 1000};
	table.serial = ++serial;
	table.rules = kind == WATCH_RULES;
	table.packets = kind != WATCH_RULES;
	table.slot[3] = &watch;
	atomic_store(&datapath.watches, &table);
}

static void disarm(void)
{
	atomic_store(&datapath.watches, NULL);
	fixture_walk();
}

static void setup(void)
{
	fixture_setup();
	ck_assert_int_eq(watch_prepare(datapath.workers[0]->graph), 0);
	table.worker[0].ring = capture_ring_create(1 << 20);
	table.worker[0].packets = calloc(UINT16_MAX, sizeof(void *));
	ck_assert_ptr_nonnull(table.worker[0].ring);
	ck_assert_ptr_nonnull(table.worker[0].packets);
}

static void teardown(void)
{
	disarm();
	capture_ring_destroy(table.worker[0].ring);
	free(table.worker[0].packets);
	table.worker[0] = (struct watch_worker){.ring = NULL};
}

/* The next event; node "" where there is none. */
static struct watch_event next(void)
{
	struct watch_event event = {.id = 0};
	const struct capture_record *record = capture_ring_first(table.worker[0].ring);

	if (!record)
		return event;
	memcpy(&event, record + 1, sizeof(event));
	capture_ring_release(table.worker[0].ring);
	ck_assert_uint_eq(event.id, 9);
	return event;
}

static struct watch_event expect(const char *node)
{
	struct watch_event event = next();

	ck_assert_str_eq(event.node, node);
	return event;
}

static void expect_none(void)
{
	ck_assert_ptr_null(capture_ring_first(table.worker[0].ring));
}

static void send_udp(uint16_t port)
{
	struct rte_mbuf *mbuf = fixture_pass(LAN, fixture_udp(CLIENT, port, SERVER, 53), WAN);

	ck_assert_ptr_nonnull(mbuf);
	rte_pktmbuf_free(mbuf);
}

static bool is_untouched(void)
{
	struct rte_graph *graph = datapath.workers[0]->graph;
	struct rte_node *node;
	rte_graph_off_t offset;
	rte_node_t number;
	bool untouched = true;

	rte_graph_foreach_node(number, offset, graph, node)
	{
		/* What nodes had before anything was ever watched. */
		static rte_node_process_t before[128];

		if (!before[node->id])
			before[node->id] = node->process;
		untouched &= node->process == before[node->id];
	}
	return untouched;
}

/* Where nobody watches the graph is what it was: nothing is asked for any packet. */
START_TEST(off_costs_nothing)
{
	ck_assert(is_untouched());
	send_udp(4000);
	expect_none();
	arm(WATCH_PACKETS);
	send_udp(4001);
	ck_assert(!is_untouched());
	disarm();
	ck_assert(is_untouched());
	while (next().node[0])
		;
	send_udp(4002);
	expect_none();
}
END_TEST

START_TEST(a_packet_is_followed_through_the_graph)
{
	struct watch_event event;
	char text[IP_ADDRESS_TEXT];

	arm(WATCH_PACKETS);
	send_udp(4000);
	event = expect("ethernet_input");
	ck_assert_uint_eq(event.packet, 1);
	ck_assert_uint_eq(event.ends.interface[0], LAN);
	ck_assert_uint_eq(event.ends.protocol, IPPROTO_UDP);
	ck_assert_uint_eq(event.ends.port[0], 4000);
	ck_assert_str_eq(ip_address_format(&event.ends.address[1], text), "198.51.100.10");
	expect("ipv4_input");
	ck_assert_uint_eq(expect("flow_lookup").facts, 0);
	event = expect("flow_setup");
	ck_assert_uint_eq(event.facts, WATCH_DECIDED | WATCH_FLOW);
	ck_assert_str_eq(event.rule_name, "rule0");
	ck_assert_uint_eq(event.allowed, 1);
	ck_assert_uint_eq(event.reverse.kind, WATCH_ROUTE_FORWARD);
	ck_assert_uint_eq(event.reverse.interface, LAN);
	ck_assert_uint_eq(event.forward.interface, WAN);
	ck_assert_str_eq(event.drop, "");
	expect("flow_forward");
	event = expect("transmit");
	ck_assert_uint_eq(event.facts, WATCH_LAST);
	ck_assert_uint_eq(event.ends.interface[1], WAN);
	expect_none();
	/* The flow is there now. */
	send_udp(4000);
	expect("ethernet_input");
	expect("ipv4_input");
	ck_assert_uint_eq(expect("flow_lookup").facts, WATCH_FLOW);
	expect("flow_forward");
	ck_assert_uint_eq(expect("transmit").packet, 2);
	expect_none();
}
END_TEST

START_TEST(why_a_packet_is_dropped)
{
	struct policy_builder *builder = fixture_policy();
	struct watch_event event;

	fixture_rule(builder, 0, 0, 0, IPPROTO_TCP, 0, POLICY_DENY, false);
	fixture_apply(builder);
	fixture_walk();
	arm(WATCH_PACKETS);
	ck_assert_ptr_null(fixture_pass(LAN, fixture_tcp(CLIENT, 1, SERVER, 80, RTE_TCP_SYN_FLAG, 0), WAN));
	expect("ethernet_input");
	expect("ipv4_input");
	expect("flow_lookup");
	event = expect("flow_setup");
	ck_assert_str_eq(event.drop, "rule");
	ck_assert_str_eq(event.rule_name, "rule0");
	ck_assert_uint_eq(event.allowed, 0);
	ck_assert_uint_eq(expect("drop").facts, WATCH_LAST);
	ck_assert_ptr_null(fixture_pass(LAN, fixture_udp(CLIENT, 1, SERVER, 80), WAN));
	expect("ethernet_input");
	expect("ipv4_input");
	expect("flow_lookup");
	event = expect("flow_setup");
	ck_assert_str_eq(event.drop, "default_rule");
	ck_assert_uint_eq(event.rule, WATCH_NO_RULE);
	expect("drop");
	/* From an address that is not behind the interface. */
	ck_assert_ptr_null(fixture_pass(LAN, fixture_udp(SERVER, 1, CLIENT, 80), WAN));
	expect("ethernet_input");
	expect("ipv4_input");
	expect("flow_lookup");
	event = expect("flow_setup");
	ck_assert_str_eq(event.drop, "no_reverse_route");
	ck_assert_uint_eq(event.reverse.interface, WAN);
	expect("drop");
	expect_none();
}
END_TEST

START_TEST(what_a_packet_is_translated_to)
{
	struct policy_builder *builder = fixture_policy();
	struct watch_event event;
	char text[IP_ADDRESS_TEXT];
	uint16_t port;

	fixture_nat_rule(builder, POLICY_SOURCE_NAT_INTERFACE, 0);
	fixture_apply(builder);
	fixture_walk();
	arm(WATCH_PACKETS);
	send_udp(4000);
	while (strcmp((event = next()).node, "flow_setup") != 0)
		ck_assert_uint_ne(event.id, 0);
	ck_assert_str_eq(ip_address_format(&event.after[0], text), "198.51.100.1");
	ck_assert_str_eq(ip_address_format(&event.after[1], text), "198.51.100.10");
	ck_assert_uint_eq(event.after_port[1], 53);
	port = event.after_port[0];
	while (strcmp((event = next()).node, "transmit") != 0)
		ck_assert_uint_ne(event.id, 0);
	ck_assert_str_eq(ip_address_format(&event.ends.address[0], text), "198.51.100.1");
	ck_assert_uint_eq(event.ends.port[0], port);
	/* The answer, back to who asked. */
	rte_pktmbuf_free(fixture_pass(WAN, fixture_udp(SERVER, 53, WAN_SHARED, port), LAN));
	while (strcmp((event = next()).node, "flow_lookup") != 0)
		ck_assert_uint_ne(event.id, 0);
	ck_assert_uint_eq(event.facts, WATCH_FLOW | WATCH_REPLY);
	ck_assert_str_eq(ip_address_format(&event.after[1], text), "10.1.0.10");
	ck_assert_uint_eq(event.after_port[1], 4000);
}
END_TEST

/* A vector in which some are followed comes out whole and in order. */
START_TEST(a_vector_stays_in_order)
{
	unsigned followed = 0;

	arm(WATCH_PACKETS);
	watch.filter.packet.port[CAPTURE_SOURCE].count = 1;
	watch.filter.packet.port[CAPTURE_SOURCE].range[0].first = 5010;
	watch.filter.packet.port[CAPTURE_SOURCE].range[0].last = 5019;
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < 60; i++)
			fixture_receive(LAN, MAC_SHARED,
			                fixture_udp(CLIENT, (uint16_t)(5000 + i), SERVER, 53));
		fixture_walk();
		for (unsigned i = 0; i < 60; i++) {
			struct rte_mbuf *mbuf = fixture_sent(WAN);
			const struct rte_udp_hdr *udp;

			ck_assert_ptr_nonnull(mbuf);
			udp = rte_pktmbuf_mtod_offset(mbuf, const struct rte_udp_hdr *, 34);
			/* First packets of flows pass more nodes than others do. */
			if (round)
				ck_assert_uint_eq(rte_be_to_cpu_16(udp->src_port), 5000 + i);
			rte_pktmbuf_free(mbuf);
		}
	}
	for (struct watch_event event = next(); event.id; event = next())
		followed += !strcmp(event.node, "transmit");
	ck_assert_uint_eq(followed, 20);
	ck_assert_uint_eq(fixture_counter(COUNTER_TX_PACKETS), 120);
}
END_TEST

/* feature: C07-010 */
START_TEST(rules_tell_when_they_decide)
{
	struct watch_event event;

	arm(WATCH_RULES);
	send_udp(4000);
	event = expect("flow_setup");
	ck_assert_str_eq(event.rule_name, "rule0");
	ck_assert_uint_eq(event.ends.interface[0], LAN);
	/* Not for later packets of the flow, and not for what the firewall itself sends. */
	send_udp(4000);
	fixture_from_host(WAN, fixture_udp(WAN_SHARED, 5000, SERVER, 53));
	fixture_walk();
	rte_pktmbuf_free(fixture_sent(WAN));
	expect_none();
	/* Several first packets of one flow in one vector ask once. */
	for (unsigned i = 0; i < 5; i++)
		fixture_receive(LAN, MAC_SHARED, fixture_udp(CLIENT, 4001, SERVER, 53));
	fixture_walk();
	for (unsigned i = 0; i < 5; i++)
		rte_pktmbuf_free(fixture_sent(WAN));
	expect("flow_setup");
	expect_none();
}
END_TEST

/* feature: C07-010 */
START_TEST(rules_are_watched_by_interface_and_network)
{
	arm(WATCH_RULES);
	watch.filter.interface[CAPTURE_SOURCE].count = 1;
	watch.filter.interface[CAPTURE_SOURCE].id[0] = WAN;
	send_udp(4000);
	expect_none();
	watch.filter.interface[CAPTURE_SOURCE].id[0] = LAN;
	watch.filter.packet.address[CAPTURE_DESTINATION].count = 1;
	ck_assert_int_eq(
	    ip_range_parse("203.0.113.0/24", &watch.filter.packet.address[CAPTURE_DESTINATION].range[0]), 0);
	send_udp(4001);
	expect_none();
	ck_assert_int_eq(
	    ip_range_parse("198.51.100.0/24", &watch.filter.packet.address[CAPTURE_DESTINATION].range[0]), 0);
	send_udp(4002);
	expect("flow_setup");
}
END_TEST

/* feature: C07-010 */
START_TEST(a_flood_of_decisions_is_cut)
{
	unsigned seen = 0;

	arm(WATCH_RULES);
	watch.rate = 8;
	for (unsigned i = 0; i < 100; i++)
		send_udp((uint16_t)(4000 + i));
	while (next().id)
		seen++;
	ck_assert_uint_ge(seen, 1);
	ck_assert_uint_le(seen, 8);
	ck_assert_uint_eq(seen + watch.of[0].left_out, 100);
	ck_assert_uint_eq(fixture_counter(COUNTER_TX_PACKETS), 100);
}
END_TEST

START_TEST(so_many_packets_and_no_more)
{
	unsigned seen = 0;

	arm(WATCH_PACKETS);
	watch.packets_max = 3;
	for (unsigned i = 0; i < 10; i++)
		send_udp((uint16_t)(4000 + i));
	for (struct watch_event event = next(); event.id; event = next())
		seen += !strcmp(event.node, "transmit");
	ck_assert_uint_eq(seen, 3);
	/* Others are followed by their mark alone. */
	arm(WATCH_PROBES);
	send_udp(4000);
	expect_none();
}
END_TEST

/* What finds no room is left out, and no packet waits for it. */
START_TEST(a_full_ring)
{
	capture_ring_destroy(table.worker[0].ring);
	table.worker[0].ring = capture_ring_create(65536);
	arm(WATCH_PACKETS);
	watch.rate = 10000;
	watch.packets_max = 4000;
	for (unsigned i = 0; i < 200; i++)
		send_udp((uint16_t)(4000 + i));
	ck_assert_uint_gt(watch.of[0].left_out, 0);
	ck_assert_uint_eq(fixture_counter(COUNTER_TX_PACKETS), 200);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, off_costs_nothing);
	tcase_add_test(tests, a_packet_is_followed_through_the_graph);
	tcase_add_test(tests, why_a_packet_is_dropped);
	tcase_add_test(tests, what_a_packet_is_translated_to);
	tcase_add_test(tests, a_vector_stays_in_order);
	tcase_add_test(tests, rules_tell_when_they_decide);
	tcase_add_test(tests, rules_are_watched_by_interface_and_network);
	tcase_add_test(tests, a_flood_of_decisions_is_cut);
	tcase_add_test(tests, so_many_packets_and_no_more);
	tcase_add_test(tests, a_full_ring);
}

TEST_MAIN("watch", add_tests)
