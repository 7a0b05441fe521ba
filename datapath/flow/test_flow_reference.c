/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow.h"
#include "datapath/flow/test_flow_reference_fragments.h"
#include "lib/testing.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/random.h>

/*
 * Random policies and random packets: the flow engine does with each what the reference model does, byte for byte. A
 * failure prints the seed; HADRIAN_TEST_SEED=<seed> repeats it, HADRIAN_LONG=1 goes on a hundred times longer.
 */
#define ROUNDS  60
#define PACKETS 600 /* a round: fewer flows than the table holds */

/* Where a rule may point, with its length; the first is everything. */
static const struct {
	const char *network;
	uint8_t length;
} targets[2][5] = {
    {{"0.0.0.0", 0}, {"198.51.100.10", 32}, {"203.0.113.0", 24}, {"10.1.0.0", 24}, {"203.0.113.4", 31}},
    {{"::", 0}, {SERVER6, 128}, {"2001:db8:3::", 48}, {"2001:db8:1::", 64}, {"2001:db8:3::76", 127}},
};

/* --- the policy ------------------------------------------------------------------------------------------- */

static uint16_t some_interface(bool core)
{
	uint16_t interface = any(core ? 4 : 3);

	return interface == 3 ? REFERENCE_CORE : interface;
}

static uint16_t interface_id(uint16_t interface)
{
	return interface == REFERENCE_CORE  ? POLICY_INTERFACE_CORE
	       : interface == REFERENCE_ANY ? POLICY_INTERFACE_ANY
	                                    : interface;
}

static void add_rule(struct policy_builder *builder, unsigned number, const struct reference_rule *rule,
                     const char *network)
{
	struct policy_service service = {.protocol_first = rule->protocol,
	                                 .protocol_last = rule->protocol ? rule->protocol : 255,
	                                 .icmp_type_last = 255,
	                                 .icmp_code_last = 255,
	                                 .source_ports = {0, 65535},
	                                 .destination_ports = {rule->port_first, rule->port_last}};
	struct policy_rule made = {.action = rule->allow ? POLICY_ALLOW : POLICY_DENY,
	                           .source_translation =
	                               rule->translate ? POLICY_SOURCE_NAT_INTERFACE : POLICY_SOURCE_KEEP,
	                           .source_interfaces = {policy_builder_interface_ids(builder), 1},
	                           .destination_interfaces = {policy_builder_interface_ids(builder) + 1, 1},
	                           .source_networks = {policy_builder_ranges(builder), 1},
	                           .destination_networks = {policy_builder_ranges(builder) + 1, 1},
	                           .services = {policy_builder_services(builder), 1}};
	struct ip_range all, destination;
	char text[64];

	snprintf(made.name, sizeof(made.name), "rule%u", number);
	snprintf(text, sizeof(text), "%s/%u", network, rule->prefix_length);
	ck_assert_int_eq(ip_range_parse(rule->family == 4 ? "0.0.0.0/0" : "::/0", &all), 0);
	ck_assert_int_eq(ip_range_parse(text, &destination), 0);
	ck_assert_int_eq(policy_builder_interface_id(builder, interface_id(rule->from)), 0);
	ck_assert_int_eq(policy_builder_interface_id(builder, interface_id(rule->to)), 0);
	ck_assert_int_eq(policy_builder_range(builder, &all), 0);
	ck_assert_int_eq(policy_builder_range(builder, &destination), 0);
	ck_assert_int_eq(policy_builder_service(builder, &service), 0);
	ck_assert_int_eq(policy_builder_rule(builder, &made), 0);
}

static void new_policy(void)
{
	struct policy_builder *builder = fixture_ipv6_policy();
	unsigned rules = 1 + any(8);

	/* So that forget_flows need not go on for long. */
	policy_builder_settings(builder)->flow_lifetime_tcp_open = 900;
	/* Time passes where a busy machine lets the test stand still, and the model has no clock. */
	policy_builder_settings(builder)->flow_lifetime_icmp = 900;
	policy_builder_settings(builder)->tcp.mss_min = REFERENCE_MSS_MIN;
	policy_builder_settings(builder)->tcp.mss_low = POLICY_MSS_DROP;
	fragments_allow(policy_builder_settings(builder));
	reference_reset();
	for (unsigned i = 0; i < rules; i++) {
		bool ipv6 = one_in(2);
		unsigned target = one_in(2) ? 0 : any(RTE_DIM(targets[0]));
		struct reference_rule rule = {.from = some_interface(false),
		                              .to = some_interface(true),
		                              .family = ipv6 ? 6 : 4,
		                              .prefix_length = targets[ipv6][target].length,
		                              .protocol = one_in(2) ? 0 : random_protocol(ipv6),
		                              .port_last = 65535,
		                              .allow = !one_in(4)};

		inet_pton(ipv6 ? AF_INET6 : AF_INET, targets[ipv6][target].network, rule.destination);
		rule.translate = rule.allow && one_in(2);
		if (rule.protocol == IPPROTO_UDP || rule.protocol == IPPROTO_TCP) {
			rule.port_first = one_in(2) ? 0 : random_ports[any(RTE_DIM(random_ports))];
			rule.port_last = one_in(2) ? 65535 : rule.port_first + any(1000);
		}
		reference_rule(&rule);
		add_rule(builder, i, &rule, targets[ipv6][target].network);
	}
	fixture_apply(builder);
	fixture_walk();
}

/* --- the comparison --------------------------------------------------------------------------------------- */

static const char *last_drop(const struct counters *before)
{
	for (unsigned counter = 0; counter < COUNTER_COUNT; counter++) {
		if (strncmp(counter_name(counter), "drop/", 5) == 0 &&
		    fixture_counter(counter) > before->value[counter])
			return counter_name(counter);
	}
	return "nothing";
}

/* For whoever reads a failure. */
static const char *hex(const struct rte_mbuf *mbuf)
{
	static char text[1024];
	unsigned at = 0;

	for (unsigned i = 0; i < rte_pktmbuf_data_len(mbuf) && at + 3 < sizeof(text); i++)
		at += (unsigned)snprintf(text + at, sizeof(text) - at, "%02x",
		                         rte_pktmbuf_mtod(mbuf, uint8_t *)[i]);
	return text;
}

static uint64_t dropped(void)
{
	uint64_t total = 0;

	for (unsigned counter = 0; counter < COUNTER_COUNT; counter++) {
		if (strncmp(counter_name(counter), "drop/", 5) == 0)
			total += fixture_counter(counter);
	}
	return total;
}

/* What came out next, and where: REFERENCE_CORE for the host. */
static struct rte_mbuf *next_out(uint16_t *interface)
{
	struct rte_mbuf *mbuf;

	for (*interface = LAN; *interface <= WAN; (*interface)++) {
		mbuf = fixture_sent(*interface);
		if (mbuf)
			return mbuf;
	}
	*interface = REFERENCE_CORE;
	return fixture_to_control();
}

/* The one packet that came out somewhere, or the fragments of one. */
static struct rte_mbuf *outcome(uint16_t *interface, bool ipv6)
{
	struct rte_mbuf *frames[FRAGMENTS_MAX + 1];
	unsigned count = 0;
	uint16_t from;

	while ((frames[count] = next_out(&from))) {
		ck_assert_uint_lt(count, FRAGMENTS_MAX);
		ck_assert(count == 0 || from == *interface);
		*interface = from;
		count++;
	}
	return fragments_join(frames, count, *interface == REFERENCE_CORE ? 0 : RTE_ETHER_HDR_LEN, ipv6);
}

static void check_frame(struct rte_mbuf *mbuf, uint16_t interface, bool ipv6)
{
	const struct rte_ether_hdr *header = rte_pktmbuf_mtod(mbuf, const struct rte_ether_hdr *);
	struct rte_ether_addr to = fixture_mac(interface, MAC_NEIGHBOUR),
	                      from = fixture_mac(interface, MAC_SHARED);

	ck_assert_mem_eq(&header->dst_addr, &to, sizeof(to));
	ck_assert_mem_eq(&header->src_addr, &from, sizeof(from));
	ck_assert_uint_eq(header->ether_type,
	                  ipv6 ? RTE_BE16(RTE_ETHER_TYPE_IPV6) : RTE_BE16(RTE_ETHER_TYPE_IPV4));
	rte_pktmbuf_adj(mbuf, sizeof(*header));
}

static void learn(const struct rte_mbuf *mbuf, struct reference_answer *answer)
{
	const uint8_t *at = rte_pktmbuf_mtod_offset(mbuf, const uint8_t *, answer->port_at);

	ck_assert_msg(reference_learn(answer, (uint16_t)(at[0] << 8 | at[1])), "port %u is no good choice",
	              at[0] << 8 | at[1]);
}

/* A wrong checksum stays wrong, by which value is nobody's business. */
static void compare_bytes(const struct rte_mbuf *mbuf, const struct reference_answer *answer, bool right)
{
	const uint8_t *packet = rte_pktmbuf_mtod(mbuf, const uint8_t *);
	unsigned header = packet[0] >> 4 == 4 ? 20 : 40;

	ck_assert_uint_eq(rte_pktmbuf_data_len(mbuf), answer->length);
	if (right) {
		ck_assert(reference_transport_checksum(packet));
		ck_assert_mem_eq(packet, answer->bytes, answer->length);
	} else {
		ck_assert_mem_eq(packet, answer->bytes, header + 2);
	}
}

static void receive(const struct random_packet *made, struct rte_mbuf *mbuf)
{
	if (made->ipv6)
		fixture_ipv6_receive(made->interface, fixture_mac(made->interface, MAC_SHARED), mbuf);
	else
		fixture_receive(made->interface, MAC_SHARED, mbuf);
}

/* The packet, or what it is cut into. Returns how many frames that were. */
static unsigned receive_all(const struct random_packet *made, struct rte_mbuf *fragments[], unsigned count)
{
	if (count == 0) {
		receive(made, made->mbuf);
		return 1;
	}
	rte_pktmbuf_free(made->mbuf);
	for (unsigned i = 0; i < count; i++)
		receive(made, fragments[i]);
	return count;
}

static void pass_one(void)
{
	struct random_packet made = random_packet();
	struct rte_mbuf *mbuf = made.mbuf, *out, *fragments[FRAGMENTS_MAX];
	unsigned parts = one_in(4) ? fragments_cut(&made, fragments) : 0;
	uint16_t from = made.interface, to = 0;
	struct reference_answer answer;
	struct counters counters = datapath.workers[0]->counters;
	uint64_t before = dropped();
	const char *hex_of = hex(mbuf);
	bool right;

	reference_receive(from, rte_pktmbuf_mtod(mbuf, uint8_t *), rte_pktmbuf_data_len(mbuf), &answer);
	right = answer.verdict != REFERENCE_DROP &&
	        reference_transport_checksum(rte_pktmbuf_mtod(mbuf, uint8_t *));
	parts = receive_all(&made, fragments, parts);
	fixture_walk();
	out = outcome(&to, made.ipv6);
	if (dropped() > before) {
		ck_assert_msg(answer.verdict == REFERENCE_DROP,
		              "dropped by %s, but the reference has it pass (%lu flows were evicted): from "
		              "%u in %u, %s",
		              last_drop(&counters), fixture_counter(COUNTER_FLOW_EVICTED), from, parts,
		              hex_of);
		ck_assert_msg(dropped() == before + parts, "%lu of %u were dropped, by %s: from %u, %s",
		              dropped() - before, parts, last_drop(&counters), from, hex_of);
	} else {
		ck_assert_msg(answer.verdict != REFERENCE_DROP,
		              "passed, but the reference drops it: from %u in %u, %s", from, parts, hex_of);
		ck_assert_ptr_nonnull(out);
		ck_assert_uint_eq(to, answer.verdict == REFERENCE_HOST ? REFERENCE_CORE : answer.interface);
		if (answer.verdict == REFERENCE_FORWARD)
			check_frame(out, to, made.ipv6);
		else
			ck_assert_int_eq(packet_of(out)->kind, PACKET_TO_HOST);
		if (answer.translated)
			learn(out, &answer);
		compare_bytes(out, &answer, right);
	}
	rte_pktmbuf_free(out); /* an answer about a dropped packet among it */
}

/* Till every flow is gone. */
static void forget_flows(void)
{
	fixture_seconds(1000);
	for (unsigned i = 0;
	     i < 10000 && fixture_counter(COUNTER_FLOW_CLOSED) < fixture_counter(COUNTER_FLOW_CREATED); i++)
		fixture_walk();
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_CLOSED), fixture_counter(COUNTER_FLOW_CREATED));
}

/* What packets are dropped for that get far enough. */
static const enum counter reached[] = {
    COUNTER_DROP_TCP_FLAGS,         COUNTER_DROP_TCP_NO_FLOW,         COUNTER_DROP_TCP_STATE,
    COUNTER_DROP_TCP_SEQUENCE,      COUNTER_DROP_TCP_ACKNOWLEDGEMENT, COUNTER_DROP_TCP_RESET,
    COUNTER_DROP_ICMP_NO_FLOW,      COUNTER_DROP_ICMP_EMBEDDED,       COUNTER_DROP_ICMP_WINDOW,
    COUNTER_DROP_ICMP_CHECKSUM,     COUNTER_DROP_IPV4_OPTIONS,        COUNTER_DROP_IPV4_SOURCE_ROUTE,
    COUNTER_DROP_IPV4_RECORD_ROUTE, COUNTER_DROP_IPV4_TIMESTAMP,      COUNTER_DROP_IPV4_OPTION_OTHER,
    COUNTER_DROP_IPV6_EXTENSION,    COUNTER_DROP_IPV6_ROUTING_HEADER,
};

/* feature: C01-006 C01-012 C01-013 C01-014 C01-015 C01-016 C01-017 C01-019 C07-017 C08-023 C09-002 C09-008
            C09-009 C09-010 */
START_TEST(engine_does_what_the_reference_does)
{
	const char *given = getenv("HADRIAN_TEST_SEED");
	unsigned rounds = getenv("HADRIAN_LONG") ? 100 * ROUNDS : ROUNDS;
	uint64_t seed;

	if (given)
		seed = strtoull(given, NULL, 0);
	else
		ck_assert_int_eq(getrandom(&seed, sizeof(seed), 0), sizeof(seed));
	random_seed(seed);
	printf("# HADRIAN_TEST_SEED=%#lx\n", (unsigned long)seed);
	fflush(stdout);
	fake_neighbour(LAN, IP(10, 1, 0, 11), fixture_mac(LAN, MAC_NEIGHBOUR));
	fake_neighbour_at(LAN, fixture_ipv6_address("2001:db8:1::11"), fixture_mac(LAN, MAC_NEIGHBOUR));
	for (unsigned round = 0; round < rounds; round++) {
		new_policy();
		for (unsigned i = 0; i < PACKETS; i++)
			pass_one();
		forget_flows();
	}
	/* Nothing that was dropped or sent is held by anybody. */
	ck_assert_uint_eq(rte_mempool_in_use_count(datapath.packets), 0);
	ck_assert_uint_gt(fixture_counter(COUNTER_FLOW_CREATED), rounds * 10);
	for (unsigned i = 0; i < RTE_DIM(reached); i++)
		ck_assert_msg(fixture_counter(reached[i]) > 0, "never %s", counter_name(reached[i]));
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, fixture_ipv6_setup, NULL);
	tcase_set_timeout(tests, 3600);
	tcase_add_test(tests, engine_does_what_the_reference_does);
}
TEST_MAIN("flow_reference", add_tests)
