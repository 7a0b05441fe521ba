/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/flow_filter.h"
#include "lib/testing.h"

#include <netinet/in.h>

static struct flow_filter filter;
static struct flow_ends ends;

static void setup(void)
{
	filter = (struct flow_filter){.interface = {{0}}};
	ends =
	    (struct flow_ends){.protocol = IPPROTO_TCP,
	                       .has_ports = true,
	                       .interface = {1, 2},
	                       .port = {40000, 80},
	                       .address = {ip_address_from_ip4(0x0a01000a), ip_address_from_ip4(0xc6336409)}};
}

static void want(enum capture_side side, uint16_t id)
{
	filter.interface[side].id[filter.interface[side].count++] = id;
}

START_TEST(nothing_asked_for_matches_all)
{
	ck_assert(flow_filter_is_empty(&filter) && flow_filter_is_valid(&filter));
	ck_assert(flow_filter_matches(&filter, &ends) && flow_filter_wants_source(&filter, 7));
}
END_TEST

/* feature: C07-013 C13-078 */
START_TEST(interfaces_of_each_side)
{
	want(CAPTURE_DESTINATION, 2);
	ck_assert(!flow_filter_is_empty(&filter) && flow_filter_matches(&filter, &ends));
	ck_assert(flow_filter_wants_source(&filter, 9));
	want(CAPTURE_SOURCE, 3);
	ck_assert(!flow_filter_matches(&filter, &ends) && !flow_filter_wants_source(&filter, 1));
	want(CAPTURE_SOURCE, 1);
	ck_assert(flow_filter_matches(&filter, &ends) && flow_filter_wants_source(&filter, 1));
	want(CAPTURE_EITHER, 2);
	ck_assert(flow_filter_matches(&filter, &ends));
	filter.interface[CAPTURE_EITHER].id[0] = 4;
	ck_assert(!flow_filter_matches(&filter, &ends));
}
END_TEST

/* feature: C07-013 */
START_TEST(ports_and_protocols)
{
	filter.packet.port[CAPTURE_DESTINATION].count = 1;
	filter.packet.port[CAPTURE_DESTINATION].range[0].first = 80;
	filter.packet.port[CAPTURE_DESTINATION].range[0].last = 90;
	ck_assert(flow_filter_matches(&filter, &ends));
	ends.has_ports = false;
	ck_assert(!flow_filter_matches(&filter, &ends));
	ends.has_ports = true;
	filter.packet.protocol.count = 1;
	filter.packet.protocol.range[0].first = filter.packet.protocol.range[0].last = IPPROTO_UDP;
	ck_assert(!flow_filter_matches(&filter, &ends));
}
END_TEST

START_TEST(what_is_no_filter)
{
	filter.interface[CAPTURE_SOURCE].count = FLOW_FILTER_INTERFACES_MAX + 1;
	ck_assert(!flow_filter_is_valid(&filter));
	filter.interface[CAPTURE_SOURCE].count = FLOW_FILTER_INTERFACES_MAX;
	ck_assert(flow_filter_is_valid(&filter));
	filter.packet.protocol.count = CAPTURE_NUMBERS_MAX + 1;
	ck_assert(!flow_filter_is_valid(&filter));
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, nothing_asked_for_matches_all);
	tcase_add_test(tests, interfaces_of_each_side);
	tcase_add_test(tests, ports_and_protocols);
	tcase_add_test(tests, what_is_no_filter);
}

TEST_MAIN("flow_filter", add_tests)
