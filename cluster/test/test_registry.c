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
	struct group_count peer = {.class_id = RECORD_FLOW, .count = peer_flows};

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
	count(5, 5);
	registry_snapshot_start(&registry);
	note(RECORD_FLOW, RECORD_SNAPSHOT_BEGIN);
	note(RECORD_NEIGHBOUR, RECORD_SNAPSHOT_BEGIN);
	ck_assert(!registry_snapshot_complete(&registry));
	note(RECORD_FLOW, RECORD_SNAPSHOT_END);
	ck_assert(!registry_snapshot_complete(&registry));
	note(RECORD_NEIGHBOUR, RECORD_SNAPSHOT_END);
	ck_assert(registry_snapshot_complete(&registry));
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, the_percentage_is_what_the_standby_has_of_what_the_active_holds);
	tcase_add_test(tests, a_peer_that_left_has_nothing);
	tcase_add_test(tests, status_shows_have_and_should_by_class);
	tcase_add_test(tests, a_snapshot_is_complete_with_the_end_of_every_class);
}

TEST_MAIN("registry", add_tests)
