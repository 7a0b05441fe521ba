/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow.h"
#include "datapath/nat/nat.h"
#include "datapath/nat/nat_ipv6.h"
#include "datapath/testing/fixture_ipv6.h"
#include "lib/testing.h"

#include <rte_random.h>
#include <stdlib.h>

/* Every test runs once with IPv4, _i 0, and once with IPv6. */

/* A flow of client number `number`. */
struct asked {
	struct flow_key key;
	struct flow_addresses addresses; /* of IPv6 */
};

static struct asked ask(bool ipv6, uint32_t number, uint16_t server_port)
{
	struct ip_address client = fixture_ipv6_address(CLIENT6), server = fixture_ipv6_address(SERVER6);
	rte_be32_t low = rte_cpu_to_be_32(number);
	struct asked asked = {.key = {.source = rte_cpu_to_be_32(0x0a000000 + number),
	                              .destination = SERVER,
	                              .source_port = RTE_BE16(1038),
	                              .destination_port = rte_cpu_to_be_16(server_port),
	                              .interface = LAN,
	                              .protocol = IPPROTO_UDP}};

	if (!ipv6)
		return asked;
	memcpy(asked.addresses.source, client.bytes, 12);
	memcpy(asked.addresses.source + 12, &low, sizeof(low));
	memcpy(asked.addresses.destination, server.bytes, 16);
	flow_key_set_ipv6(&asked.key, &asked.addresses);
	return asked;
}

static bool allocate(const struct flow_table *table, const struct asked *asked, struct flow_key *reply)
{
	struct ip_address translated;

	if (asked->key.family == FLOW_IPV4)
		return nat_allocate(table, &asked->key, WAN, WAN_SHARED, reply);
	translated = fixture_ipv6_address(WAN_SHARED6);
	return nat_ipv6_allocate(table, &asked->key, &asked->addresses, WAN, translated.bytes, reply);
}

static uint32_t open_flow(struct flow_table *table, const struct asked *asked, struct flow_key *reply)
{
	struct flow_key keys[2] = {asked->key};
	uint32_t index;
	int error;

	if (!allocate(table, asked, &keys[1]))
		return FLOW_NONE;
	index = flow_table_insert(table, keys, &error);
	ck_assert_msg(index, "the tuple is in use");
	*reply = keys[1];
	return index;
}

/* The share of the workers that a flow's packets go to, and its answers. */
static unsigned share(const struct asked *asked)
{
	return flow_share(asked->key.family == FLOW_IPV6
	                      ? flow_symmetric_hash_ipv6(&asked->key, &asked->addresses)
	                      : flow_symmetric_hash(&asked->key));
}

static unsigned share_of_answers(const struct asked *asked, const struct flow_key *reply)
{
	struct ip_address translated = fixture_ipv6_address(WAN_SHARED6);
	struct flow_addresses answers = flow_addresses_reversed(&asked->addresses);

	if (reply->family == FLOW_IPV4)
		return flow_share(flow_symmetric_hash(reply));
	memcpy(answers.destination, translated.bytes, 16);
	return flow_share(flow_symmetric_hash_ipv6(reply, &answers));
}

/* feature: C09-003 C09-004 */
START_TEST(nearly_every_port_towards_one_server_can_be_used_and_again_towards_another)
{
	struct flow_table *table = flow_table_create(150000, SOCKET_ID_ANY);
	struct flow_key reply;
	unsigned opened[2] = {0, 0};

	for (unsigned server = 0; server < 2; server++) {
		for (uint32_t i = 0; i < 66500; i++) {
			struct asked asked = ask(_i, i, 80 + server);

			opened[server] += open_flow(table, &asked, &reply) != FLOW_NONE;
		}
		ck_assert_uint_ge(opened[server], 62000);
		ck_assert_uint_le(opened[server], 65536 - NAT_PORT_FIRST);
	}
	flow_table_destroy(table);
}
END_TEST

#define MODEL_FLOWS       20000
#define MODEL_ALLOCATIONS 10000000

/*
 * The model is an array of what is in use by translated port: two flows to one server port never share one, both
 * directions of each are of one share, and what was freed can be used again.
 */
/* feature: C09-002 C09-003 C09-004 */
START_TEST(no_two_live_flows_ever_have_one_translated_tuple)
{
	struct flow_table *table = flow_table_create(MODEL_FLOWS, SOCKET_ID_ANY);
	uint8_t(*used)[65536] = calloc(4, sizeof(*used));
	struct {
		uint32_t index;
		uint16_t server, port;
	} *flows = calloc(MODEL_FLOWS, sizeof(*flows));
	uint32_t wanted = getenv("HADRIAN_LONG") ? MODEL_ALLOCATIONS : MODEL_ALLOCATIONS / 40, allocated = 0;

	while (allocated < wanted) {
		uint32_t i = rte_rand_max(MODEL_FLOWS);
		struct asked asked;
		struct flow_key reply;

		if (flows[i].index) {
			flow_table_remove(table, flows[i].index);
			used[flows[i].server][flows[i].port] = 0;
			flows[i].index = FLOW_NONE;
			continue;
		}
		flows[i].server = rte_rand_max(4);
		asked = ask(_i, i, 80 + flows[i].server);
		flows[i].index = open_flow(table, &asked, &reply);
		ck_assert_uint_ne(flows[i].index, FLOW_NONE);
		allocated++;
		flows[i].port = rte_be_to_cpu_16(reply.destination_port);
		ck_assert_uint_ge(flows[i].port, NAT_PORT_FIRST);
		ck_assert_uint_eq(used[flows[i].server][flows[i].port]++, 0);
		ck_assert_uint_eq(share(&asked), share_of_answers(&asked, &reply));
	}
	free(flows);
	free(used);
	flow_table_destroy(table);
}
END_TEST

/* feature: C09-003 */
START_TEST(ports_are_not_in_a_row)
{
	struct flow_table *table = flow_table_create(4096, SOCKET_ID_ANY);
	unsigned near = 0, low = 0;
	uint16_t last = 0;

	for (uint32_t i = 0; i < 2000; i++) {
		struct asked asked = ask(_i, i, 80);
		struct flow_key reply;
		uint16_t port;

		ck_assert_uint_ne(open_flow(table, &asked, &reply), FLOW_NONE);
		port = rte_be_to_cpu_16(reply.destination_port);
		near += abs(port - last) < 100;
		low += port < 32768;
		last = port;
	}
	ck_assert_uint_lt(near, 40);
	ck_assert_uint_gt(low, 800);
	ck_assert_uint_lt(low, 1200);
	flow_table_destroy(table);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, fixture_setup, NULL);
	tcase_set_timeout(tests, 3600);
	tcase_add_loop_test(tests, nearly_every_port_towards_one_server_can_be_used_and_again_towards_another,
	                    0, 2);
	tcase_add_loop_test(tests, no_two_live_flows_ever_have_one_translated_tuple, 0, 2);
	tcase_add_loop_test(tests, ports_are_not_in_a_row, 0, 2);
}
TEST_MAIN("nat_allocate", add_tests)
