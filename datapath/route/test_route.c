/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/policy/compiled_policy.h"
#include "datapath/route/local_ip.h"
#include "datapath/testing/fixture.h"
#include "lib/testing.h"

static void add(struct policy_builder *builder, const char *network, uint32_t gateway, uint16_t interface,
                uint32_t metric)
{
	struct policy_route route = {.interface = interface, .metric = metric};

	ck_assert_int_eq(ip_range_parse(network, &route.network), 0);
	if (gateway)
		route.gateway = ip_address_from_ip4(rte_be_to_cpu_32(gateway));
	ck_assert_int_eq(policy_builder_route(builder, &route), 0);
}

static const struct route *lookup(uint32_t destination)
{
	return route_lookup(atomic_load(&datapath.policy)->routes, destination);
}

/* feature: C01-015 */
START_TEST(the_longest_prefix_wins)
{
	struct policy_builder *builder = fixture_policy();

	add(builder, "0.0.0.0/0", IP(198, 51, 100, 20), WAN, 100);
	add(builder, "10.0.0.0/8", IP(10, 1, 0, 20), LAN, 100);
	add(builder, "10.2.0.0/16", IP(198, 51, 100, 30), WAN, 100);
	add(builder, "10.2.3.4/32", IP(10, 1, 0, 21), LAN, 100);
	fixture_apply(builder);
	ck_assert_uint_eq(lookup(IP(8, 8, 8, 8))->gateway, IP(198, 51, 100, 20));
	ck_assert_uint_eq(lookup(IP(10, 9, 9, 9))->gateway, IP(10, 1, 0, 20));
	ck_assert_uint_eq(lookup(IP(10, 2, 9, 9))->gateway, IP(198, 51, 100, 30));
	ck_assert_uint_eq(lookup(IP(10, 2, 3, 4))->gateway, IP(10, 1, 0, 21));
	ck_assert_uint_eq(lookup(CLIENT)->gateway, 0);
	ck_assert_uint_eq(lookup(CLIENT)->interface, LAN);
}
END_TEST

START_TEST(the_lowest_metric_wins)
{
	struct policy_builder *builder = fixture_policy();

	add(builder, "10.9.0.0/16", IP(10, 1, 0, 20), LAN, 100);
	add(builder, "10.9.0.0/16", IP(198, 51, 100, 20), WAN, 50);
	add(builder, "10.9.0.0/16", IP(10, 1, 0, 21), LAN, 70);
	fixture_apply(builder);
	ck_assert_uint_eq(lookup(IP(10, 9, 1, 1))->gateway, IP(198, 51, 100, 20));
}
END_TEST

START_TEST(own_addresses_are_core)
{
	struct policy_builder *builder = fixture_policy();
	struct policy_route out;

	/* Whatever routes say. */
	add(builder, "10.1.0.1/32", IP(198, 51, 100, 20), WAN, 0);
	fixture_apply(builder);
	ck_assert_int_eq(lookup(LAN_SHARED)->kind, ROUTE_CORE_SHARED);
	ck_assert_int_eq(lookup(LAN_PRIVATE)->kind, ROUTE_CORE_PRIVATE);
	ck_assert_int_eq(lookup(IP(10, 1, 0, 0))->kind, ROUTE_NO_HOST);
	ck_assert_int_eq(lookup(IP(10, 1, 0, 255))->kind, ROUTE_NO_HOST);
	ck_assert_ptr_null(lookup(IP(8, 8, 8, 8)));
	ck_assert(compiled_policy_route(atomic_load(&datapath.policy), LAN_SHARED, &out));
	ck_assert_uint_eq(out.interface, POLICY_INTERFACE_CORE);
	ck_assert(compiled_policy_route(atomic_load(&datapath.policy), IP(203, 0, 113, 1), &out));
	ck_assert_uint_eq(out.interface, WAN);
	ck_assert_uint_eq(ip_address_to_ip4(&out.gateway), rte_be_to_cpu_32(SERVER));
	ck_assert(!compiled_policy_route(atomic_load(&datapath.policy), IP(8, 8, 8, 8), &out));
}
END_TEST

START_TEST(many_routes_and_many_swaps)
{
	for (unsigned swap = 0; swap < 20; swap++) {
		struct policy_builder *builder = fixture_policy();
		char network[32];

		for (unsigned i = 0; i < 5000; i++) {
			snprintf(network, sizeof(network), "%u.%u.%u.0/24", 20 + i / 256, i % 256, swap);
			add(builder, network, IP(198, 51, 100, 20), WAN, 1);
		}
		fixture_apply(builder);
		fixture_walk();
		ck_assert_uint_eq(lookup(IP(20, 7, swap, 9))->gateway, IP(198, 51, 100, 20));
		ck_assert_ptr_null(lookup(IP(20, 7, swap + 1, 9)));
	}
}
END_TEST

/* feature: C06-007 */
START_TEST(a_route_chooses_its_local_ip)
{
	struct policy_address addresses[] = {
	    {.interface = 1, .kind = POLICY_ADDRESS_PRIVATE, .address = ip_address_from_ip4(0x0a010002)},
	    {.interface = 1, .kind = POLICY_ADDRESS_SHARED, .address = ip_address_from_ip4(0x0a010001)},
	    {.interface = 1, .kind = POLICY_ADDRESS_SHARED, .address = ip_address_from_ip4(0x0a020001)},
	    {.interface = 2, .kind = POLICY_ADDRESS_SHARED, .address = ip_address_from_ip4(0x0a030001)},
	    {.interface = 2, .kind = POLICY_ADDRESS_PRIVATE, .address = {.version = 6, .bytes = {[15] = 1}}}};
	struct policy policy = {.addresses = addresses, .address_count = 5};
	struct policy_route route = {.interface = 1};
	struct ip_address expected[] = {addresses[2].address, addresses[1].address, addresses[3].address};
	struct ip_address chosen;

	ip_range_parse("10.2.0.0/16", &route.network);
	chosen = route_local_ip(&policy, &route);
	ck_assert_int_eq(ip_address_compare(&chosen, &expected[0]), 0);
	ip_range_parse("0.0.0.0/0", &route.network);
	chosen = route_local_ip(&policy, &route);
	ck_assert_int_eq(ip_address_compare(&chosen, &expected[1]), 0);
	ip_range_parse("10.9.0.0/16", &route.network);
	chosen = route_local_ip(&policy, &route);
	ck_assert_int_eq(ip_address_compare(&chosen, &expected[1]), 0);
	route.local_ip = addresses[3].address;
	chosen = route_local_ip(&policy, &route);
	ck_assert_int_eq(ip_address_compare(&chosen, &expected[2]), 0);
	route.local_ip.version = 0;
	route.interface = 2;
	ip_range_parse("2001:db8::/32", &route.network);
	ck_assert_uint_eq(route_local_ip(&policy, &route).version, 0);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, fixture_setup, NULL);
	tcase_add_test(tests, the_longest_prefix_wins);
	tcase_add_test(tests, the_lowest_metric_wins);
	tcase_add_test(tests, own_addresses_are_core);
	tcase_add_test(tests, a_route_chooses_its_local_ip);
	tcase_add_test(tests, many_routes_and_many_swaps);
}

TEST_MAIN("route", add_tests)
