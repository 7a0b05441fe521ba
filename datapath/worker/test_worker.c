/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow.h"
#include "datapath/heartbeat/lanes.h"
#include "datapath/testing/fixture.h"
#include "lib/heartbeat.h"
#include "lib/testing.h"

#include <netinet/in.h>
#include <rte_cycles.h>
#include <unistd.h>

static struct rte_mbuf *frame(uint16_t type, struct rte_ether_addr destination, struct rte_ether_addr source)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(datapath.packets);
	struct rte_ether_hdr *header = (struct rte_ether_hdr *)rte_pktmbuf_append(mbuf, 60);

	ck_assert_ptr_nonnull(header);
	memset(header, 0, 60);
	*header = (struct rte_ether_hdr){destination, source, rte_cpu_to_be_16(type)};
	return mbuf;
}

static const struct rte_ether_addr everyone = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

/* feature: C01-011 */
START_TEST(frames_are_checked)
{
	struct rte_ether_addr own = fixture_mac(LAN, MAC_OWN), neighbour = fixture_mac(LAN, MAC_NEIGHBOUR);
	struct rte_mbuf *mbuf;

	fixture_receive_frame(LAN, frame(RTE_ETHER_TYPE_IPV4, neighbour, neighbour));
	fixture_receive_frame(LAN, frame(RTE_ETHER_TYPE_IPV4, own, everyone));
	fixture_receive_frame(LAN, frame(RTE_ETHER_TYPE_IPV4, own, (struct rte_ether_addr){{0}}));
	fixture_receive_frame(LAN, frame(0x88cc, own, neighbour));
	mbuf = frame(RTE_ETHER_TYPE_IPV4, own, neighbour);
	rte_pktmbuf_trim(mbuf, 47);
	fixture_receive_frame(LAN, mbuf);
	fixture_walk();
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_ETHERNET_DESTINATION), 1);
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_ETHERNET_SOURCE), 2);
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_ETHERTYPE), 1);
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_ETHERNET_SHORT), 1);
}
END_TEST

/* feature: C22-013 C22-022 */
START_TEST(arp_and_heartbeats_go_to_their_threads)
{
	struct rte_ether_addr neighbour = fixture_mac(LAN, MAC_NEIGHBOUR);
	struct rte_mbuf *mbuf;

	/* Also while it forwards nothing. */
	datapath.active = false;
	heartbeat_lanes.lease_tsc = 0;
	fixture_receive_frame(LAN, frame(RTE_ETHER_TYPE_ARP, everyone, neighbour));
	fixture_receive_frame(
	    WAN, frame(HEARTBEAT_ETHERTYPE, (struct rte_ether_addr){{0x10, 0, 0, 1, 0xff, 0}}, neighbour));
	fixture_walk();
	mbuf = fixture_to_control();
	ck_assert_ptr_nonnull(mbuf);
	ck_assert_uint_eq(packet_of(mbuf)->kind, PACKET_ARP);
	ck_assert_uint_eq(packet_of(mbuf)->interface, LAN);
	ck_assert_uint_eq(rte_pktmbuf_data_len(mbuf), 60);
	ck_assert_ptr_null(fixture_to_control());
	ck_assert_int_eq(rte_ring_dequeue(heartbeat_lanes.to_heartbeat[0], (void **)&mbuf), 0);
	ck_assert_uint_eq(packet_of(mbuf)->interface, WAN);
	ck_assert_uint_eq(rte_pktmbuf_data_len(mbuf), 60);
}
END_TEST

/* feature: C02-050 */
START_TEST(time_with_work_is_counted)
{
	struct worker *worker = datapath.workers[0];
	struct rte_mbuf *mbuf = fixture_pass(LAN, fixture_udp(CLIENT, 1000, SERVER, 53), WAN);
	uint64_t setup = worker->setup_cycles, busy;

	ck_assert_ptr_nonnull(mbuf);
	rte_pktmbuf_free(mbuf);
	ck_assert_uint_gt(setup, 0);
	fixture_walk(); /* ends the turn that met the packet */
	busy = worker->busy_cycles;
	ck_assert_uint_gt(busy, setup);
	rte_pktmbuf_free(fixture_pass(LAN, fixture_udp(CLIENT, 1000, SERVER, 53), WAN));
	fixture_walk();
	ck_assert_uint_gt(worker->busy_cycles, busy);
	ck_assert_uint_eq(worker->setup_cycles, setup); /* a flow is opened once */
	/* Revalidation and the like have ended by then. */
	for (unsigned i = 0; i < 100; i++)
		fixture_walk();
	busy = worker->busy_cycles;
	fixture_walk();
	ck_assert_uint_eq(worker->busy_cycles, busy);
}
END_TEST

static void say(uint16_t interface, uint8_t mac)
{
	struct rte_mbuf *mbuf = frame(RTE_ETHER_TYPE_ARP, everyone, fixture_mac(interface, mac));

	*packet_of(mbuf) = (struct packet){.interface = interface, .kind = PACKET_TRANSMIT};
	rte_ring_enqueue(datapath.workers[0]->from_control, mbuf);
}

START_TEST(the_control_thread_sends_frames)
{
	say(WAN, MAC_OWN);
	say(77, MAC_OWN);
	fixture_walk();
	ck_assert_ptr_nonnull(fixture_sent(WAN));
	ck_assert_ptr_null(fixture_sent(WAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_INTERFACE_DISABLED), 1);
}
END_TEST

/* feature: C22-034 */
START_TEST(an_inactive_node_forwards_nothing)
{
	datapath.active = false;
	ck_assert_ptr_null(fixture_pass(LAN, fixture_udp(CLIENT, 4000, SERVER, 53), WAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_INACTIVE), 1);
	/* Nor what comes for its own address. */
	fixture_receive(LAN, MAC_OWN, fixture_udp(CLIENT, 4000, SERVER, 53));
	fixture_receive(LAN, MAC_OWN, fixture_echo(CLIENT, LAN_SHARED, 8, 1));
	/* Linux says something from a shared address. */
	fixture_from_host(LAN, fixture_udp(LAN_SHARED, 1, CLIENT, 2));
	fixture_walk();
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_INACTIVE), 4);
	ck_assert_ptr_null(fixture_sent(WAN));
	ck_assert_ptr_null(fixture_sent(LAN));
	ck_assert_ptr_null(fixture_to_control());
	ck_assert_uint_eq(flow_count(), 0);
	/* Its private addresses live. */
	fixture_receive(LAN, MAC_OWN, fixture_echo(CLIENT, LAN_PRIVATE, 8, 1));
	fixture_from_host(LAN, fixture_udp(LAN_PRIVATE, 1, CLIENT, 2));
	fixture_walk();
	ck_assert_uint_eq(packet_of(fixture_to_control())->kind, PACKET_TO_HOST);
	ck_assert_ptr_nonnull(fixture_sent(LAN));
}
END_TEST

/* feature: C22-034 */
START_TEST(activity_comes_and_goes_under_a_flow)
{
	ck_assert_ptr_nonnull(fixture_pass(LAN, fixture_udp(CLIENT, 4000, SERVER, 53), WAN));
	datapath.active = false;
	fixture_receive(LAN, MAC_OWN, fixture_udp(CLIENT, 4000, SERVER, 53));
	fixture_walk();
	ck_assert_ptr_null(fixture_sent(WAN));
	datapath.active = true;
	ck_assert_ptr_nonnull(fixture_pass(LAN, fixture_udp(CLIENT, 4000, SERVER, 53), WAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_CREATED), 1);
}
END_TEST

/* feature: C22-002 */
START_TEST(no_heartbeats_no_forwarding)
{
	ck_assert_ptr_nonnull(fixture_pass(LAN, fixture_udp(CLIENT, 4000, SERVER, 53), WAN));
	heartbeat_lanes.lease_tsc = rte_rdtsc();
	ck_assert_ptr_null(fixture_pass(LAN, fixture_udp(CLIENT, 4000, SERVER, 53), WAN));
	ck_assert_ptr_null(fixture_pass(LAN, fixture_udp(CLIENT, 4001, SERVER, 53), WAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_SUSPENDED), 2);
	fixture_walk();
	heartbeat_lanes.lease_tsc = UINT64_MAX;
	ck_assert_ptr_nonnull(fixture_pass(LAN, fixture_udp(CLIENT, 4000, SERVER, 53), WAN));
}
END_TEST

/* feature: C22-002 C22-033 */
START_TEST(what_a_node_said_before_it_stood_still_does_not_leave)
{
	struct rte_ether_addr own = fixture_mac(WAN, MAC_OWN);
	struct rte_mbuf *mbuf;

	heartbeat_lanes.lease_tsc = rte_rdtsc();
	say(WAN, MAC_SHARED);
	say(WAN, MAC_OWN);
	fixture_walk();
	ck_assert_ptr_null(fixture_sent(WAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_SUSPENDED), 2);
	/* It has learnt that it was replaced. */
	heartbeat_lanes.lease_tsc = UINT64_MAX;
	datapath.active = false;
	say(WAN, MAC_SHARED);
	say(WAN, MAC_OWN);
	fixture_walk();
	mbuf = fixture_sent(WAN);
	ck_assert_ptr_nonnull(mbuf);
	ck_assert_mem_eq(&rte_pktmbuf_mtod(mbuf, struct rte_ether_hdr *)->src_addr, &own, 6);
	ck_assert_ptr_null(fixture_sent(WAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_INACTIVE), 1);
}
END_TEST

START_TEST(heartbeats_leave_while_nothing_is_forwarded)
{
	struct rte_mbuf *mbuf = frame(HEARTBEAT_ETHERTYPE, everyone, fixture_mac(WAN, MAC_OWN));

	datapath.active = false;
	heartbeat_lanes.lease_tsc = 0;
	*packet_of(mbuf) = (struct packet){.interface = WAN, .kind = PACKET_TRANSMIT};
	rte_ring_enqueue(heartbeat_lanes.to_worker, mbuf);
	fixture_walk();
	ck_assert_ptr_nonnull(fixture_sent(WAN));
}
END_TEST

/* feature: C07-006 */
START_TEST(core_is_reached_and_answers)
{
	struct rte_ether_addr shared = fixture_mac(LAN, MAC_SHARED);
	struct rte_mbuf *mbuf;

	ck_assert_ptr_null(
	    fixture_pass(LAN, fixture_tcp(CLIENT, 4000, LAN_SHARED, 443, RTE_TCP_SYN_FLAG, 0), LAN));
	mbuf = fixture_to_control();
	ck_assert_ptr_nonnull(mbuf);
	ck_assert_uint_eq(packet_of(mbuf)->kind, PACKET_TO_HOST);
	ck_assert_uint_eq(packet_of(mbuf)->interface, LAN);
	ck_assert_uint_eq(fixture_header(mbuf)->dst_addr, LAN_SHARED);
	ck_assert_uint_eq(fixture_header(mbuf)->time_to_live, 64);
	fixture_from_host(LAN,
	                  fixture_tcp(LAN_SHARED, 443, CLIENT, 4000, RTE_TCP_SYN_FLAG | RTE_TCP_ACK_FLAG, 0));
	fixture_walk();
	mbuf = fixture_sent(LAN);
	ck_assert_ptr_nonnull(mbuf);
	ck_assert_mem_eq(&rte_pktmbuf_mtod(mbuf, struct rte_ether_hdr *)->src_addr, &shared, 6);
	rte_pktmbuf_adj(mbuf, RTE_ETHER_HDR_LEN);
	ck_assert_uint_eq(fixture_header(mbuf)->time_to_live, 64);
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_CREATED), 1);
}
END_TEST

/* feature: C07-006 */
START_TEST(the_firewall_needs_no_rule)
{
	struct rte_ether_addr own = fixture_mac(WAN, MAC_OWN);
	struct rte_mbuf *mbuf;

	fixture_apply(fixture_policy());
	fixture_from_host(WAN, fixture_udp(WAN_SHARED + RTE_BE32(1), 5000, IP(203, 0, 113, 7), 53));
	fixture_walk();
	mbuf = fixture_sent(WAN);
	ck_assert_ptr_nonnull(mbuf);
	ck_assert_mem_eq(&rte_pktmbuf_mtod(mbuf, struct rte_ether_hdr *)->src_addr, &own, 6);
	fixture_receive(WAN, MAC_OWN, fixture_udp(IP(203, 0, 113, 7), 53, WAN_SHARED + RTE_BE32(1), 5000));
	fixture_walk();
	ck_assert_ptr_nonnull(fixture_to_control());
	/* But an address of its own. */
	fixture_from_host(WAN, fixture_udp(CLIENT, 5000, IP(203, 0, 113, 7), 53));
	fixture_walk();
	ck_assert_ptr_null(fixture_sent(WAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_IPV4_SOURCE), 1);
}
END_TEST

START_TEST(an_unknown_neighbour_is_left_to_the_control_thread)
{
	struct rte_mbuf *mbuf;

	ck_assert_ptr_null(fixture_pass(LAN, fixture_udp(CLIENT, 4000, IP(198, 51, 100, 40), 53), WAN));
	mbuf = fixture_to_control();
	ck_assert_ptr_nonnull(mbuf);
	ck_assert_uint_eq(packet_of(mbuf)->kind, PACKET_UNRESOLVED);
	ck_assert_uint_eq(packet_of(mbuf)->interface, WAN);
	ck_assert_uint_eq(packet_of(mbuf)->next_hop, IP(198, 51, 100, 40));
	ck_assert_uint_eq(packet_of(mbuf)->shared_mac, 1);
	ck_assert_uint_eq(fixture_header(mbuf)->time_to_live, 63);
	ck_assert_uint_eq(rte_raw_cksum(fixture_header(mbuf), 20), 0xffff);
	fake_neighbour(WAN, IP(198, 51, 100, 40), fixture_mac(WAN, 9));
	mbuf = fixture_pass(LAN, fixture_udp(CLIENT, 4000, IP(198, 51, 100, 40), 53), WAN);
	ck_assert_ptr_nonnull(mbuf);
	/* The neighbour goes, and its place is another's. */
	fake_neighbours_forget();
	fake_neighbour(WAN, SERVER, fixture_mac(WAN, MAC_NEIGHBOUR));
	ck_assert_ptr_null(fixture_pass(LAN, fixture_udp(CLIENT, 4000, IP(198, 51, 100, 40), 53), WAN));
	ck_assert_ptr_nonnull(fixture_to_control());
}
END_TEST

/* feature: C05-010 */
START_TEST(ipv4_is_dropped_where_only_ipv6_is_allowed)
{
	struct policy_builder *builder = fixture_policy();
	struct rte_mbuf *mbuf = fixture_pass(LAN, fixture_udp(CLIENT, 4000, SERVER, 53), WAN);

	ck_assert_ptr_nonnull(mbuf);
	rte_pktmbuf_free(mbuf);
	policy_builder_settings(builder)->drop_ipv4 = 1;
	fixture_rule(builder, 0, 0, 0, 0, 0, POLICY_ALLOW, false);
	fixture_apply(builder);
	/* Of a flow that is open, of a new one, and of the node itself. */
	ck_assert_ptr_null(fixture_pass(LAN, fixture_udp(CLIENT, 4000, SERVER, 53), WAN));
	ck_assert_ptr_null(fixture_pass(LAN, fixture_echo(CLIENT, SERVER, 8, 1), WAN));
	fixture_from_host(WAN, fixture_udp(WAN_SHARED, 5000, SERVER, 53));
	fixture_walk();
	ck_assert_ptr_null(fixture_sent(WAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_IP_VERSION), 3);
	builder = fixture_policy();
	fixture_rule(builder, 0, 0, 0, 0, 0, POLICY_ALLOW, false);
	fixture_apply(builder);
	mbuf = fixture_pass(LAN, fixture_udp(CLIENT, 4000, SERVER, 53), WAN);
	ck_assert_ptr_nonnull(mbuf);
	rte_pktmbuf_free(mbuf);
}
END_TEST

START_TEST(without_a_policy_nothing_passes)
{
	struct compiled_policy *policy = atomic_exchange(&datapath.policy, NULL);

	ck_assert_ptr_null(fixture_pass(LAN, fixture_udp(CLIENT, 4000, SERVER, 53), WAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_NO_POLICY), 1);
	compiled_policy_destroy(policy);
}
END_TEST

START_TEST(no_packet_is_lost_in_the_pool)
{
	unsigned before = rte_mempool_avail_count(datapath.packets);

	for (unsigned i = 0; i < 200; i++) {
		rte_pktmbuf_free(
		    fixture_pass(LAN, fixture_udp(CLIENT, 4000, i % 2 ? SERVER : IP(192, 0, 2, i), 53), WAN));
		rte_pktmbuf_free(fixture_pass(LAN, fixture_echo(CLIENT, LAN_SHARED, 8 + i % 3, i), WAN));
		rte_pktmbuf_free(fixture_to_control());
	}
	ck_assert_uint_eq(rte_mempool_avail_count(datapath.packets), before);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, fixture_setup, NULL);
	tcase_add_test(tests, frames_are_checked);
	tcase_add_test(tests, arp_and_heartbeats_go_to_their_threads);
	tcase_add_test(tests, time_with_work_is_counted);
	tcase_add_test(tests, the_control_thread_sends_frames);
	tcase_add_test(tests, an_inactive_node_forwards_nothing);
	tcase_add_test(tests, activity_comes_and_goes_under_a_flow);
	tcase_add_test(tests, no_heartbeats_no_forwarding);
	tcase_add_test(tests, what_a_node_said_before_it_stood_still_does_not_leave);
	tcase_add_test(tests, heartbeats_leave_while_nothing_is_forwarded);
	tcase_add_test(tests, core_is_reached_and_answers);
	tcase_add_test(tests, the_firewall_needs_no_rule);
	tcase_add_test(tests, an_unknown_neighbour_is_left_to_the_control_thread);
	tcase_add_test(tests, ipv4_is_dropped_where_only_ipv6_is_allowed);
	tcase_add_test(tests, without_a_policy_nothing_passes);
	tcase_add_test(tests, no_packet_is_lost_in_the_pool);
}

TEST_MAIN("worker", add_tests)
