/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/testing/fixture.h"
#include "lib/testing.h"

/* What becomes of packets where a queue or the pool has no room: counted by name, and not lost in the pool. */

static unsigned available;

static void setup(void)
{
	fixture_setup();
	/* The flow and the neighbours are there. */
	rte_pktmbuf_free(fixture_pass(LAN, fixture_udp(CLIENT, 4000, SERVER, 53), WAN));
	available = rte_mempool_avail_count(datapath.packets);
}

/* More than the ring takes goes to the control thread, which does not come round. */
START_TEST(the_control_thread_is_behind)
{
	unsigned sent = rte_ring_get_capacity(datapath.workers[0]->to_control) + 100, held = 0;
	struct rte_mbuf *mbuf;

	for (unsigned i = 0; i < sent; i++) {
		/* To the host. */
		fixture_receive(LAN, MAC_SHARED, fixture_echo(CLIENT, LAN_SHARED, 8, 1));
		fixture_walk();
	}
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_CONTROL_QUEUE), 100);
	for (; (mbuf = fixture_to_control()); held++)
		rte_pktmbuf_free(mbuf);
	ck_assert_uint_eq(held, sent - 100);
	ck_assert_uint_eq(rte_mempool_avail_count(datapath.packets), available);
	/* There is room again. */
	fixture_receive(LAN, MAC_SHARED, fixture_echo(CLIENT, LAN_SHARED, 8, 1));
	fixture_walk();
	mbuf = fixture_to_control();
	ck_assert_ptr_nonnull(mbuf);
	rte_pktmbuf_free(mbuf);
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_CONTROL_QUEUE), 100);
}
END_TEST

/* The device takes no more. */
START_TEST(the_device_is_behind)
{
	unsigned sent = 1100, left = 0;
	uint64_t before = fixture_counter(COUNTER_TX_PACKETS);
	struct rte_mbuf *mbuf;

	for (unsigned i = 0; i < sent; i++) {
		fixture_receive(LAN, MAC_SHARED, fixture_udp(CLIENT, 4000, SERVER, 53));
		fixture_walk();
	}
	for (; (mbuf = fixture_sent(WAN)); left++)
		rte_pktmbuf_free(mbuf);
	ck_assert_uint_lt(left, sent);
	ck_assert_uint_eq(fixture_counter(COUNTER_TX_PACKETS) - before, left);
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_TX), sent - left);
	ck_assert_uint_eq(rte_mempool_avail_count(datapath.packets), available);
}
END_TEST

/* A packet has to be cut, and there are no buffers for the pieces: all of it is dropped, as one packet. */
START_TEST(the_pool_is_empty)
{
	static struct rte_mbuf *taken[8192];
	struct rte_mbuf *mbuf = fixture_ip(CLIENT, SERVER, 47, 1420); /* the WAN carries 1400 */
	unsigned count = 0;

	fixture_receive(LAN, MAC_SHARED, mbuf);
	while (count < RTE_DIM(taken) && (taken[count] = rte_pktmbuf_alloc(datapath.packets)))
		count++;
	ck_assert_uint_gt(count, 1000);
	fixture_walk();
	ck_assert_ptr_null(fixture_sent(WAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_MEMORY), 1);
	rte_pktmbuf_free_bulk(taken, count);
	ck_assert_uint_eq(rte_mempool_avail_count(datapath.packets), available);
	/* And again with buffers. */
	fixture_receive(LAN, MAC_SHARED, fixture_ip(CLIENT, SERVER, 47, 1420));
	fixture_walk();
	for (count = 0; (mbuf = fixture_sent(WAN)); count++)
		rte_pktmbuf_free(mbuf);
	ck_assert_uint_eq(count, 2);
	ck_assert_uint_eq(rte_mempool_avail_count(datapath.packets), available);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, the_control_thread_is_behind);
	tcase_add_test(tests, the_device_is_behind);
	tcase_add_test(tests, the_pool_is_empty);
}

TEST_MAIN("shortage", add_tests)
