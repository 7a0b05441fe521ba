/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/blacklist/blacklist.h"
#include "datapath/core/control.h"
#include "datapath/event/event.h"
#include "datapath/flow/flow.h"
#include "datapath/icmp/icmp_error.h"
#include "datapath/mirror/table.h"
#include "datapath/testing/fixture_ipv6.h"
#include "lib/testing.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define OTHER_CLIENT IP(10, 1, 0, 77)

/* The control thread is this one. */
static uint64_t now = 1000 * NANOSECONDS_PER_SECOND;
static qb_loop_t *loop;

uint64_t control_now(void)
{
	return now;
}

qb_loop_t *control_loop(void)
{
	return loop;
}

void control_synchronize(void)
{
}

const struct policy *control_policy(void)
{
	return fixture_worker()->policy ? &fixture_worker()->policy->policy : NULL;
}

static void set_up(void)
{
	fixture_ipv6_setup();
	datapath.active = true;
	loop = qb_loop_create();
}

static void tear_down(void)
{
	blacklist_stop();
	qb_loop_destroy(loop);
}

static struct blacklist_entry from(const char *source, uint32_t timeout_s)
{
	struct blacklist_entry entry = {
	    .interface = LAN, .protocol_last = UINT8_MAX, .port_last = UINT16_MAX, .timeout_s = timeout_s};

	ck_assert_int_eq(ip_address_parse(source, &entry.source), 0);
	return entry;
}

static int bar(const char *source, uint32_t timeout_s)
{
	struct blacklist_entry entry = from(source, timeout_s);
	int error = blacklist_insert(&entry, true);

	fixture_walk();
	worker_completions();
	return error;
}

static bool opens(uint32_t source, uint16_t port)
{
	struct rte_mbuf *sent = fixture_pass(LAN, fixture_udp(source, port, SERVER, 53), WAN);

	rte_pktmbuf_free(sent);
	return sent != NULL;
}

static bool opens_ipv6(uint16_t port)
{
	struct rte_mbuf *sent = fixture_ipv6_pass(LAN, fixture_ipv6_udp(CLIENT6, port, SERVER6, 53), WAN);

	rte_pktmbuf_free(sent);
	return sent != NULL;
}

/* feature: C25-001 */
START_TEST(flows_are_refused_and_closed)
{
	struct blacklist_entry entry = from("10.1.0.10", 0);
	struct rte_mbuf *sent;

	ck_assert(opens(CLIENT, 4000) && opens(CLIENT, 4001) && opens(OTHER_CLIENT, 4000));
	ck_assert_int_eq(bar("10.1.0.10", 0), 0);
	ck_assert_uint_eq(flow_count(), 1);
	ck_assert(!opens(CLIENT, 4000));
	ck_assert(!opens(CLIENT, 4009));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_BLACKLIST), 2);
	ck_assert(opens(OTHER_CLIENT, 4000) && opens(OTHER_CLIENT, 4001));
	/* Its answers would be barred. */
	sent = fixture_pass(WAN, fixture_udp(SERVER, 53, CLIENT, 4020), LAN);
	ck_assert_ptr_null(sent);
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_BLACKLIST), 3);
	ck_assert_int_eq(blacklist_remove(&entry), 1);
	ck_assert(opens(CLIENT, 4000));
	ck_assert_int_eq(blacklist_remove(&entry), 0);
}
END_TEST

/* feature: C25-001 */
START_TEST(ipv6_is_refused_and_closed)
{
	ck_assert(opens_ipv6(4000));
	ck_assert_int_eq(bar(CLIENT6, 0), 0);
	ck_assert_uint_eq(flow_count(), 0);
	ck_assert(!opens_ipv6(4000));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_BLACKLIST), 1);
	ck_assert(opens(CLIENT, 4000));
}
END_TEST

/* feature: C25-001 */
START_TEST(errors_about_flows_of_others_are_refused)
{
	for (unsigned barred = 0; barred < 2; barred++) {
		struct blacklist_entry entry = from("198.51.100.99", 0);
		struct rte_mbuf *mbuf = fixture_pass(LAN, fixture_udp(CLIENT, 4000, SERVER, 53), WAN);

		entry.interface = WAN;
		if (barred)
			ck_assert_int_eq(blacklist_insert(&entry, true), 0);
		ck_assert_ptr_nonnull(mbuf);
		rte_pktmbuf_adj(mbuf, RTE_ETHER_HDR_LEN);
		ck_assert_int_eq(icmp_error_build(mbuf, 3, 1, 0, IP(198, 51, 100, 99)), 0);
		mbuf = fixture_pass(WAN, mbuf, LAN);
		ck_assert_int_eq(mbuf == NULL, barred);
		rte_pktmbuf_free(mbuf);
	}
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_BLACKLIST), 1);
}
END_TEST

/* feature: C25-001 */
START_TEST(who_is_barred_is_told_nothing)
{
	struct policy_builder *builder = fixture_policy();

	fixture_rule(builder, 0, 0, 0, 0, 0, POLICY_DENY, true);
	fixture_apply(builder);
	fixture_walk();
	ck_assert_int_eq(bar("10.1.0.10", 0), 0);
	ck_assert(!opens(CLIENT, 4000));
	ck_assert_ptr_null(fixture_sent(LAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_BLACKLIST), 1);
}
END_TEST

static uint32_t left(unsigned expected)
{
	uint32_t count = 0, timeout_s;
	struct blacklist_entry *rows = rows_blacklist(&count);

	ck_assert_uint_eq(count, expected);
	timeout_s = count ? rows[0].timeout_s : 0;
	free(rows);
	return timeout_s;
}

/* feature: C25-005 C25-011 */
START_TEST(the_longer_time_stays)
{
	ck_assert_int_eq(bar("10.1.0.10", 30), 0);
	ck_assert_int_eq(bar("10.1.0.10", 10), 0);
	ck_assert_uint_eq(left(1), 30);
	now += 10 * NANOSECONDS_PER_SECOND;
	ck_assert_uint_eq(left(1), 20);
	ck_assert_int_eq(bar("10.1.0.10", 40), 0);
	ck_assert_uint_eq(left(1), 40);
	now += 39 * NANOSECONDS_PER_SECOND + 1;
	blacklist_second();
	ck_assert_uint_eq(left(1), 1);
	ck_assert(!opens(CLIENT, 4000));
	now += NANOSECONDS_PER_SECOND;
	blacklist_second();
	left(0);
	ck_assert(opens(CLIENT, 4000));
	ck_assert_int_eq(bar("10.1.0.10", 30), 0);
	ck_assert_int_eq(bar("10.1.0.10", 0), 0);
	ck_assert_int_eq(bar("10.1.0.10", 30), 0);
	ck_assert_uint_eq(left(1), 0);
}
END_TEST

/* A whitelist rule about UDP port 53 of a source. */
static void spare(const char *source)
{
	struct policy_builder *builder = fixture_policy();
	struct policy_rule rule = {.source_interfaces = {policy_builder_interface_ids(builder), 1},
	                           .source_networks = {policy_builder_ranges(builder), 1},
	                           .destination_networks = {policy_builder_ranges(builder) + 1, 1},
	                           .services = {policy_builder_services(builder), 1}};
	struct policy_service service = {.protocol_first = IPPROTO_UDP,
	                                 .protocol_last = IPPROTO_UDP,
	                                 .source_ports = {0, 65535},
	                                 .destination_ports = {53, 53}};
	struct ip_range ranges[2];

	rule.destination_interfaces = rule.source_interfaces;
	ck_assert_int_eq(ip_range_parse(source, &ranges[0]), 0);
	ck_assert_int_eq(ip_range_parse("0.0.0.0/0", &ranges[1]), 0);
	policy_builder_interface_id(builder, POLICY_INTERFACE_ANY);
	policy_builder_range(builder, &ranges[0]);
	policy_builder_range(builder, &ranges[1]);
	policy_builder_service(builder, &service);
	policy_builder_whitelist_rule(builder, &rule);
	fixture_rule(builder, 0, 0, 0, 0, 0, POLICY_ALLOW, false);
	fixture_apply(builder);
	fixture_walk();
}

/* feature: C25-012 C25-013 */
START_TEST(the_whitelist_spares)
{
	struct blacklist_entry entry = from("10.1.0.10", 0);

	spare("10.1.0.10");
	ck_assert(opens(CLIENT, 4000));
	ck_assert_int_eq(bar("10.1.0.10", 0), 0);
	ck_assert(opens(CLIENT, 4000) && opens(CLIENT, 4001));
	rte_pktmbuf_free(fixture_pass(LAN, fixture_udp(CLIENT, 4000, SERVER, 54), WAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_BLACKLIST), 1);
	entry.protocol_first = entry.protocol_last = IPPROTO_UDP;
	entry.port_first = entry.port_last = 53;
	ck_assert_int_eq(blacklist_insert(&entry, true), -EPERM);
	/* What it spares no more is closed. */
	spare("10.1.0.99");
	blacklist_policy();
	fixture_walk();
	worker_completions();
	ck_assert_uint_eq(flow_count(), 0);
	ck_assert(!opens(CLIENT, 4000));
}
END_TEST

static void told(const struct blacklist_entry *entry)
{
	ck_assert_int_eq(blacklist_mirror_class.table->put(entry, sizeof(*entry)), 0);
}

/* feature: C22-002 C25-001 */
START_TEST(the_standby_bars_where_it_takes_over)
{
	struct blacklist_entry first = from("10.1.0.10", 30), second = from("10.1.0.77", 0);

	ck_assert(opens(CLIENT, 4000));
	datapath.active = false;
	ck_assert_int_eq(bar("10.1.0.10", 0), -EACCES);
	ck_assert_int_eq(blacklist_remove(&first), -EACCES);
	told(&first);
	told(&second);
	/* The active node says how long, not who is there longest. */
	first.timeout_s = 20;
	told(&first);
	ck_assert_uint_eq(left(2), 20);
	blacklist_mirror_class.table->mark();
	told(&first);
	blacklist_mirror_class.table->sweep();
	left(1);
	datapath.active = true;
	blacklist_mirror_class.activity(true);
	fixture_walk();
	worker_completions();
	/* Whose flows the peer had no time to close. */
	ck_assert_uint_eq(flow_count(), 0);
	ck_assert(!opens(CLIENT, 4000));
	ck_assert(opens(OTHER_CLIENT, 4000));
}
END_TEST

/* feature: C22-002 */
START_TEST(changes_are_told)
{
	struct blacklist_entry entry = from("10.1.0.10", 0);

	fake_records_forget();
	ck_assert_int_eq(bar("10.1.0.10", 30), 0);
	ck_assert_uint_eq(fake_record_count, 1);
	ck_assert_uint_eq(fake_records[0].header.class_id, RECORD_BLACKLIST);
	/* A flood of packets that trigger it is no flood of records. */
	now += NANOSECONDS_PER_SECOND / 2;
	for (unsigned i = 0; i < 100; i++)
		ck_assert_int_eq(bar("10.1.0.10", 30), 0);
	ck_assert_uint_eq(fake_record_count, 1);
	ck_assert_int_eq(bar("10.1.0.10", 0), 0);
	ck_assert_uint_eq(fake_record_count, 2);
	ck_assert_int_eq(blacklist_remove(&entry), 1);
	ck_assert_uint_eq(fake_record_count, 3);
	ck_assert_uint_eq(fake_records[2].header.operation, RECORD_DELETE);
	datapath.active = false;
	told((const struct blacklist_entry *)fake_records[1].payload);
	left(1);
	ck_assert_int_eq(
	    blacklist_mirror_class.table->remove(fake_records[2].payload, fake_records[2].header.length), 0);
	left(0);
}
END_TEST

START_TEST(threshold_rules_leave_room_for_people)
{
	struct blacklist_entry entry = from("10.1.0.10", 0);
	unsigned made = 0;

	entry.system = BLACKLIST_THRESHOLD;
	do {
		entry.source = ip_address_from_ip4(0x0a020000 + made);
		made++;
	} while (blacklist_insert(&entry, false) == 0);
	ck_assert_uint_eq(made - 1, BLACKLIST_MAX - BLACKLIST_RESERVED);
	ck_assert_int_eq(bar("10.1.0.10", 0), 0);
	ck_assert(!opens(CLIENT, 4000));
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, flows_are_refused_and_closed);
	tcase_add_test(tests, ipv6_is_refused_and_closed);
	tcase_add_test(tests, errors_about_flows_of_others_are_refused);
	tcase_add_test(tests, who_is_barred_is_told_nothing);
	tcase_add_test(tests, the_longer_time_stays);
	tcase_add_test(tests, the_whitelist_spares);
	tcase_add_test(tests, the_standby_bars_where_it_takes_over);
	tcase_add_test(tests, changes_are_told);
	tcase_add_test(tests, threshold_rules_leave_room_for_people);
}

TEST_MAIN("blacklist_list", add_tests)
