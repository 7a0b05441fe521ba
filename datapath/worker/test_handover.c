/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow.h"
#include "datapath/testing/fixture.h"
#include "lib/testing.h"

#include <netinet/in.h>

/* Two workers, and ports with one queue each, which the first worker reads. */
static void setup(void)
{
	struct policy_builder *builder;

	fixture_setup();
	ck_assert_int_eq(worker_create(1, 0, 1000, &datapath.workers[1]), 0);
	datapath.worker_count = 2;
	builder = fixture_policy();
	fixture_rule(builder, LAN, 0, 0, 0, 0, POLICY_ALLOW, false);
	fixture_apply(builder);
}

static void walk(void)
{
	worker_walk(worker_state_of(datapath.workers[0]));
	worker_walk(worker_state_of(datapath.workers[1]));
	fixture_walk();
}

static struct rte_mbuf *pass(uint16_t from, struct rte_mbuf *mbuf, uint16_t to)
{
	fixture_receive(from, MAC_SHARED, mbuf);
	walk();
	return fixture_sent(to);
}

START_TEST(every_packet_finds_its_worker)
{
	for (unsigned i = 0; i < 200; i++) {
		ck_assert_ptr_nonnull(pass(LAN, fixture_udp(CLIENT, 4000 + i, SERVER, 53), WAN));
		ck_assert_ptr_nonnull(pass(WAN, fixture_udp(SERVER, 53, CLIENT, 4000 + i), LAN));
	}
	ck_assert_uint_eq(flow_count(), 200);
	ck_assert_uint_gt(datapath.workers[0]->flows->count, 50);
	ck_assert_uint_gt(datapath.workers[1]->flows->count, 50);
}
END_TEST

START_TEST(what_the_host_says_too)
{
	for (unsigned i = 0; i < 50; i++) {
		rte_pktmbuf_free(pass(LAN, fixture_echo(CLIENT, LAN_SHARED, 8, i), WAN));
		fixture_from_host(LAN, fixture_echo(LAN_SHARED, CLIENT, 0, i));
		walk();
		ck_assert_ptr_nonnull(fixture_sent(LAN));
	}
	ck_assert_uint_eq(flow_count(), 50);
	ck_assert_uint_gt(datapath.workers[1]->flows->count, 5);
}
END_TEST

/* feature: C22-002 */
START_TEST(mirrored_flows_come_to_the_worker_that_will_meet_them)
{
	datapath.mirroring = true;
	for (unsigned i = 0; i < 100; i++)
		rte_pktmbuf_free(pass(LAN, fixture_udp(CLIENT, 4000 + i, SERVER, 53), WAN));
	datapath.mirroring = false;
	for (unsigned i = 0; i < 2; i++) {
		struct worker_state *state = worker_state_of(datapath.workers[i]);

		while (state->flows->count)
			flow_close(state, state->flows->high - (state->flows->count - 1));
	}
	ck_assert_uint_eq(flow_count(), 0);
	datapath.active = false;
	for (unsigned i = 0; i < fake_record_count; i++)
		ck_assert_int_eq(flow_mirror_class.apply(&fake_records[i].header, fake_records[i].payload),
		                 0);
	flow_mirror_class.apply_end();
	walk();
	ck_assert_uint_eq(flow_mirror_class.count(), 100);
	datapath.active = true;
	flow_mirror_class.activity(true);
	/* Answers need the flow: no rule lets them in. */
	for (unsigned i = 0; i < 100; i++)
		ck_assert_ptr_nonnull(pass(WAN, fixture_udp(SERVER, 53, CLIENT, 4000 + i), LAN));
}
END_TEST

/* The other worker does not come round: what it has no room for is dropped here, and nothing is lost in the pool. */
START_TEST(a_worker_that_is_behind_drops_by_name)
{
	unsigned before = rte_mempool_avail_count(datapath.packets);
	struct rte_ring *handover = datapath.workers[1]->handover;
	struct rte_mbuf *filler = rte_pktmbuf_alloc(datapath.packets);
	unsigned room = 0, handed = 0;
	void *taken;

	while (rte_ring_mp_enqueue(handover, filler) == 0)
		room++;
	for (unsigned i = 0; i < 100; i++) {
		fixture_receive(LAN, MAC_SHARED, fixture_udp(CLIENT, 4000 + i, SERVER, 53));
		worker_walk(worker_state_of(datapath.workers[0]));
		rte_pktmbuf_free(fixture_sent(WAN));
	}
	for (; rte_ring_sc_dequeue(handover, &taken) == 0; handed++)
		ck_assert_ptr_eq(taken, filler);
	ck_assert_uint_eq(handed, room);
	rte_pktmbuf_free(filler);
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_HANDOVER) + datapath.workers[0]->flows->count, 100);
	ck_assert_uint_gt(fixture_counter(COUNTER_DROP_HANDOVER), 20);
	ck_assert_uint_eq(rte_mempool_avail_count(datapath.packets), before);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, every_packet_finds_its_worker);
	tcase_add_test(tests, what_the_host_says_too);
	tcase_add_test(tests, a_worker_that_is_behind_drops_by_name);
	tcase_add_test(tests, mirrored_flows_come_to_the_worker_that_will_meet_them);
}

TEST_MAIN("handover", add_tests)
