/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow_query.h"
#include "datapath/flow/flow_table.h"
#include "datapath/testing/fixture.h"
#include "lib/messages/query.h"
#include "lib/testing.h"

#include <errno.h>
#include <netinet/in.h>

static struct flow_filter filter;
static struct flow_row rows[FLOW_PAGE_MAX * 8];
static uint32_t row_count, page_count;
static uint64_t next_cursor;
static struct flow_count_row total;

static void setup(void)
{
	fixture_setup();
	filter = (struct flow_filter){.interface = {{0}}};
	row_count = page_count = 0;
}

static void take_page(const struct flow_page *page, void *user)
{
	ck_assert_ptr_eq(user, rows);
	for (uint32_t i = 0; i < page->count; i++)
		rows[row_count++] = page->rows[i];
	next_cursor = page->next;
	page_count++;
}

static void take_count(const struct flow_count_row *count, void *user)
{
	(void)user;
	total = *count;
}

/* All pages, as who lists flows asks for them. */
static void list(uint32_t limit)
{
	row_count = page_count = 0;
	next_cursor = 0;
	do {
		uint32_t before = page_count;

		ck_assert_int_eq(flow_page(&filter, next_cursor, limit, take_page, rows), 0);
		for (unsigned i = 0; i < 1000 && page_count == before; i++)
			fixture_walk();
		ck_assert_uint_eq(page_count, before + 1);
	} while (next_cursor);
}

static void count_all(bool close)
{
	total.flows = UINT64_MAX;
	ck_assert_int_eq(flow_count_matching(&filter, close, take_count, NULL), 0);
	for (unsigned i = 0; i < 1000 && total.flows == UINT64_MAX; i++)
		fixture_walk();
	ck_assert_uint_ne(total.flows, UINT64_MAX);
}

static void open_flows(unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct rte_mbuf *mbuf = fixture_pass(LAN, fixture_udp(CLIENT, 4000 + i, SERVER, 53), WAN);

		ck_assert_ptr_nonnull(mbuf);
		rte_pktmbuf_free(mbuf);
	}
}

/* feature: C07-013 */
START_TEST(flows_are_listed)
{
	char text[IP_ADDRESS_TEXT];

	open_flows(2);
	rte_pktmbuf_free(fixture_pass(WAN, fixture_udp(SERVER, 53, CLIENT, 4000), LAN));
	list(0);
	ck_assert_uint_eq(row_count, 2);
	ck_assert_uint_eq(rows[0].protocol, IPPROTO_UDP);
	ck_assert_uint_eq(rows[0].source_interface, LAN);
	ck_assert_uint_eq(rows[0].destination_interface, WAN);
	ck_assert_str_eq(ip_address_format(&rows[0].source, text), "10.1.0.10");
	ck_assert_uint_eq(rows[0].source_port, 4000);
	ck_assert_uint_eq(rows[0].destination_port, 53);
	ck_assert_uint_eq(rows[0].timeout_s, 130);
	ck_assert_uint_eq(rows[0].packets[0], 1);
	ck_assert_uint_eq(rows[0].packets[1], 1);
	ck_assert_uint_eq(rows[0].bytes[0], 38);
	ck_assert(!rows[0].translated && !rows[0].mirrored);
}
END_TEST

/* Each flow once, whatever a page holds. */
START_TEST(pages_hold_all_flows)
{
	static bool seen[700];

	open_flows(700);
	list(0);
	ck_assert_uint_eq(row_count, 700);
	ck_assert_uint_ge(page_count, 3);
	list(7);
	ck_assert_uint_eq(row_count, 700);
	ck_assert_uint_ge(page_count, 100);
	memset(seen, 0, sizeof(seen));
	for (uint32_t i = 0; i < row_count; i++) {
		ck_assert(!seen[rows[i].source_port - 4000]);
		seen[rows[i].source_port - 4000] = true;
	}
	/* Any cursor is safe. */
	row_count = 0;
	ck_assert_int_eq(flow_page(&filter, UINT64_MAX, 0, take_page, rows), 0);
	fixture_walk();
	ck_assert_uint_eq(row_count, 0);
	ck_assert_uint_eq(next_cursor, 0);
}
END_TEST

static void want_port(enum capture_side side, uint16_t port)
{
	filter.packet.port[side].count = 1;
	filter.packet.port[side].range[0].first = filter.packet.port[side].range[0].last = port;
}

/* feature: C07-013 C13-078 */
START_TEST(a_filter_chooses)
{
	open_flows(5);
	rte_pktmbuf_free(fixture_pass(LAN, fixture_tcp(CLIENT, 4001, SERVER, 80, RTE_TCP_SYN_FLAG, 0), WAN));
	want_port(CAPTURE_EITHER, 4001);
	list(0);
	ck_assert_uint_eq(row_count, 2);
	filter.packet.protocol.count = 1;
	filter.packet.protocol.range[0].first = filter.packet.protocol.range[0].last = IPPROTO_TCP;
	list(0);
	ck_assert_uint_eq(row_count, 1);
	ck_assert_uint_eq(rows[0].destination_port, 80);
	filter.interface[CAPTURE_DESTINATION].count = 1;
	filter.interface[CAPTURE_DESTINATION].id[0] = LAN;
	list(0);
	ck_assert_uint_eq(row_count, 0);
	filter.interface[CAPTURE_DESTINATION].id[0] = WAN;
	list(0);
	ck_assert_uint_eq(row_count, 1);
	filter.interface[CAPTURE_DESTINATION].count = FLOW_FILTER_INTERFACES_MAX + 1;
	ck_assert_int_eq(flow_page(&filter, 0, 0, take_page, rows), -EINVAL);
}
END_TEST

/* feature: C06-041 */
START_TEST(translated_flows_show_both_ends_and_are_found_by_both)
{
	struct policy_builder *builder = fixture_policy();
	char text[IP_ADDRESS_TEXT];

	fixture_nat_rule(builder, POLICY_SOURCE_NAT_INTERFACE, 0);
	fixture_apply(builder);
	fixture_walk();
	open_flows(1);
	list(0);
	ck_assert_uint_eq(row_count, 1);
	ck_assert(rows[0].translated);
	ck_assert_str_eq(ip_address_format(&rows[0].reply_destination, text), "198.51.100.1");
	filter.packet.address[CAPTURE_SOURCE].count = 1;
	filter.packet.address[CAPTURE_SOURCE].range[0].first = rows[0].reply_destination;
	filter.packet.address[CAPTURE_SOURCE].range[0].last = rows[0].reply_destination;
	list(0);
	ck_assert_uint_eq(row_count, 1);
}
END_TEST

/* feature: C07-013 */
START_TEST(flows_are_counted_and_closed)
{
	open_flows(300);
	fake_records_forget();
	count_all(false);
	ck_assert_uint_eq(total.flows, 300);
	ck_assert_uint_eq(total.closed, 0);
	want_port(CAPTURE_SOURCE, 4007);
	atomic_store(&datapath.mirroring, true);
	count_all(true);
	ck_assert_uint_eq(total.flows, 1);
	ck_assert_uint_eq(total.closed, 1);
	ck_assert_uint_eq(flow_count(), 299);
	/* The peer forgets it too. */
	ck_assert_uint_eq(fake_record_count, 1);
	ck_assert_uint_eq(fake_records[0].header.operation, RECORD_DELETE);
	filter.packet.port[CAPTURE_SOURCE].count = 0;
	count_all(true);
	ck_assert_uint_eq(total.closed, 299);
	ck_assert_uint_eq(flow_count(), 0);
}
END_TEST

/* Those of the active node are its own to close. */
START_TEST(mirrored_flows_stay)
{
	open_flows(2);
	flow_at(fixture_worker()->flows, 1)->mirrored = 1;
	count_all(true);
	ck_assert_uint_eq(total.flows, 2);
	ck_assert_uint_eq(total.mirrored, 1);
	ck_assert_uint_eq(total.closed, 1);
}
END_TEST

/* One after the other, none is lost. */
START_TEST(queries_wait_for_each_other)
{
	open_flows(100);
	for (unsigned i = 0; i < 3; i++)
		ck_assert_int_eq(flow_page(&filter, 0, 50, take_page, rows), 0);
	total.flows = 0;
	ck_assert_int_eq(flow_count_matching(&filter, false, take_count, NULL), 0);
	for (unsigned i = 0; i < 100 && !total.flows; i++)
		fixture_walk();
	ck_assert_uint_eq(page_count, 3);
	ck_assert_uint_eq(row_count, 150);
	ck_assert_uint_eq(total.flows, 100);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, flows_are_listed);
	tcase_add_test(tests, pages_hold_all_flows);
	tcase_add_test(tests, a_filter_chooses);
	tcase_add_test(tests, translated_flows_show_both_ends_and_are_found_by_both);
	tcase_add_test(tests, flows_are_counted_and_closed);
	tcase_add_test(tests, mirrored_flows_stay);
	tcase_add_test(tests, queries_wait_for_each_other);
}

TEST_MAIN("flow_query", add_tests)
