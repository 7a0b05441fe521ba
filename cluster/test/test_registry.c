/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/replication/registry.h"
#include "lib/messages/activity.h"
#include "lib/messages/cluster.h"
#include "lib/testing.h"

#include <string.h>

static struct registry registry;

static void count(uint64_t own_flows, uint64_t peer_flows)
{
	struct message_mirror_count own = {.class_id = RECORD_FLOW, .count = own_flows};
	struct group_count peer = {.class_id = RECORD_FLOW, .count = peer_flows, .alike = peer_flows};

	registry_own_counts(&registry, &own, 1);
	registry_peer_counts(&registry, &peer, 1);
}

static void setup(void)
{
	memset(&registry, 0, sizeof(registry));
}

/* feature: C22-048 */
START_TEST(the_percentage_is_what_the_standby_has_of_what_the_active_holds)
{
	ck_assert_uint_eq(registry_percent(&registry, true), 0);
	count(200, 24);
	ck_assert_uint_eq(registry_percent(&registry, true), 12);
	/* The same two nodes seen from the standby, which holds 200 where the active holds 24. */
	ck_assert_uint_eq(registry_percent(&registry, false), 100);
	count(0, 0);
	ck_assert_uint_eq(registry_percent(&registry, true), 100);
	count(1000, 999);
	ck_assert_uint_eq(registry_percent(&registry, true), 99);
}
END_TEST

START_TEST(a_peer_that_left_has_nothing)
{
	count(10, 10);
	ck_assert_uint_eq(registry_percent(&registry, true), 100);
	registry_forget_peer(&registry);
	ck_assert_uint_eq(registry_percent(&registry, true), 0);
}
END_TEST

/* feature: C22-049 */
START_TEST(status_shows_have_and_should_by_class)
{
	struct cluster_class_status status[CLUSTER_CLASSES_MAX];

	count(200, 24);
	ck_assert_uint_eq(registry_status(&registry, true, status), 1);
	ck_assert_str_eq(status[0].name, "Flows");
	ck_assert_uint_eq(status[0].have, 24);
	ck_assert_uint_eq(status[0].should, 200);
}
END_TEST

static void note(uint16_t class_id, uint8_t operation)
{
	static struct record_batch batch;
	struct record_snapshot snapshot = {.id = 1};

	batch.length = 0;
	record_append(&batch, class_id, 1, operation, &snapshot, sizeof(snapshot));
	ck_assert_int_eq(registry_records(&registry, batch.bytes, batch.length), 0);
}

START_TEST(a_snapshot_is_complete_with_the_end_of_every_class)
{
	registry_snapshot_start(&registry, RECORD_CLASSES_ALL, false);
	note(RECORD_NEIGHBOUR, RECORD_SNAPSHOT_BEGIN);
	note(RECORD_NEIGHBOUR, RECORD_SNAPSHOT_END);
	ck_assert(!registry_snapshot_complete(&registry)); /* nobody knows what else the peer has */
	setup();
	count(5, 5);
	registry_snapshot_start(&registry, RECORD_CLASSES_ALL, false);
	ck_assert(!registry_snapshot_complete(&registry));
	note(RECORD_FLOW, RECORD_SNAPSHOT_BEGIN);
	note(RECORD_NEIGHBOUR, RECORD_SNAPSHOT_BEGIN);
	ck_assert(!registry_snapshot_complete(&registry));
	note(RECORD_FLOW, RECORD_SNAPSHOT_END);
	ck_assert(!registry_snapshot_complete(&registry));
	note(RECORD_NEIGHBOUR, RECORD_SNAPSHOT_END);
	ck_assert(registry_snapshot_complete(&registry));
}
END_TEST

static unsigned own_percent(void)
{
	return registry_percent(&registry, false);
}

/* feature: C22-048 C22-049 */
START_TEST(what_a_snapshot_has_not_brought_yet_does_not_count)
{
	struct cluster_class_status status[CLUSTER_CLASSES_MAX];
	struct group_count told[CLUSTER_CLASSES_MAX];

	/* A node that was active itself: as many flows as the peer, but other ones. */
	count(4, 4);
	ck_assert_uint_eq(own_percent(), 100);
	registry_snapshot_start(&registry, RECORD_CLASSES_ALL, false);
	ck_assert_uint_eq(own_percent(), 0);
	note(RECORD_FLOW, RECORD_UPSERT);
	ck_assert_uint_eq(own_percent(), 0);
	note(RECORD_FLOW, RECORD_SNAPSHOT_BEGIN);
	note(RECORD_FLOW, RECORD_UPSERT);
	ck_assert_uint_eq(own_percent(), 25);
	registry_status(&registry, false, status);
	ck_assert_uint_eq(status[0].have, 1);
	ck_assert_uint_eq(status[0].should, 4);
	ck_assert_uint_eq(registry_export(&registry, told), 1);
	ck_assert_uint_eq(told[0].count, 4);
	ck_assert_uint_eq(told[0].alike, 1);
	note(RECORD_FLOW, RECORD_SNAPSHOT_END);
	ck_assert_uint_eq(own_percent(), 100);
}
END_TEST

/* feature: C22-048 C22-049 */
START_TEST(what_has_drifted_does_not_count_until_it_is_mended)
{
	struct message_mirror_count own = {.class_id = RECORD_FLOW, .count = 200, .drifted = 3};

	count(200, 200);
	registry_own_counts(&registry, &own, 1);
	ck_assert_uint_eq(own_percent(), 98);
	/* The rest goes on to count while the class is sent again. */
	registry_snapshot_start(&registry, 1ULL << RECORD_FLOW, true);
	note(RECORD_FLOW, RECORD_SNAPSHOT_BEGIN);
	ck_assert_uint_eq(own_percent(), 98);
	ck_assert(!registry_snapshot_complete(&registry));
	note(RECORD_FLOW, RECORD_SNAPSHOT_END);
	ck_assert(registry_snapshot_complete(&registry));
	registry_snapshot_end(&registry);
	own.drifted = 0;
	registry_own_counts(&registry, &own, 1);
	ck_assert_uint_eq(own_percent(), 100);
}
END_TEST

/* feature: C22-056 */
START_TEST(only_what_both_understand_is_compared)
{
	struct message_mirror_count own[] = {{.class_id = RECORD_FLOW, .digest_form = 2},
	                                     {.class_id = RECORD_NEIGHBOUR, .digest_form = 1},
	                                     {.class_id = RECORD_AUTOCONFIGURATION}};
	struct group_count peer[] = {{.class_id = RECORD_FLOW, .digest_form = 1},
	                             {.class_id = RECORD_NEIGHBOUR, .digest_form = 1},
	                             {.class_id = RECORD_AUTOCONFIGURATION}};

	registry_own_counts(&registry, own, 3);
	ck_assert_uint_eq(registry_comparable(&registry), 0);
	registry_peer_counts(&registry, peer, 3);
	ck_assert_uint_eq(registry_comparable(&registry), 1ULL << RECORD_NEIGHBOUR);
	registry_forget_peer(&registry);
	ck_assert_uint_eq(registry_comparable(&registry), 0);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, the_percentage_is_what_the_standby_has_of_what_the_active_holds);
	tcase_add_test(tests, a_peer_that_left_has_nothing);
	tcase_add_test(tests, status_shows_have_and_should_by_class);
	tcase_add_test(tests, a_snapshot_is_complete_with_the_end_of_every_class);
	tcase_add_test(tests, what_a_snapshot_has_not_brought_yet_does_not_count);
	tcase_add_test(tests, what_has_drifted_does_not_count_until_it_is_mended);
	tcase_add_test(tests, only_what_both_understand_is_compared);
}

TEST_MAIN("registry", add_tests)
