/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/testing.h"
#include "mgmt/mgmtd/policy/route_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct route_list list;

static void tear_down(void)
{
	route_list_free(&list);
}

static void add(const char *network, uint16_t interface, uint32_t metric)
{
	struct policy_route route = {.interface = interface, .metric = metric};

	ck_assert_int_eq(ip_range_parse(network, &route.network), 0);
	ck_assert_int_eq(route_list_add(&list, &route), 0);
}

static void write_list(struct policy *policy, void **blob)
{
	struct policy_builder *builder = policy_builder_create();
	struct policy_interface interface = {.mtu = 1500};
	char reason[128];
	size_t length;

	for (uint16_t id = 1; id <= 40; id++) {
		interface.id = id;
		snprintf(interface.name, sizeof(interface.name), "if%u", id);
		snprintf(interface.device, sizeof(interface.device), "port%u", id);
		ck_assert_int_eq(policy_builder_interface(builder, &interface), 0);
	}
	*policy_builder_settings(builder) = (struct policy_settings){
	    .workers = 1, .heartbeat_interval_ms = 10, .peer_dead_ms = 200, .max_flows = 1024};
	ck_assert_int_eq(route_list_write(&list, builder), 0);
	ck_assert_int_eq(policy_builder_finish(builder, 1, blob, &length), 0);
	policy_builder_destroy(builder);
	ck_assert_msg(policy_open(*blob, length, policy, reason) == 0, "%s", reason);
}

/* As the datapath does: the longest prefix, of equal ones the lowest metric, then the first. */
static uint16_t look_up(const struct policy *policy, uint32_t address)
{
	const struct policy_route *best = NULL;
	unsigned best_length = 0, length;

	for (uint32_t i = 0; i < policy->route_count; i++) {
		const struct policy_route *route = &policy->routes[i];

		if (!ip_range_prefix_length(&route->network, &length))
			ck_abort_msg("route %u is no prefix", i);
		if (address < ip_address_to_ip4(&route->network.first) ||
		    address > ip_address_to_ip4(&route->network.last))
			continue;
		if (best &&
		    (length < best_length || (length == best_length && route->metric >= best->metric)))
			continue;
		best = route;
		best_length = length;
	}
	return best ? best->interface : 0;
}

/* As the guide says: the narrowest range, of equal ones the lowest metric, then the first. */
static uint16_t expected(uint32_t address)
{
	const struct policy_route *best = NULL;
	uint32_t best_size = 0;

	for (size_t i = 0; i < list.count; i++) {
		const struct policy_route *route = &list.route[i];
		uint32_t first = ip_address_to_ip4(&route->network.first),
		         last = ip_address_to_ip4(&route->network.last);

		if (address < first || address > last)
			continue;
		if (best && (last - first > best_size ||
		             (last - first == best_size && route->metric >= best->metric)))
			continue;
		best = route;
		best_size = last - first;
	}
	return best ? best->interface : 0;
}

static uint16_t where(const struct policy *policy, const char *text)
{
	struct ip_address address;

	ck_assert_int_eq(ip_address_parse(text, &address), 0);
	return look_up(policy, ip_address_to_ip4(&address));
}

/* feature: C06-005 C06-012 */
START_TEST(the_narrowest_range_wins)
{
	struct policy policy;
	void *blob;

	add("0.0.0.0/0", 1, 0);
	add("10.0.0.0-10.0.1.5", 2, 0); /* 262 addresses: wider than the network at its end */
	add("10.0.1.0/24", 3, 0);
	add("192.168.0.5-192.168.0.17", 4, 0);
	add("192.168.0.18-192.168.0.254", 5, 0);
	add("192.168.0.10-192.168.0.20", 6, 0);
	write_list(&policy, &blob);
	ck_assert_uint_eq(where(&policy, "10.0.0.255"), 2);
	ck_assert_uint_eq(where(&policy, "10.0.1.0"), 3);
	ck_assert_uint_eq(where(&policy, "10.0.1.5"), 3);
	ck_assert_uint_eq(where(&policy, "10.0.2.0"), 1);
	ck_assert_uint_eq(where(&policy, "192.168.0.9"), 4);
	ck_assert_uint_eq(where(&policy, "192.168.0.10"), 6);
	ck_assert_uint_eq(where(&policy, "192.168.0.20"), 6);
	ck_assert_uint_eq(where(&policy, "192.168.0.21"), 5);
	ck_assert_uint_eq(where(&policy, "192.168.0.255"), 1);
	free(blob);
}
END_TEST

/* feature: C06-005 C06-012 */
START_TEST(equal_ranges_go_by_metric_and_then_by_order)
{
	struct policy policy;
	void *blob;

	add("10.0.0.1-10.0.0.10", 1, 5);
	add("10.0.0.6-10.0.0.15", 2, 4);
	add("10.0.0.11-10.0.0.20", 3, 4);
	add("10.1.0.0/28", 4, 1);
	add("10.1.0.8-10.1.0.23", 5, 0); /* 16 addresses too */
	add("255.255.255.3-255.255.255.255", 6, 0);
	add("255.255.255.3-255.255.255.255", 7, 0);
	write_list(&policy, &blob);
	ck_assert_uint_eq(where(&policy, "10.0.0.5"), 1);
	ck_assert_uint_eq(where(&policy, "10.0.0.6"), 2);
	ck_assert_uint_eq(where(&policy, "10.0.0.15"), 2);
	ck_assert_uint_eq(where(&policy, "10.0.0.16"), 3);
	ck_assert_uint_eq(where(&policy, "10.1.0.7"), 4);
	ck_assert_uint_eq(where(&policy, "10.1.0.8"), 5);
	ck_assert_uint_eq(where(&policy, "255.255.255.255"), 6);
	ck_assert_uint_eq(where(&policy, "255.255.255.2"), 0);
	free(blob);
}
END_TEST

/* Up to 40 ranges and networks that overlap at random. */
static void add_at_random(unsigned seed)
{
	char text[64];

	srand(seed);
	for (uint16_t route = 1; route <= 40; route++) {
		unsigned first = (unsigned)rand() % 256, size = 1 + (unsigned)rand() % 64;

		if (rand() % 3 == 0) {
			size = 1u << rand() % 8;
			first &= ~(size - 1);
		}
		if (first + size > 256)
			size = 256 - first;
		snprintf(text, sizeof(text), "10.0.0.%u-10.0.0.%u", first, first + size - 1);
		add(text, route, (uint32_t)rand() % 3);
	}
}

/* feature: C06-005 C06-012 */
START_TEST(prefixes_mean_what_the_ranges_mean)
{
	struct policy policy;
	void *blob;

	for (unsigned seed = 1; seed <= 200; seed++) {
		add_at_random(seed);
		write_list(&policy, &blob);
		for (uint32_t address = 0x0a000000; address < 0x0a000100; address++)
			if (look_up(&policy, address) != expected(address))
				ck_abort_msg("seed %u, address %x", seed, address);
		free(blob);
		route_list_free(&list);
	}
}
END_TEST

START_TEST(ip_version_6_is_left_out)
{
	struct policy policy;
	void *blob;

	add("::/0", 1, 0);
	add("2001:db8::1-2001:db8::9", 2, 0);
	write_list(&policy, &blob);
	ck_assert_uint_eq(policy.route_count, 0);
	free(blob);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, NULL, tear_down);
	tcase_add_test(tests, the_narrowest_range_wins);
	tcase_add_test(tests, equal_ranges_go_by_metric_and_then_by_order);
	tcase_add_test(tests, prefixes_mean_what_the_ranges_mean);
	tcase_add_test(tests, ip_version_6_is_left_out);
}

TEST_MAIN("mgmt_route_list", add_tests)
