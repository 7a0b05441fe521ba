/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/event/event.h"
#include "datapath/testing/fixture.h"
#include "lib/testing.h"

#include <netinet/in.h>

/* feature: C20-002 C20-006 */
START_TEST(a_line_names_everything)
{
	struct event event = {.kind = EVENT_OVERSIZED_PACKET, .protocol = 17, .length = 1500};
	char line[512];

	ip_address_parse("10.1.0.10", &event.source);
	ip_address_parse("2001:db8::1", &event.destination);
	event_format(&event, "if1", line, sizeof(line));
	ck_assert_str_eq(line, "LENGTHLIM: prio=Warning event=oversized_packet iface=if1 srcip=10.1.0.10 "
	                       "destip=2001:db8::1 ipproto=17 iplen=1500 action=drop");
	event.fragment = 1;
	event.identification = 7;
	event.fragment_offset = 1480;
	event.fragment_length = 20;
	event_format(&event, "core", line, sizeof(line));
	ck_assert_ptr_nonnull(strstr(line, "iface=core "));
	ck_assert_ptr_nonnull(strstr(line, " fragid=7 fragoffs=1480 fraglen=20 action=drop"));
	event_format(&event, "if1", line, 10);
	ck_assert_uint_eq(strlen(line), 9);
}
END_TEST

/* feature: C20-002 */
START_TEST(no_more_than_the_rate)
{
	struct event event = {.kind = EVENT_OVERSIZED_PACKET};
	struct event seen;

	fixture_worker()->event_tick = fixture_worker()->now;
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

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, fixture_setup, NULL);
	tcase_add_test(tests, a_line_names_everything);
	tcase_add_test(tests, no_more_than_the_rate);
}
TEST_MAIN("event", add_tests)
