/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/replication/replication.h"
#include "lib/messages/type.h"
#include "lib/testing.h"

#include <errno.h>
#include <string.h>

#define MADE 4711

/* One node; what it says to its datapath and to its peer is written down. */
static struct replication node;
static char said[512];
static int group_error;    /* what to_peer answers */
static int datapath_error; /* what to_datapath answers */
static uint64_t asked_set; /* of classes, in what was said last of them */

static void say(const char *what)
{
	ck_assert_uint_lt(strlen(said) + strlen(what) + 2, sizeof(said));
	strcat(said, what);
	strcat(said, " ");
}

static int to_datapath(uint32_t type, const void *body, size_t length, void *user)
{
	(void)user;
	if (datapath_error)
		return datapath_error;
	if (type == MESSAGE_MIRROR_SNAPSHOT || type == MESSAGE_MIRROR_COMPARE) {
		ck_assert_uint_eq(length, sizeof(struct message_mirror_classes));
		asked_set = ((const struct message_mirror_classes *)body)->set;
	}
	say(type == MESSAGE_MIRROR_RECORDS    ? "apply"
	    : type == MESSAGE_MIRROR_SNAPSHOT ? "snapshot"
	    : type == MESSAGE_MIRROR_END      ? "end"
	    : type == MESSAGE_MIRROR_COMPARE  ? "compare"
	                                      : "stop");
	return 0;
}

static int to_peer(uint8_t type, const void *fixed, size_t fixed_length, const void *payload,
                   size_t payload_length, void *user)
{
	(void)fixed_length, (void)payload, (void)payload_length, (void)user;
	if (group_error)
		return group_error;
	if (type == GROUP_SNAPSHOT_REQUEST)
		asked_set = ((const struct group_request *)fixed)->set;
	if (type == GROUP_RECORDS)
		ck_assert_uint_eq(((const struct group_records *)fixed)->made_us, MADE);
	if (type == GROUP_STATUS)
		say(((const struct group_status *)fixed)->active ? "active" : "inactive");
	else
		say(type == GROUP_RECORDS            ? "records"
		    : type == GROUP_SNAPSHOT_REQUEST ? "ask"
		    : type == GROUP_HANDED_OVER      ? "handed-over"
		                                     : "?");
	return 0;
}

static void reading(bool on, void *user)
{
	(void)on, (void)user;
}

static void expect(const char *text)
{
	ck_assert_str_eq(said, text);
	said[0] = 0;
}

static void hear(uint8_t type)
{
	struct group_message message = {.type = type, .instance = 7, .request.set = RECORD_CLASSES_ALL};

	replication_peer_message(&node, &message, 100);
}

static void hear_status(bool active)
{
	struct group_message message = {.type = GROUP_STATUS, .instance = 7, .status.active = active};

	replication_peer_message(&node, &message, 100);
}

static const uint64_t batch[2] = {RECORD_FLOW | 1 << 16 | RECORD_DELETE << 24 | 8ULL << 32};

static void own_records(void)
{
	struct record_batch made = {.length = sizeof(batch), .made_us = MADE};

	memcpy(made.bytes, batch, sizeof(batch));
	replication_datapath_records(&node, 1, &made);
}

static void hear_records(void)
{
	static uint64_t sequence;
	struct group_message message = {.type = GROUP_RECORDS,
	                                .instance = 7,
	                                .records.sequence = ++sequence,
	                                .payload = (const uint8_t *)batch,
	                                .payload_length = sizeof(batch)};

	replication_peer_message(&node, &message, 100);
}

static void setup(bool active)
{
	struct replication_calls calls = {
	    .to_datapath = to_datapath, .to_peer = to_peer, .read_datapath = reading, .read_peer = reading};

	group_error = datapath_error = 0;
	replication_init(&node, &calls);
	replication_set_datapath(&node, true, 1);
	replication_set_peer(&node, true, 1);
	replication_set_active(&node, active, false, 1);
	if (active)
		hear(GROUP_SNAPSHOT_REQUEST);
	else
		node.wanted = false;
	said[0] = 0;
}

/* feature: C22-057 */
START_TEST(who_yields_sends_its_last_records_first)
{
	setup(true);
	replication_set_active(&node, false, true, 10);
	ck_assert(replication_is_turning(&node, 11));
	own_records();
	expect("records ");
	replication_datapath_ended(&node, 12);
	expect("handed-over stop ask inactive ");
	own_records();
	expect("");
	ck_assert(replication_is_turning(&node, 13));
	/* The other one says that it is active: it has read the end, and was not asked twice. */
	hear_status(true);
	expect("");
	ck_assert(!replication_is_turning(&node, 14));
}
END_TEST

START_TEST(the_end_waits_behind_what_the_group_did_not_take)
{
	setup(true);
	replication_set_active(&node, false, true, 10);
	group_error = -EAGAIN;
	own_records();
	group_error = 0;
	replication_datapath_ended(&node, 12);
	expect("");
	replication_peer_writable(&node, 13);
	expect("records handed-over stop ask inactive ");
}
END_TEST

/* feature: C22-057 */
START_TEST(who_takes_over_applies_until_the_end)
{
	setup(false);
	replication_set_active(&node, true, true, 10);
	expect("");
	hear_records();
	expect("apply ");
	hear(GROUP_HANDED_OVER);
	expect("end active ");
	hear_records();
	expect("");
	hear(GROUP_SNAPSHOT_REQUEST);
	expect("active snapshot ");
}
END_TEST

START_TEST(a_turn_that_does_not_end_ends_by_time_or_with_the_peer)
{
	setup(false);
	replication_set_active(&node, true, true, 10);
	replication_tick(&node, 10 + REPLICATION_TURN_MS - 1);
	ck_assert(!node.active);
	said[0] = 0;
	replication_tick(&node, 10 + REPLICATION_TURN_MS);
	ck_assert(node.active);
	setup(false);
	replication_set_active(&node, true, true, 10);
	replication_set_peer(&node, false, 11);
	ck_assert(node.active);
	setup(true);
	replication_set_active(&node, false, true, 10);
	replication_set_peer(&node, false, 11);
	ck_assert(!node.active);
	ck_assert(!replication_is_turning(&node, 12));
}
END_TEST

START_TEST(who_takes_back_was_never_out)
{
	setup(true);
	replication_set_active(&node, false, true, 10);
	replication_set_active(&node, true, false, 20);
	replication_datapath_ended(&node, 21);
	own_records();
	expect("records ");
	ck_assert(!replication_is_turning(&node, 22));
}
END_TEST

START_TEST(without_a_mirror_it_turns_at_once)
{
	setup(true);
	node.sending = false;
	ck_assert(!replication_can_turn(&node, false));
	replication_set_active(&node, false, true, 10);
	ck_assert(!node.active);
	setup(false);
	node.wanted = true;
	replication_set_active(&node, true, true, 10);
	ck_assert(node.active);
}
END_TEST

/* feature: C22-006 */
START_TEST(who_was_inactive_for_a_moment_sends_everything_again)
{
	setup(true);
	replication_set_active(&node, false, false, 10);
	expect("stop ask inactive ");
	replication_set_active(&node, true, false, 20);
	expect("active ");
	/* The standby hears both, and asks. */
	setup(false);
	hear_status(true);
	said[0] = 0;
	hear_status(false);
	expect("");
	hear_status(true);
	expect("ask ");
	/* Where it heard neither the active node does it by itself. */
	setup(true);
	node.sending = false;
	for (unsigned i = 0; i < REPLICATION_UNASKED_SECONDS; i++)
		replication_tick(&node, 200);
	expect("active active active active active snapshot ");
	ck_assert_uint_eq(asked_set, RECORD_CLASSES_ALL);
	ck_assert(node.sending);
}
END_TEST

static void ask_for(uint64_t class_set)
{
	struct group_message message = {
	    .type = GROUP_SNAPSHOT_REQUEST, .instance = 7, .request.set = class_set};

	replication_peer_message(&node, &message, 100);
}

/* feature: C22-049 */
START_TEST(only_what_has_drifted_is_sent_again)
{
	const uint64_t flows = 1ULL << RECORD_FLOW;

	setup(false);
	registry_snapshot_end(&node.registry);
	replication_drifted(&node, RECORD_FLOW, 10);
	expect("ask ");
	ck_assert_uint_eq(asked_set, flows);
	ck_assert(replication_resyncing(&node));
	/* It is on its way. */
	replication_drifted(&node, RECORD_FLOW, 11);
	expect("");
	/* Nothing came of it. */
	replication_tick(&node, 10 + REPLICATION_STALL_MS);
	expect("ask inactive ");
	ck_assert_uint_eq(asked_set, flows);
	setup(true);
	ask_for(flows);
	expect("active snapshot ");
	ck_assert_uint_eq(asked_set, flows);
	/* To a peer that gets nothing yet a part is no use. */
	setup(true);
	node.sending = false;
	ask_for(flows);
	expect("active snapshot ");
	ck_assert_uint_eq(asked_set, RECORD_CLASSES_ALL);
}
END_TEST

static void tell_counts(uint8_t own_form, uint8_t peer_form, bool resyncing)
{
	struct message_mirror_count own = {.class_id = RECORD_FLOW, .digest_form = own_form};
	struct group_message message = {.type = GROUP_STATUS,
	                                .instance = 7,
	                                .status = {.resyncing = resyncing, .class_count = 1},
	                                .counts = {{.class_id = RECORD_FLOW, .digest_form = peer_form}}};

	replication_datapath_counts(&node, &own, 1);
	replication_peer_message(&node, &message, 100);
}

static unsigned compared(void)
{
	unsigned count = 0;

	said[0] = 0;
	for (unsigned i = 0; i < 4 * REPLICATION_COMPARE_SECONDS; i++)
		replication_tick(&node, 200);
	for (const char *at = said; (at = strstr(at, "compare ")); at++)
		count++;
	said[0] = 0;
	return count;
}

/* feature: C22-049 C22-056 */
START_TEST(only_a_peer_that_understands_and_is_in_sync_is_to_compare)
{
	setup(true);
	tell_counts(1, 1, false);
	ck_assert_uint_eq(compared(), 4);
	ck_assert_uint_eq(asked_set, 1ULL << RECORD_FLOW);
	tell_counts(1, 0, false);
	ck_assert_uint_eq(compared(), 0);
	tell_counts(1, 1, true);
	ck_assert_uint_eq(compared(), 0);
	setup(false);
	tell_counts(1, 1, false);
	ck_assert_uint_eq(compared(), 0);
}
END_TEST

static void hear_counts(uint64_t alike, bool resyncing, uint64_t now_ms)
{
	struct group_message message = {
	    .type = GROUP_STATUS,
	    .instance = 7,
	    .status = {.resyncing = resyncing, .class_count = 1},
	    .counts = {{.class_id = RECORD_FLOW, .count = alike, .alike = alike}}};

	replication_peer_message(&node, &message, now_ms);
}

static void own_flows(uint64_t flows)
{
	struct message_mirror_count own = {.class_id = RECORD_FLOW, .count = flows};

	replication_datapath_counts(&node, &own, 1);
}

/* feature: C22-048 C22-056 C22-057 */
START_TEST(a_peer_that_has_not_asked_has_not_been_told)
{
	setup(true);
	own_flows(100);
	hear_counts(100, false, 100);
	ck_assert(!replication_resyncing(&node));
	ck_assert(!replication_gets_on(&node, 100));
	replication_set_peer(&node, false, 110);
	ck_assert(!replication_resyncing(&node));
	replication_set_peer(&node, true, 120);
	ck_assert(replication_resyncing(&node));
	ck_assert(replication_gets_on(&node, 120));
	/* What it said to itself before it knew that it is not alone. */
	hear_status(false);
	ck_assert(replication_resyncing(&node));
	hear(GROUP_SNAPSHOT_REQUEST);
	ck_assert(replication_resyncing(&node));
	hear_counts(50, true, 130);
	ck_assert(replication_gets_on(&node, 130));
	hear_counts(100, false, 140);
	ck_assert(!replication_resyncing(&node));
	ck_assert(!replication_gets_on(&node, 140));
}
END_TEST

/* feature: C22-056 C22-057 */
START_TEST(a_snapshot_that_comes_no_further_holds_up_nobody)
{
	const uint64_t patience = REPLICATION_PROGRESS_MS;

	setup(true);
	own_flows(100);
	hear_counts(10, true, 1000);
	ck_assert(replication_gets_on(&node, 1000 + patience - 1));
	/* One that begins again and again is not further than it was. */
	hear_counts(20, true, 2000);
	hear_counts(5, true, 3000);
	hear_counts(20, true, 4000);
	replication_tick(&node, 2000 + patience);
	ck_assert(replication_resyncing(&node));
	ck_assert(!replication_gets_on(&node, 2000 + patience));
	hear_counts(21, true, 2000 + patience);
	ck_assert(replication_gets_on(&node, 2000 + patience));
	/* Another one has all the time again. */
	hear_counts(100, false, 20000);
	hear_counts(0, true, 30000);
	ck_assert(replication_gets_on(&node, 30000 + patience - 1));
	ck_assert(!replication_gets_on(&node, 30000 + patience));
	/* So has the peer where activity moves: it needs a snapshot of its own. */
	setup(false);
	replication_drifted(&node, RECORD_FLOW, 10);
	replication_tick(&node, 10);
	ck_assert(!replication_gets_on(&node, 10 + patience));
	replication_set_active(&node, true, false, 10 + patience);
	ck_assert(replication_gets_on(&node, 10 + patience));
}
END_TEST

static void hear_snapshot(uint16_t class_id, uint8_t operation)
{
	static uint64_t sequence = 1000;
	struct record_snapshot bounds = {.id = 1};
	static struct record_batch made;
	struct group_message message = {.type = GROUP_RECORDS, .instance = 8, .payload = made.bytes};

	made.length = 0;
	record_append(&made, class_id, 1, operation, &bounds, sizeof(bounds));
	message.records.sequence = ++sequence;
	message.payload_length = made.length;
	replication_peer_message(&node, &message, 100);
}

/* feature: C22-048 C22-049 */
START_TEST(a_question_that_was_lost_is_asked_again)
{
	setup(false);
	registry_snapshot_end(&node.registry);
	replication_drifted(&node, RECORD_FLOW, 10);
	expect("ask ");
	/* The peer goes on telling what changes, but the snapshot does not come. */
	hear_records();
	expect("apply ");
	replication_tick(&node, 10 + REPLICATION_STALL_MS);
	expect("ask inactive ");
	/* Now it comes. */
	hear_snapshot(RECORD_FLOW, RECORD_SNAPSHOT_BEGIN);
	hear_records();
	said[0] = 0;
	replication_tick(&node, 100 + REPLICATION_STALL_MS - 1);
	expect("inactive ");
	/* The group takes nothing for a moment. */
	setup(false);
	registry_snapshot_end(&node.registry);
	group_error = -EAGAIN;
	replication_drifted(&node, RECORD_FLOW, 10);
	group_error = 0;
	replication_tick(&node, 11);
	expect("ask inactive ");
}
END_TEST

/* feature: C22-048 C22-049 */
START_TEST(a_snapshot_that_the_datapath_was_not_asked_for_is_asked_for_again)
{
	setup(true);
	datapath_error = -EAGAIN;
	ask_for(1ULL << RECORD_FLOW);
	expect("active ");
	datapath_error = 0;
	replication_tick(&node, 11);
	expect("active snapshot ");
	ck_assert_uint_eq(asked_set, 1ULL << RECORD_FLOW);
	replication_tick(&node, 12);
	expect("active ");
}
END_TEST

/* feature: C22-048 C22-057 */
START_TEST(whoever_was_told_everything_says_so_at_once)
{
	setup(false);
	replication_set_peer(&node, false, 10);
	replication_set_peer(&node, true, 11);
	expect("stop ask ");
	ck_assert(replication_gets_on(&node, 11));
	/* The end of one class says nothing as long as nobody told what else there is. */
	hear_snapshot(RECORD_NEIGHBOUR, RECORD_SNAPSHOT_BEGIN);
	hear_snapshot(RECORD_NEIGHBOUR, RECORD_SNAPSHOT_END);
	hear_counts(1, false, 100);
	hear_snapshot(RECORD_FLOW, RECORD_SNAPSHOT_BEGIN);
	expect("apply apply apply ");
	ck_assert(replication_resyncing(&node));
	hear_snapshot(RECORD_FLOW, RECORD_SNAPSHOT_END);
	expect("apply inactive ");
	ck_assert(!replication_resyncing(&node));
	/* Nor does it wait for another record where this came last. */
	replication_set_peer(&node, false, 110);
	replication_set_peer(&node, true, 111);
	hear_snapshot(RECORD_FLOW, RECORD_SNAPSHOT_BEGIN);
	hear_snapshot(RECORD_FLOW, RECORD_SNAPSHOT_END);
	expect("stop ask apply apply ");
	hear_counts(1, false, 112);
	expect("inactive ");
	ck_assert(!replication_resyncing(&node));
}
END_TEST

/* feature: C22-057 */
START_TEST(who_takes_over_has_told_nobody_yet)
{
	setup(false);
	replication_set_active(&node, true, true, 10);
	ck_assert(replication_gets_on(&node, 10));
	hear(GROUP_HANDED_OVER);
	ck_assert(replication_gets_on(&node, 101));
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, who_yields_sends_its_last_records_first);
	tcase_add_test(tests, the_end_waits_behind_what_the_group_did_not_take);
	tcase_add_test(tests, who_takes_over_applies_until_the_end);
	tcase_add_test(tests, a_turn_that_does_not_end_ends_by_time_or_with_the_peer);
	tcase_add_test(tests, who_takes_back_was_never_out);
	tcase_add_test(tests, without_a_mirror_it_turns_at_once);
	tcase_add_test(tests, who_was_inactive_for_a_moment_sends_everything_again);
	tcase_add_test(tests, only_what_has_drifted_is_sent_again);
	tcase_add_test(tests, only_a_peer_that_understands_and_is_in_sync_is_to_compare);
	tcase_add_test(tests, a_peer_that_has_not_asked_has_not_been_told);
	tcase_add_test(tests, a_snapshot_that_comes_no_further_holds_up_nobody);
	tcase_add_test(tests, a_question_that_was_lost_is_asked_again);
	tcase_add_test(tests, a_snapshot_that_the_datapath_was_not_asked_for_is_asked_for_again);
	tcase_add_test(tests, whoever_was_told_everything_says_so_at_once);
	tcase_add_test(tests, who_takes_over_has_told_nobody_yet);
}

TEST_MAIN("replication", add_tests)
