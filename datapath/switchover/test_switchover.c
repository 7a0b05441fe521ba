/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/switchover/switchover.h"

#include "datapath/flow/flow.h"
#include "datapath/testing/fixture.h"
#include "datapath/worker/job.h"
#include "lib/spare_link.h"
#include "lib/testing.h"

#include <netinet/in.h>
#include <rte_cycles.h>

#define SECOND (rte_rdtsc() + rte_get_tsc_hz())

static void setup(void)
{
	fixture_setup();
	switchover.passing_until = switchover.holding_until = 0;
}

static void hold_packets(unsigned count)
{
	switchover.holding_until = SECOND;
	datapath.active = true;
	for (unsigned i = 0; i < count; i++) {
		fixture_receive(LAN, MAC_SHARED, fixture_udp(CLIENT, 4000 + i, SERVER, 53));
		fixture_walk();
	}
	ck_assert_ptr_null(fixture_sent(WAN));
	ck_assert_uint_eq(flow_count(), 0);
}

static uint16_t sent_port(void)
{
	struct rte_mbuf *mbuf = fixture_sent(WAN);
	uint16_t port;

	if (!mbuf)
		return 0;
	port = rte_be_to_cpu_16(rte_pktmbuf_mtod_offset(mbuf, struct rte_udp_hdr *, 34)->src_port);
	rte_pktmbuf_free(mbuf);
	return port;
}

static void expect_in_order(unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		ck_assert_uint_eq(sent_port(), 4000 + i);
	ck_assert_ptr_null(fixture_sent(WAN));
}

/* feature: C22-057 */
START_TEST(what_is_held_leaves_first_and_in_order)
{
	unsigned before = rte_mempool_avail_count(datapath.packets);

	hold_packets(200);
	switchover.holding_until = 0;
	fixture_receive(LAN, MAC_SHARED, fixture_udp(CLIENT, 4200, SERVER, 53));
	for (unsigned i = 0; i < 10; i++)
		fixture_walk();
	expect_in_order(201);
	ck_assert_uint_eq(rte_mempool_avail_count(datapath.packets), before);
}
END_TEST

START_TEST(holding_ends_by_the_clock_of_the_worker)
{
	hold_packets(10);
	switchover.holding_until = rte_rdtsc();
	fixture_walk();
	fixture_walk();
	expect_in_order(10);
}
END_TEST

static bool reaches_control(uint16_t type, struct rte_ether_addr destination)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(datapath.packets);
	struct rte_ether_hdr *header = (struct rte_ether_hdr *)rte_pktmbuf_append(mbuf, 60);

	ck_assert_ptr_nonnull(header);
	memset(header, 0, 60);
	header->dst_addr = destination;
	header->src_addr = fixture_mac(LAN, MAC_NEIGHBOUR);
	header->ether_type = rte_cpu_to_be_16(type);
	fixture_receive_frame(LAN, mbuf);
	fixture_walk();
	ck_assert_uint_eq(rte_ring_count(fixture_worker()->held), 0);
	mbuf = fixture_to_control();
	rte_pktmbuf_free(mbuf);
	return mbuf != NULL;
}

START_TEST(what_the_nodes_say_is_not_held)
{
	switchover.holding_until = SECOND;
	ck_assert(!reaches_control(RTE_ETHER_TYPE_ARP, fixture_mac(LAN, MAC_SHARED)));
	/* The word that ends it may come over a spare link. */
	ck_assert(reaches_control(SPARE_LINK_ETHERTYPE, (struct rte_ether_addr){{0x10, 0, 0, 1, 0xff, 0}}));
	/* Its own address is its own at any time. */
	fixture_receive(LAN, MAC_OWN, fixture_echo(CLIENT, LAN_PRIVATE, 8, 1));
	fixture_walk();
	ck_assert_uint_eq(rte_ring_count(fixture_worker()->held), 0);
	rte_pktmbuf_free(fixture_to_control());
}
END_TEST

START_TEST(what_cannot_be_held_is_counted)
{
	unsigned before = rte_mempool_avail_count(datapath.packets), room;
	struct rte_mbuf *filler = rte_pktmbuf_alloc(datapath.packets);
	void *taken;

	room = rte_ring_free_count(fixture_worker()->held) - 5;
	for (unsigned i = 0; i < room; i++)
		ck_assert_int_eq(rte_ring_sp_enqueue(fixture_worker()->held, filler), 0);
	hold_packets(8);
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_INACTIVE), 3);
	for (unsigned i = 0; i < room; i++)
		ck_assert_int_eq(rte_ring_sc_dequeue(fixture_worker()->held, &taken), 0);
	rte_pktmbuf_free(filler);
	switchover.holding_until = 0;
	fixture_walk();
	expect_in_order(5);
	ck_assert_uint_eq(rte_mempool_avail_count(datapath.packets), before);
}
END_TEST

static struct rte_ether_addr source_of(struct rte_mbuf *mbuf)
{
	struct rte_ether_addr source = {0};

	ck_assert_ptr_nonnull(mbuf);
	source = rte_pktmbuf_mtod(mbuf, struct rte_ether_hdr *)->src_addr;
	rte_pktmbuf_free(mbuf);
	return source;
}

/* feature: C22-057 */
START_TEST(who_yields_forwards_with_its_own_address)
{
	struct rte_ether_addr shared = fixture_mac(WAN, MAC_SHARED), own = fixture_mac(WAN, MAC_OWN), source;

	source = source_of(fixture_pass(LAN, fixture_udp(CLIENT, 4000, SERVER, 53), WAN));
	ck_assert_mem_eq(&source, &shared, sizeof(source));
	switchover.passing_until = SECOND;
	fixture_walk();
	datapath.active = false;
	source = source_of(fixture_pass(LAN, fixture_udp(CLIENT, 4000, SERVER, 53), WAN));
	ck_assert_mem_eq(&source, &own, sizeof(source));
	/* New flows too. */
	source = source_of(fixture_pass(LAN, fixture_udp(CLIENT, 4001, SERVER, 53), WAN));
	ck_assert_mem_eq(&source, &own, sizeof(source));
	/* Its time is over, whatever the control thread does. */
	switchover.passing_until = rte_rdtsc();
	ck_assert_ptr_null(fixture_pass(LAN, fixture_udp(CLIENT, 4000, SERVER, 53), WAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_INACTIVE), 1);
	/* It takes back. */
	switchover.passing_until = 0;
	datapath.active = true;
	source = source_of(fixture_pass(LAN, fixture_udp(CLIENT, 4000, SERVER, 53), WAN));
	ck_assert_mem_eq(&source, &shared, sizeof(source));
}
END_TEST

static unsigned ended;

static void end(struct worker_job *job)
{
	(void)job;
	ended++;
}

START_TEST(quiet_means_that_nothing_comes_any_more)
{
	struct worker_job job;

	ended = 0;
	switchover.passing_until = SECOND;
	fixture_walk();
	ck_assert_int_eq(worker_job_start(&job, switchover_await_quiet, end), 0);
	for (unsigned i = 0; i < 20; i++)
		fixture_walk();
	ck_assert_uint_eq(ended, 0);
	rte_delay_us_block(6000);
	rte_pktmbuf_free(fixture_pass(LAN, fixture_udp(CLIENT, 4000, SERVER, 53), WAN));
	ck_assert_uint_eq(ended, 0);
	/* Time alone is not enough: the worker may not have looked. */
	rte_delay_us_block(6000);
	fixture_walk();
	ck_assert_uint_eq(ended, 0);
	fixture_walk();
	ck_assert_uint_eq(ended, 1);
	/* What has ended by its time is quiet too. */
	ck_assert_int_eq(worker_job_start(&job, switchover_await_quiet, end), 0);
	switchover.passing_until = 0;
	fixture_walk();
	fixture_walk();
	ck_assert_uint_eq(ended, 2);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, what_is_held_leaves_first_and_in_order);
	tcase_add_test(tests, holding_ends_by_the_clock_of_the_worker);
	tcase_add_test(tests, what_the_nodes_say_is_not_held);
	tcase_add_test(tests, what_cannot_be_held_is_counted);
	tcase_add_test(tests, who_yields_forwards_with_its_own_address);
	tcase_add_test(tests, quiet_means_that_nothing_comes_any_more);
}

TEST_MAIN("switchover", add_tests)
