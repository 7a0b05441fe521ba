/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/event/event.h"
#include "datapath/testing/fixture.h"
#include "lib/testing.h"

#include <netinet/in.h>

/* feature: C20-002 C20-006 */
START_TEST(a_line_names_everything)
{
	struct event event = {.kind = EVENT_OVERSIZED_PACKET, .protocol = 17, .length = 1500};
	struct event_place places[2] = {{"if1", "n/a"}, {"if2", "n/a"}};
	char line[EVENT_LINE];

	ip_address_parse("10.1.0.10", &event.source);
	ip_address_parse("2001:db8::1", &event.destination);
	event_format(&event, places, line, sizeof(line));
	ck_assert_str_eq(line, "LENGTHLIM: prio=Warning event=oversized_packet iface=if1 srcip=10.1.0.10 "
	                       "destip=2001:db8::1 ipproto=17 iplen=1500 action=drop");
	event.fragment = 1;
	event.identification = 7;
	event.fragment_offset = 1480;
	event.fragment_length = 20;
	places[0].interface = "core";
	event_format(&event, places, line, sizeof(line));
	ck_assert_ptr_nonnull(strstr(line, "iface=core "));
	ck_assert_ptr_nonnull(strstr(line, " fragid=7 fragoffs=1480 fraglen=20 action=drop"));
	event_format(&event, places, line, 10);
	ck_assert_uint_eq(strlen(line), 9);
}
END_TEST

/* feature: C20-002 */
START_TEST(no_more_than_the_rate)
{
	struct event event = {.kind = EVENT_OVERSIZED_PACKET};
	struct event seen;

	fixture_worker()->event_allowances[EVENTS_OTHER].tick = fixture_worker()->now;
	for (unsigned i = 0; i < EVENTS_BURST + 5; i++)
		event_emit(fixture_worker(), &event);
	ck_assert_uint_eq(fixture_counter(COUNTER_EVENT_LOST), 5);
	for (unsigned i = 0; i < EVENTS_BURST; i++)
		ck_assert_int_eq(rte_ring_sc_dequeue_elem(datapath.workers[0]->events, &seen, sizeof(seen)),
		                 0);
	ck_assert_int_ne(rte_ring_sc_dequeue_elem(datapath.workers[0]->events, &seen, sizeof(seen)), 0);
	fixture_seconds(1);
	for (unsigned i = 0; i < EVENTS_RATE + 1; i++)
		event_emit(fixture_worker(), &event);
	ck_assert_uint_eq(rte_ring_count(datapath.workers[0]->events), EVENTS_RATE);
	/* A ring that nobody empties loses what does not fit. */
	for (unsigned i = 0; i < EVENTS_RING / EVENTS_BURST + 1; i++) {
		fixture_seconds(EVENTS_BURST);
		for (unsigned j = 0; j < EVENTS_BURST; j++)
			event_emit(fixture_worker(), &event);
	}
	ck_assert_uint_lt(rte_ring_count(datapath.workers[0]->events), EVENTS_RING);
}
END_TEST

/* feature: C03-021 C01-018 */
START_TEST(a_line_about_a_decision_names_the_zones)
{
	struct event event = {.kind = EVENT_RULE_DROP,
	                      .protocol = IPPROTO_ICMP,
	                      .icmp_type = 8,
	                      .ports = {77},
	                      .rule = "no_ping",
	                      .hardware = {{2, 0, 0, 0, 0, 9}}};
	struct event_place places[2] = {{"if1", "inside"}, {"if2", "n/a"}};
	char line[EVENT_LINE];

	ip_address_parse("10.1.0.10", &event.source);
	ip_address_parse("198.51.100.10", &event.destination);
	event_format(&event, places, line, sizeof(line));
	ck_assert_str_eq(
	    line, "RULE: prio=Warning event=ruleset_drop_packet rule=no_ping pkt_flowdir=n/a "
	          "pkt_srchw=02:00:00:00:00:09 pkt_ipver=4 pkt_proto=ICMP pkt_recvif=if1 "
	          "pkt_recvzone=inside pkt_srcip=10.1.0.10 pkt_destip=198.51.100.10 pkt_type=8 pkt_code=0 "
	          "pkt_id=77 iface=if1 zone=inside action=drop");
	event.severity = 2;
	event_format(&event, places, line, sizeof(line));
	ck_assert_ptr_nonnull(strstr(line, "RULE: prio=Alert event=ruleset_drop_packet "));
	event = (struct event){.kind = EVENT_FLOW_OPEN,
	                       .protocol = 97,
	                       .source = event.source,
	                       .destination = event.destination,
	                       .about_source = event.destination,
	                       .about_destination = event.source,
	                       .rule = "all"};
	event_format(&event, places, line, sizeof(line));
	ck_assert_str_eq(line, "FLOW: prio=Info event=flow_open rule=all flow_proto=97 flowfwd_recvif=if1 "
	                       "flowfwd_recvzone=inside flowfwd_srcip=10.1.0.10 flowfwd_destip=198.51.100.10 "
	                       "flowrev_recvif=if2 flowrev_recvzone=n/a flowrev_srcip=198.51.100.10 "
	                       "flowrev_destip=10.1.0.10 action=allow");
	event_format(&event, places, line, 3);
	ck_assert_str_eq(line, "FL");
}
END_TEST

/* feature: C03-021 C01-018 */
START_TEST(longest_names_fit)
{
	struct event event = {
	    .kind = EVENT_NO_SOURCE_ROUTE, .protocol = IPPROTO_TCP, .ports = {65535, 65535}};
	char name[POLICY_NAME], line[EVENT_LINE];
	struct event_place places[2] = {{name, name}, {name, name}};

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = 0;
	memcpy(event.rule, name, sizeof(event.rule));
	memset(&event.hardware, 0xff, sizeof(event.hardware));
	ip_address_parse("1111:2222:3333:4444:5555:6666:7777:8888", &event.source);
	event.destination = event.about_source = event.about_destination = event.source;
	event_format(&event, places, line, sizeof(line));
	ck_assert_ptr_nonnull(strstr(line, " action=drop"));
	ck_assert_ptr_nonnull(strstr(line, "pkt_destport=65535 iface="));
	event.kind = EVENT_FLOW_OPEN;
	event_format(&event, places, line, sizeof(line));
	ck_assert_ptr_nonnull(strstr(line, " action=allow"));
}
END_TEST

/* feature: C01-018 C03-021 */
START_TEST(what_is_refused_is_told_and_hides_nothing_else)
{
	struct policy_builder *builder = fixture_policy();
	struct event event;
	struct rte_ether_addr mac = fixture_mac(LAN, MAC_NEIGHBOUR);

	fixture_rule(builder, 0, 0, 0, IPPROTO_UDP, 53, POLICY_DENY, false);
	fixture_apply(builder);
	/* The rule is not logged; what follows all rules is, and a source without a route. */
	ck_assert_ptr_null(fixture_pass(LAN, fixture_udp(CLIENT, 1, SERVER, 53), WAN));
	ck_assert_ptr_null(fixture_pass(LAN, fixture_udp(CLIENT, 1, SERVER, 54), WAN));
	ck_assert_int_eq(rte_ring_sc_dequeue_elem(datapath.workers[0]->events, &event, sizeof(event)), 0);
	ck_assert_int_eq(event.kind, EVENT_RULE_DROP);
	ck_assert_uint_eq(event.ports[1], 54);
	ck_assert_uint_eq(event.interface, LAN);
	ck_assert_str_eq(event.rule, "");
	ck_assert_mem_eq(&event.hardware, &mac, sizeof(mac));
	ck_assert_ptr_null(fixture_pass(LAN, fixture_udp(IP(192, 0, 2, 1), 1, SERVER, 53), WAN));
	ck_assert_int_eq(rte_ring_sc_dequeue_elem(datapath.workers[0]->events, &event, sizeof(event)), 0);
	ck_assert_int_eq(event.kind, EVENT_NO_ROUTE_TO_SOURCE);
	ck_assert_int_ne(rte_ring_sc_dequeue_elem(datapath.workers[0]->events, &event, sizeof(event)), 0);

	event.kind = EVENT_RULE_DROP;
	for (unsigned i = 0; i < FLOW_EVENTS_BURST; i++)
		event_emit(fixture_worker(), &event);
	ck_assert(!event_has_room(fixture_worker(), EVENT_NO_ROUTE_TO_SOURCE));
	ck_assert(event_has_room(fixture_worker(), EVENT_FLOW_OPEN));
	ck_assert(event_has_room(fixture_worker(), EVENT_OVERSIZED_PACKET));
	while (!rte_ring_sc_dequeue_elem(datapath.workers[0]->events, &event, sizeof(event)))
		;
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, fixture_setup, NULL);
	tcase_add_test(tests, a_line_names_everything);
	tcase_add_test(tests, no_more_than_the_rate);
	tcase_add_test(tests, a_line_about_a_decision_names_the_zones);
	tcase_add_test(tests, longest_names_fit);
	tcase_add_test(tests, what_is_refused_is_told_and_hides_nothing_else);
}
TEST_MAIN("event", add_tests)
