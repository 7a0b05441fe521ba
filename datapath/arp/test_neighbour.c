/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/arp/index.h"
#include "datapath/arp/neighbour.h"
#include "lib/messages/neighbour.h"
#include "lib/testing.h"

#include <errno.h>
#include <string.h>

#define SECOND 1000000000ULL
#define START  (1000 * SECOND)

static const struct mac_address mac = {{0x02, 1, 2, 3, 4, 5}}, mac2 = {{0x02, 1, 2, 3, 4, 6}};
static unsigned asked, asked_unicast, sent, dropped, changed, deleted, reclaimed;

static void ask(const struct neighbour *neighbour, bool unicast)
{
	(void)neighbour;
	asked++;
	asked_unicast += unicast;
}

static void send_held(const struct neighbour *neighbour, struct rte_mbuf *mbuf)
{
	(void)mbuf;
	ck_assert(!mac_address_is_zero(&neighbour->mac));
	/* Nothing that workers send by themselves from now on passes it. */
	ck_assert(neighbour->state == NEIGHBOUR_RESOLVING || !neighbour->held_count);
	sent++;
}

static void drop(struct rte_mbuf *mbuf)
{
	(void)mbuf;
	dropped++;
}

static void change(const struct neighbour *neighbour, bool gone)
{
	(void)neighbour;
	changed += !gone;
	deleted += gone;
}

static unsigned states[8];
static unsigned state_count;

static void state_changed(const struct neighbour *neighbour, enum neighbour_state before)
{
	if (state_count < 8)
		states[state_count] = before * 16 + neighbour->state;
	state_count++;
}

static void reclaim(void)
{
	reclaimed++;
}

static const struct neighbour_actions actions = {.ask = ask,
                                                 .send = send_held,
                                                 .drop = drop,
                                                 .changed = change,
                                                 .state = state_changed,
                                                 .reclaim = reclaim};

static void begin(uint32_t size)
{
	struct neighbour_settings settings = {
	    .expire_ns = 60 * SECOND, .expire_unknown_ns = 5 * SECOND, .size = size};

	neighbour_start(&actions);
	neighbour_configure(&settings);
	state_count = 0;
	asked = asked_unicast = sent = dropped = changed = deleted = reclaimed = 0;
}

static struct ip_address hop(uint32_t number)
{
	return ip_address_from_ip4(0x0a000000 + number);
}

static void resolve(uint32_t number, uint64_t now)
{
	static char packet;

	neighbour_resolve(1, hop(number), (struct rte_mbuf *)&packet, now);
}

static unsigned state_of(uint32_t number)
{
	const struct neighbour *neighbour = neighbour_get(1, hop(number));

	return neighbour ? neighbour->state : NEIGHBOUR_NONE;
}

static uint64_t link_of(uint32_t number)
{
	return atomic_load(&datapath.adjacencies[index_find(1, hop(number))].link);
}

/* Ticks as the control thread does. */
static uint64_t pass(uint64_t from, uint64_t seconds)
{
	for (uint64_t now = from; now <= from + seconds * SECOND; now += SECOND / 10)
		neighbour_tick(now);
	return from + seconds * SECOND;
}

/* feature: C04-001 C04-012 */
START_TEST(an_answer_releases_what_waited)
{
	uint64_t expected = ADJACENCY_RESOLVED;

	begin(100);
	for (unsigned i = 0; i < NEIGHBOUR_HELD_MAX + 2; i++)
		resolve(1, START);
	ck_assert_uint_eq(asked, 1);
	ck_assert_uint_eq(dropped, 2);
	ck_assert_uint_eq(state_of(1), NEIGHBOUR_RESOLVING);
	ck_assert_uint_eq(link_of(1), 0);
	neighbour_learn(1, hop(1), &mac, true, START + 1);
	ck_assert_uint_eq(sent, NEIGHBOUR_HELD_MAX);
	ck_assert_uint_eq(state_of(1), NEIGHBOUR_DYNAMIC);
	memcpy(&expected, &mac, sizeof(mac));
	ck_assert_uint_eq(link_of(1), expected | ADJACENCY_RESOLVED);
	resolve(1, START + 2);
	ck_assert_uint_eq(sent, NEIGHBOUR_HELD_MAX + 1);
	ck_assert_uint_eq(changed, 1);
}
END_TEST

/* feature: C04-005 C04-012 */
START_TEST(silence_makes_it_unknown_and_then_forgotten)
{
	uint64_t now;

	begin(100);
	resolve(1, START);
	now = pass(START, 4);
	ck_assert_uint_eq(asked, NEIGHBOUR_TRIES);
	ck_assert_uint_eq(state_of(1), NEIGHBOUR_UNKNOWN);
	ck_assert_uint_eq(dropped, 1);
	resolve(1, now);
	ck_assert_uint_eq(dropped, 2);
	ck_assert_uint_eq(asked, NEIGHBOUR_TRIES);
	pass(now, 5);
	ck_assert_uint_eq(state_of(1), NEIGHBOUR_NONE);
	ck_assert_uint_eq(index_find(1, hop(1)), 0);
	ck_assert_uint_eq(deleted, 0);
}
END_TEST

/* feature: C04-002 C04-004 C04-012 */
START_TEST(it_is_probed_before_it_expires)
{
	uint64_t now;

	begin(100);
	neighbour_learn(1, hop(1), &mac, true, START);
	now = pass(START, 56);
	ck_assert_uint_eq(state_of(1), NEIGHBOUR_DYNAMIC);
	now = pass(now, 2);
	ck_assert_uint_eq(state_of(1), NEIGHBOUR_PROBING);
	ck_assert_uint_ge(asked_unicast, 1);
	ck_assert(link_of(1) & ADJACENCY_RESOLVED);
	neighbour_learn(1, hop(1), &mac, true, now);
	ck_assert_uint_eq(state_of(1), NEIGHBOUR_DYNAMIC);
	ck_assert_uint_eq(changed, 1);
	pass(now, 61);
	ck_assert_uint_eq(state_of(1), NEIGHBOUR_NONE);
	ck_assert_uint_eq(deleted, 1);
}
END_TEST

#define CHANGE(before, after) (NEIGHBOUR_##before * 16 + NEIGHBOUR_##after)

/* feature: C04-012 C04-013 */
START_TEST(every_change_of_state_is_told)
{
	begin(100);
	resolve(1, START);
	pass(START, 10);
	neighbour_learn(1, hop(1), &mac, true, START);
	neighbour_learn(1, hop(1), &mac, true, START);
	pass(START, 70);
	ck_assert_uint_eq(state_count, 6);
	ck_assert_uint_eq(states[0], CHANGE(NONE, RESOLVING));
	ck_assert_uint_eq(states[1], CHANGE(RESOLVING, UNKNOWN));
	ck_assert_uint_eq(states[2], CHANGE(UNKNOWN, NONE));
	ck_assert_uint_eq(states[3], CHANGE(NONE, DYNAMIC));
	ck_assert_uint_eq(states[4], CHANGE(DYNAMIC, PROBING));
	ck_assert_uint_eq(states[5], CHANGE(PROBING, NONE));
}
END_TEST

START_TEST(a_query_asks_whatever_is_known)
{
	begin(100);
	ck_assert_int_eq(neighbour_query(1, hop(1), START), 0);
	ck_assert_uint_eq(state_of(1), NEIGHBOUR_RESOLVING);
	ck_assert_uint_eq(asked - asked_unicast, 1);
	pass(START, 4);
	ck_assert_uint_eq(state_of(1), NEIGHBOUR_UNKNOWN);
	ck_assert_int_eq(neighbour_query(1, hop(1), START + 5 * SECOND), 0);
	ck_assert_uint_eq(state_of(1), NEIGHBOUR_RESOLVING);
	neighbour_learn(1, hop(1), &mac, true, START + 5 * SECOND);
	ck_assert_int_eq(neighbour_query(1, hop(1), START + 6 * SECOND), 0);
	ck_assert_uint_eq(state_of(1), NEIGHBOUR_PROBING);
	ck_assert_uint_eq(asked_unicast, 1);
	ck_assert(link_of(1) & ADJACENCY_RESOLVED);
	neighbour_mirror(1, hop(2), &mac, START);
	ck_assert_int_eq(neighbour_query(1, hop(2), START), -EACCES);
	neighbour_static_begin();
	neighbour_static(1, hop(3), &mac);
	neighbour_static_end();
	ck_assert_int_eq(neighbour_query(1, hop(3), START), -EEXIST);
}
END_TEST

START_TEST(what_was_not_meant_for_this_node_makes_no_entry)
{
	begin(100);
	neighbour_learn(1, hop(1), &mac, false, START);
	ck_assert_uint_eq(state_of(1), NEIGHBOUR_NONE);
	neighbour_learn(1, hop(1), &mac, true, START);
	neighbour_learn(1, hop(1), &mac2, false, START);
	ck_assert_mem_eq(&neighbour_get(1, hop(1))->mac, &mac2, sizeof(mac2));
	ck_assert_uint_eq(changed, 2);
}
END_TEST

/* feature: C04-007 */
START_TEST(a_scan_does_not_push_out_neighbours_in_use)
{
	begin(20);
	for (uint32_t i = 0; i < 10; i++)
		neighbour_learn(1, hop(i), &mac, true, START);
	for (uint32_t i = 100; i < 1000; i++)
		resolve(i, START + i * SECOND / 100);
	ck_assert_uint_le(neighbour_count(), 20);
	for (uint32_t i = 0; i < 10; i++)
		ck_assert_uint_eq(state_of(i), NEIGHBOUR_DYNAMIC);
}
END_TEST

/* feature: C04-007 */
START_TEST(a_smaller_cache_keeps_the_youngest)
{
	struct neighbour_settings smaller = {
	    .expire_ns = 60 * SECOND, .expire_unknown_ns = 5 * SECOND, .size = 20};

	begin(100);
	neighbour_static_begin();
	ck_assert_int_eq(neighbour_static(1, hop(200), &mac), 0);
	neighbour_static_end();
	for (uint32_t i = 0; i < 50; i++)
		neighbour_learn(1, hop(i), &mac, true, START);
	resolve(100, START);
	neighbour_configure(&smaller);
	ck_assert_uint_eq(neighbour_count(), 20);
	ck_assert_uint_eq(dropped, 1);
	ck_assert_uint_eq(state_of(30), NEIGHBOUR_NONE);
	ck_assert_uint_eq(state_of(31), NEIGHBOUR_DYNAMIC);
	ck_assert_uint_eq(state_of(200), NEIGHBOUR_STATIC);
}
END_TEST

START_TEST(indexes_are_used_again_only_after_workers_let_go)
{
	uint16_t first;

	begin(1000);
	neighbour_learn(1, hop(0), &mac, true, START);
	first = (uint16_t)index_find(1, hop(0));
	neighbour_flush(0, 0);
	for (uint32_t i = 1; i < NEIGHBOURS_MAX - 1; i++) {
		neighbour_learn(1, hop(i), &mac, true, START);
		ck_assert_uint_ne(index_find(1, hop(i)), first);
	}
	ck_assert_uint_eq(reclaimed, 0);
	neighbour_learn(1, hop(1 << 20), &mac, true, START);
	ck_assert_uint_eq(reclaimed, 1);
	ck_assert_uint_ne(index_find(1, hop(1 << 20)), 0);
	ck_assert_uint_eq(neighbour_count(), 1000);
	neighbour_flush(0, 0);
	ck_assert_uint_eq(neighbour_count(), 0);
}
END_TEST

/* feature: C04-006 */
START_TEST(flushing_forgets_all_or_one_interface)
{
	begin(100);
	neighbour_learn(1, hop(1), &mac, true, START);
	neighbour_learn(2, hop(1), &mac, true, START);
	neighbour_flush(2, 0);
	ck_assert_uint_eq(neighbour_count(), 1);
	ck_assert_uint_eq(index_find(2, hop(1)), 0);
	neighbour_flush(0, 0);
	ck_assert_uint_eq(neighbour_count(), 0);
	ck_assert_uint_eq(deleted, 2);
}
END_TEST

/* feature: C22-002 */
START_TEST(mirrored_entries_wait_for_the_takeover)
{
	begin(100);
	ck_assert_int_eq(neighbour_mirror(1, hop(1), &mac, START), 0);
	ck_assert_int_eq(neighbour_mirror(1, hop(2), &mac, START), 0);
	neighbour_learn(1, hop(3), &mac, true, START);
	pass(START, 200);
	ck_assert_uint_eq(state_of(1), NEIGHBOUR_DYNAMIC);
	ck_assert_uint_eq(state_of(3), NEIGHBOUR_NONE);
	neighbour_mark_begin();
	neighbour_mirror(1, hop(1), &mac, START);
	neighbour_sweep();
	ck_assert_uint_eq(state_of(1), NEIGHBOUR_DYNAMIC);
	ck_assert_uint_eq(state_of(2), NEIGHBOUR_NONE);
	neighbour_adopt(START + 200 * SECOND);
	pass(START + 200 * SECOND, 2);
	ck_assert_uint_eq(state_of(1), NEIGHBOUR_DYNAMIC);
	pass(START + 200 * SECOND, 61);
	ck_assert_uint_eq(state_of(1), NEIGHBOUR_NONE);
}
END_TEST

/* feature: C22-002 */
START_TEST(what_a_node_found_before_it_yielded_is_mirrored_or_gone)
{
	begin(100);
	neighbour_learn(1, hop(1), &mac, true, START);
	neighbour_learn(1, hop(2), &mac, true, START);
	neighbour_release();
	pass(START, 200);
	ck_assert_uint_eq(state_of(2), NEIGHBOUR_DYNAMIC);
	neighbour_mark_begin();
	ck_assert_int_eq(neighbour_mirror(1, hop(1), &mac2, START), 0);
	neighbour_sweep();
	ck_assert_uint_eq(state_of(1), NEIGHBOUR_DYNAMIC);
	ck_assert_mem_eq(neighbour_get(1, hop(1))->mac.bytes, mac2.bytes, sizeof(mac2.bytes));
	ck_assert_uint_eq(state_of(2), NEIGHBOUR_NONE);
}
END_TEST

/* feature: C04-010 C04-002 */
START_TEST(static_entries_stay_and_are_not_learnt)
{
	begin(2);
	resolve(1, START);
	neighbour_static_begin();
	ck_assert_int_eq(neighbour_static(1, hop(1), &mac), 0);
	neighbour_static_end();
	ck_assert_uint_eq(sent, 1);
	ck_assert_uint_eq(state_of(1), NEIGHBOUR_STATIC);
	neighbour_learn(1, hop(1), &mac2, true, START);
	ck_assert_mem_eq(neighbour_get(1, hop(1))->mac.bytes, mac.bytes, sizeof(mac.bytes));
	neighbour_mirror(1, hop(1), &mac2, START);
	ck_assert_mem_eq(neighbour_get(1, hop(1))->mac.bytes, mac.bytes, sizeof(mac.bytes));
	neighbour_mark_begin();
	neighbour_sweep();
	neighbour_flush(0, 0);
	pass(START, 200);
	ck_assert_uint_eq(state_of(1), NEIGHBOUR_STATIC);
	/* Others come and go in the room that it leaves. */
	for (unsigned i = 2; i < 6; i++)
		neighbour_learn(1, hop(i), &mac2, true, START);
	ck_assert_uint_eq(state_of(1), NEIGHBOUR_STATIC);
	ck_assert_uint_eq(state_of(5), NEIGHBOUR_DYNAMIC);
	ck_assert_uint_eq(changed, 4);
	neighbour_static_begin();
	neighbour_static_end();
	ck_assert_uint_eq(state_of(1), NEIGHBOUR_NONE);
	ck_assert_uint_eq(link_of(1), 0);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, an_answer_releases_what_waited);
	tcase_add_test(tests, silence_makes_it_unknown_and_then_forgotten);
	tcase_add_test(tests, it_is_probed_before_it_expires);
	tcase_add_test(tests, every_change_of_state_is_told);
	tcase_add_test(tests, a_query_asks_whatever_is_known);
	tcase_add_test(tests, what_was_not_meant_for_this_node_makes_no_entry);
	tcase_add_test(tests, a_scan_does_not_push_out_neighbours_in_use);
	tcase_add_test(tests, a_smaller_cache_keeps_the_youngest);
	tcase_add_test(tests, indexes_are_used_again_only_after_workers_let_go);
	tcase_add_test(tests, flushing_forgets_all_or_one_interface);
	tcase_add_test(tests, static_entries_stay_and_are_not_learnt);
	tcase_add_test(tests, mirrored_entries_wait_for_the_takeover);
	tcase_add_test(tests, what_a_node_found_before_it_yielded_is_mirrored_or_gone);
}

TEST_MAIN("neighbour", add_tests)
