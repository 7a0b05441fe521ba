/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow.h"
#include "datapath/mirror/digest.h"
#include "datapath/testing/fixture.h"
#include "lib/testing.h"

static void open_flows(unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		rte_pktmbuf_free(fixture_pass(LAN, fixture_udp(CLIENT, 4000 + i, SERVER, 53), WAN));
}

static struct digest_sums make(void)
{
	unsigned before = fake_digests;

	ck_assert(flow_mirror_class.digest());
	/* Not two at once. */
	ck_assert(!flow_mirror_class.digest());
	for (unsigned i = 0; i < 20; i++)
		fixture_walk();
	ck_assert_uint_eq(fake_digests, before + 1);
	return fake_digest;
}

static unsigned different(const struct digest_sums *a, const struct digest_sums *b)
{
	unsigned parts = 0;

	for (unsigned i = 0; i < DIGEST_PARTS; i++)
		parts += a->sum[i] != b->sum[i];
	return parts;
}

START_TEST(equal_tables_have_equal_digests_whatever_their_order)
{
	struct digest_sums first, second;
	uint64_t objects = 0;

	open_flows(300);
	first = make();
	for (unsigned i = 0; i < DIGEST_PARTS; i++)
		objects += first.objects[i];
	ck_assert_uint_eq(objects, 300);
	for (uint32_t i = 1; i <= 300; i++)
		flow_close(fixture_worker(), i);
	for (unsigned i = 300; i-- > 0;)
		rte_pktmbuf_free(fixture_pass(LAN, fixture_udp(CLIENT, 4000 + i, SERVER, 53), WAN));
	second = make();
	ck_assert_mem_eq(&first, &second, sizeof(first));
	/* A flow of the node itself is its own business. */
	rte_pktmbuf_free(fixture_pass(LAN, fixture_echo(CLIENT, LAN_SHARED, 8, 1), LAN));
	second = make();
	ck_assert_mem_eq(&first, &second, sizeof(first));
}
END_TEST

START_TEST(what_is_missing_or_other_makes_one_part_differ)
{
	struct digest_sums first, second;

	open_flows(300);
	first = make();
	flow_at(fixture_worker()->flows, 9)->state = FLOW_TCP_OPEN;
	second = make();
	ck_assert_uint_eq(different(&first, &second), 1);
	flow_close(fixture_worker(), 7);
	first = make();
	ck_assert_uint_eq(different(&first, &second), 1);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, fixture_setup, NULL);
	tcase_add_test(tests, equal_tables_have_equal_digests_whatever_their_order);
	tcase_add_test(tests, what_is_missing_or_other_makes_one_part_differ);
}

TEST_MAIN("flow_digest", add_tests)
