/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow.h"
#include "datapath/flow/flow_record.h"
#include "datapath/testing/fixture.h"
#include "lib/testing.h"

#include <errno.h>
#include <netinet/in.h>

static void apply(uint8_t operation, const void *payload, uint32_t length)
{
	struct record_header header = {RECORD_FLOW, FLOW_RECORD_VERSION, operation, length};

	ck_assert_int_eq(flow_mirror_class.apply(&header, payload), 0);
}

/* Gives all that was emitted to this node, as if its peer had sent it. */
static void apply_emitted(void)
{
	for (unsigned i = 0; i < fake_record_count; i++)
		ck_assert_int_eq(flow_mirror_class.apply(&fake_records[i].header, fake_records[i].payload),
		                 0);
	flow_mirror_class.apply_end();
	fixture_walk();
	fixture_walk();
}

static void open_flows(unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		rte_pktmbuf_free(fixture_pass(LAN, fixture_udp(CLIENT, 4000 + i, SERVER, 53), WAN));
}

/* Closes everything, silently. */
static void forget_flows(void)
{
	bool mirroring = atomic_exchange(&datapath.mirroring, false);

	for (uint32_t i = 1; i <= fixture_worker()->flows->high; i++) {
		if (flow_at(fixture_worker()->flows, i)->used)
			flow_close(fixture_worker(), i);
	}
	atomic_store(&datapath.mirroring, mirroring);
}

static void set_active(bool active)
{
	datapath.active = active;
	flow_mirror_class.activity(active);
	fixture_walk();
	fixture_walk();
}

/* From now on this is the standby, which has of all flows what the active node told. */
static void become_peer(void)
{
	forget_flows();
	datapath.mirroring = false;
	set_active(false);
	apply_emitted();
}

START_TEST(changes_are_told)
{
	datapath.mirroring = true;
	rte_pktmbuf_free(fixture_pass(LAN, fixture_tcp(CLIENT, 4000, SERVER, 80, RTE_TCP_SYN_FLAG, 0), WAN));
	ck_assert_uint_eq(fake_record_count, 1);
	rte_pktmbuf_free(fixture_pass(
	    WAN, fixture_tcp(SERVER, 80, CLIENT, 4000, RTE_TCP_SYN_FLAG | RTE_TCP_ACK_FLAG, 0), LAN));
	rte_pktmbuf_free(fixture_pass(LAN, fixture_tcp(CLIENT, 4000, SERVER, 80, RTE_TCP_ACK_FLAG, 5), WAN));
	ck_assert_uint_eq(fake_record_count, 3);
	for (unsigned i = 0; i < 10; i++)
		rte_pktmbuf_free(
		    fixture_pass(LAN, fixture_tcp(CLIENT, 4000, SERVER, 80, RTE_TCP_ACK_FLAG, 5), WAN));
	ck_assert_uint_eq(fake_record_count, 3);
	for (unsigned i = 0; i < 3; i++) {
		ck_assert_uint_eq(fake_records[i].header.class_id, RECORD_FLOW);
		ck_assert_uint_eq(fake_records[i].header.operation, RECORD_UPSERT);
		ck_assert_uint_eq(fake_records[i].header.length, 40);
	}
	forget_flows();
	/* A flow of the firewall itself is its own business. */
	fake_records_forget();
	rte_pktmbuf_free(fixture_pass(LAN, fixture_echo(CLIENT, LAN_SHARED, 8, 1), LAN));
	fixture_from_host(WAN, fixture_udp(WAN_SHARED, 1, SERVER, 2));
	fixture_walk();
	ck_assert_uint_eq(fake_record_count, 0);
	ck_assert_uint_eq(flow_count(), 2);
	ck_assert_uint_eq(flow_mirror_class.count(), 0);
}
END_TEST

START_TEST(closing_is_told)
{
	datapath.mirroring = true;
	open_flows(1);
	fixture_seconds(131);
	fixture_walk();
	ck_assert_uint_eq(fake_record_count, 2);
	ck_assert_uint_eq(fake_records[1].header.operation, RECORD_DELETE);
	apply_emitted();
	ck_assert_uint_eq(flow_count(), 0);
}
END_TEST

/* feature: C22-006 */
START_TEST(both_ends_of_a_connection_are_told)
{
	const uint8_t fin = RTE_TCP_FIN_FLAG | RTE_TCP_ACK_FLAG;

	datapath.mirroring = true;
	rte_pktmbuf_free(fixture_pass(LAN, fixture_tcp(CLIENT, 4000, SERVER, 80, RTE_TCP_SYN_FLAG, 0), WAN));
	rte_pktmbuf_free(fixture_pass(
	    WAN, fixture_tcp(SERVER, 80, CLIENT, 4000, RTE_TCP_SYN_FLAG | RTE_TCP_ACK_FLAG, 0), LAN));
	rte_pktmbuf_free(fixture_pass(LAN, fixture_tcp(CLIENT, 4000, SERVER, 80, RTE_TCP_ACK_FLAG, 0), WAN));
	fake_records_forget();
	rte_pktmbuf_free(fixture_pass(WAN, fixture_tcp(SERVER, 80, CLIENT, 4000, fin, 0), LAN));
	ck_assert_uint_eq(fake_record_count, 1);
	rte_pktmbuf_free(fixture_pass(LAN, fixture_tcp(CLIENT, 4000, SERVER, 80, fin, 0), WAN));
	ck_assert_uint_eq(fake_record_count, 2);
	rte_pktmbuf_free(fixture_pass(LAN, fixture_tcp(CLIENT, 4000, SERVER, 80, fin, 0), WAN));
	ck_assert_uint_eq(fake_record_count, 2);
}
END_TEST

/* feature: C22-002 */
START_TEST(a_flow_lives_on_at_the_peer)
{
	datapath.mirroring = true;
	open_flows(3);
	ck_assert_uint_eq(fake_record_count, 3);
	become_peer();
	ck_assert_uint_eq(flow_mirror_class.count(), 3);
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_MIRRORED), 3);
	/* It does not age there. */
	fixture_seconds(100000);
	fixture_walk();
	ck_assert_uint_eq(flow_count(), 3);
	set_active(true);
	fixture_seconds(129);
	fixture_walk();
	ck_assert_uint_eq(flow_count(), 3);
	/* Answers, for which there is no rule, pass. */
	fixture_apply(fixture_policy());
	fixture_walk();
	ck_assert_uint_eq(flow_count(), 0);
}
END_TEST

/* feature: C22-002 */
START_TEST(answers_pass_after_the_take_over)
{
	struct policy_builder *builder = fixture_policy();

	fixture_rule(builder, LAN, WAN, 0, IPPROTO_UDP, 53, POLICY_ALLOW, false);
	fixture_apply(builder);
	datapath.mirroring = true;
	open_flows(2);
	become_peer();
	set_active(true);
	ck_assert_ptr_nonnull(fixture_pass(WAN, fixture_udp(SERVER, 53, CLIENT, 4000), LAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_CREATED), 2);
	fixture_seconds(131);
	fixture_walk();
	ck_assert_uint_eq(flow_count(), 0);
}
END_TEST

START_TEST(what_the_new_policy_forbids_ends_at_the_take_over)
{
	datapath.mirroring = true;
	open_flows(1);
	become_peer();
	fixture_apply(fixture_policy());
	fixture_walk();
	ck_assert_uint_eq(flow_count(), 1);
	set_active(true);
	ck_assert_ptr_null(fixture_pass(WAN, fixture_udp(SERVER, 53, CLIENT, 4000), LAN));
	ck_assert_uint_eq(flow_count(), 0);
}
END_TEST

START_TEST(a_snapshot_sweeps_what_is_gone)
{
	const struct fake_record *begin, *end;

	open_flows(200);
	datapath.mirroring = true;
	flow_mirror_class.snapshot(9);
	for (unsigned i = 0; i < 10; i++)
		fixture_walk();
	ck_assert_uint_eq(fake_record_count, 202);
	begin = &fake_records[0];
	end = &fake_records[201];
	ck_assert_uint_eq(begin->header.operation, RECORD_SNAPSHOT_BEGIN);
	ck_assert_uint_eq(end->header.operation, RECORD_SNAPSHOT_END);
	ck_assert_uint_eq(((const struct record_snapshot *)end->payload)->id, 9);
	ck_assert_uint_eq(((const struct record_snapshot *)end->payload)->count, 200);
	datapath.mirroring = false;
	/* The peer holds 100 others, and 50 of these. */
	forget_flows();
	rte_pktmbuf_free(fixture_pass(LAN, fixture_udp(CLIENT, 9, SERVER, 53), WAN));
	for (unsigned i = 0; i < 100; i++)
		rte_pktmbuf_free(fixture_pass(LAN, fixture_udp(CLIENT, 6000 + i, SERVER, 53), WAN));
	open_flows(50);
	set_active(false);
	ck_assert_uint_eq(flow_mirror_class.count(), 151);
	apply_emitted();
	for (unsigned i = 0; i < 10; i++)
		fixture_walk();
	ck_assert_uint_eq(flow_mirror_class.count(), 200);
	/* A flow that comes after the end stays. */
	fixture_worker()->flows->sweep_mark++;
	apply(RECORD_UPSERT, fake_records[5].payload, fake_records[5].header.length);
	apply(RECORD_SNAPSHOT_END, end->payload, sizeof(struct record_snapshot));
	flow_mirror_class.apply_end();
	for (unsigned i = 0; i < 10; i++)
		fixture_walk();
	ck_assert_uint_eq(flow_mirror_class.count(), 1);
}
END_TEST

START_TEST(a_newer_snapshot_takes_over_from_an_unfinished_one)
{
	unsigned ends = 0;

	open_flows(200);
	datapath.mirroring = true;
	flow_mirror_class.snapshot(1);
	fixture_walk();
	flow_mirror_class.snapshot(2);
	for (unsigned i = 0; i < 10; i++)
		fixture_walk();
	for (unsigned i = 0; i < fake_record_count; i++) {
		if (fake_records[i].header.operation != RECORD_SNAPSHOT_END)
			continue;
		ends++;
		ck_assert_uint_eq(((const struct record_snapshot *)fake_records[i].payload)->id, 2);
	}
	ck_assert_uint_eq(ends, 1);
	ck_assert_uint_eq(fake_records[fake_record_count - 1].header.operation, RECORD_SNAPSHOT_END);
}
END_TEST

START_TEST(records_of_other_versions)
{
	struct flow flow = {.state = FLOW_TCP_OPEN};
	struct flow_record record;
	uint8_t longer[sizeof(record) + 8] = {0};
	struct flow_addresses addresses;
	struct flow_key keys[2];
	uint8_t nat[16];
	uint32_t length_of;
	enum flow_state state;

	flow.direction[0].key = (struct flow_key){.source = CLIENT,
	                                          .destination = SERVER,
	                                          .source_port = RTE_BE16(4000),
	                                          .destination_port = RTE_BE16(80),
	                                          .interface = LAN,
	                                          .protocol = IPPROTO_TCP};
	flow.direction[1].key = flow_key_reply(&flow.direction[0].key, WAN);
	flow_record_encode(&flow, false, &record, &length_of);
	memcpy(longer, &record, sizeof(record));
	ck_assert_int_eq(flow_record_decode(longer, sizeof(longer), false, keys, &addresses, nat, &state), 0);
	ck_assert(flow_key_equal(&keys[0], &flow.direction[0].key));
	ck_assert(flow_key_equal(&keys[1], &flow.direction[1].key));
	ck_assert_int_eq(state, FLOW_TCP_OPEN);
	for (size_t length = 0; length < FLOW_RECORD_LENGTH_1; length++)
		ck_assert_int_eq(flow_record_decode(&record, length, false, keys, &addresses, nat, &state),
		                 -EBADMSG);
	ck_assert_int_eq(flow_record_decode(&record, 16, true, keys, &addresses, nat, &state), 0);
	ck_assert_int_eq(flow_record_decode(&record, 15, true, keys, &addresses, nat, &state), -EBADMSG);
	record.state = FLOW_STATE_COUNT;
	ck_assert_int_eq(flow_record_decode(&record, sizeof(record), false, keys, &addresses, nat, &state),
	                 -EBADMSG);
	record.state = FLOW_TCP_OPEN;
	record.key[0].protocol = record.key[1].protocol = IPPROTO_UDP;
	ck_assert_int_eq(flow_record_decode(&record, sizeof(record), false, keys, &addresses, nat, &state),
	                 -EBADMSG);
	record.key[1].protocol = record.key[0].protocol = IPPROTO_TCP;
	record.key[1].interface = 0;
	ck_assert_int_eq(flow_record_decode(&record, sizeof(record), false, keys, &addresses, nat, &state),
	                 -EBADMSG);
}
END_TEST

/* The bytes are a promise to other versions. */
START_TEST(the_layout_is_fixed)
{
	static const uint8_t expected[40] = {10, 1, 0,   10, 198, 51, 100, 10, 0xa0, 0x0f, 80, 0, 1,    0,
	                                     6,  0, 198, 51, 100, 10, 10,  1,  0,    10,   80, 0, 0xa0, 0x0f,
	                                     2,  0, 6,   0,  4,   0,  0,   0,  0,    0,    0,  0};
	struct flow flow = {.state = FLOW_TCP_OPEN};
	struct flow_record record;
	uint32_t length_of;

	flow.direction[0].key = (struct flow_key){.source = CLIENT,
	                                          .destination = SERVER,
	                                          .source_port = RTE_BE16(4000),
	                                          .destination_port = RTE_BE16(80),
	                                          .interface = LAN,
	                                          .protocol = IPPROTO_TCP};
	flow.direction[1].key = flow_key_reply(&flow.direction[0].key, WAN);
	flow_record_encode(&flow, false, &record, &length_of);
	ck_assert_uint_eq(length_of, sizeof(expected));
	ck_assert_mem_eq(&record, expected, sizeof(expected));
}
END_TEST

/* --- a full table after a takeover; the fixture's has 1000 places --- */

#define HALF_OPEN 25 /* of each sort */

static void settle(void)
{
	for (unsigned i = 0; i < 20; i++)
		fixture_walk();
}

static void take_over(void)
{
	set_active(true);
	settle();
}

static void tcp_from_client(unsigned port, uint8_t flags)
{
	rte_pktmbuf_free(fixture_pass(LAN, fixture_tcp(CLIENT, port, SERVER, 80, flags, 0), WAN));
}

static void tcp_from_server(unsigned port, uint8_t flags)
{
	rte_pktmbuf_free(fixture_pass(WAN, fixture_tcp(SERVER, 80, CLIENT, port, flags, 0), LAN));
}

/* No packet was dropped: drop/... would not add up. */
START_TEST(flows_of_the_peer_that_find_no_room_are_counted_apart)
{
	datapath.mirroring = true;
	rte_pktmbuf_free(fixture_pass(LAN, fixture_udp(CLIENT, 9, SERVER, 53), WAN));
	forget_flows();
	datapath.mirroring = false;
	open_flows(1000);
	set_active(false);
	apply_emitted();
	ck_assert_uint_eq(flow_count(), 1000);
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_FLOW_TABLE_FULL), 0);
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_MIRROR_FULL), 1);
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_MIRRORED), 0);
}
END_TEST

/* As many flows as find room, each with its answer. */
static unsigned room(void)
{
	unsigned found = 0;

	for (struct rte_mbuf *mbuf;
	     (mbuf = fixture_pass(LAN, fixture_udp(CLIENT, 20000 + found, SERVER, 53), WAN)); found++) {
		rte_pktmbuf_free(mbuf);
		rte_pktmbuf_free(fixture_pass(WAN, fixture_udp(SERVER, 53, CLIENT, 20000 + found), LAN));
	}
	return found;
}

static void check_answers(unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct rte_mbuf *mbuf = fixture_pass(WAN, fixture_udp(SERVER, 53, CLIENT, 4000 + i), LAN);

		ck_assert_ptr_nonnull(mbuf);
		rte_pktmbuf_free(mbuf);
	}
}

/* The peer's flows stand where this node's own did, whose places in the order of opening are still known. */
/* feature: C22-002 */
START_TEST(flows_that_the_peer_opened_do_not_make_room)
{
	datapath.mirroring = true;
	open_flows(1000);
	become_peer();
	ck_assert_uint_eq(flow_mirror_class.count(), 1000);
	take_over();
	ck_assert_uint_eq(room(), 0);
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_EVICTED), 0);
	check_answers(1000);
}
END_TEST

/* Opened here and not answered: whether they were at the peer nobody can tell. */
/* feature: C22-002 */
START_TEST(flows_that_were_the_peers_meanwhile_do_not_make_room)
{
	open_flows(1000);
	set_active(false);
	settle();
	take_over();
	ck_assert_uint_eq(room(), 0);
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_EVICTED), 0);
	check_answers(1000);
}
END_TEST

/* Fills the peer: with UDP, and with HALF_OPEN of TCP of each sort that is not answered, or over. */
static void fill_peer(void)
{
	datapath.mirroring = true;
	for (unsigned i = 0; i < HALF_OPEN; i++) {
		tcp_from_client(1000 + i, RTE_TCP_SYN_FLAG);

		tcp_from_client(1100 + i, RTE_TCP_SYN_FLAG);
		tcp_from_server(1100 + i, RTE_TCP_SYN_FLAG | RTE_TCP_ACK_FLAG);

		tcp_from_client(1200 + i, RTE_TCP_SYN_FLAG);
		tcp_from_server(1200 + i, RTE_TCP_RST_FLAG | RTE_TCP_ACK_FLAG);

		tcp_from_client(1300 + i, RTE_TCP_SYN_FLAG);
		tcp_from_server(1300 + i, RTE_TCP_SYN_FLAG | RTE_TCP_ACK_FLAG);
		tcp_from_client(1300 + i, RTE_TCP_ACK_FLAG);
		tcp_from_server(1300 + i, RTE_TCP_FIN_FLAG | RTE_TCP_ACK_FLAG);
		tcp_from_client(1300 + i, RTE_TCP_FIN_FLAG | RTE_TCP_ACK_FLAG);

		/* And as many that are answered. */
		tcp_from_client(1400 + i, RTE_TCP_SYN_FLAG);
		tcp_from_server(1400 + i, RTE_TCP_SYN_FLAG | RTE_TCP_ACK_FLAG);
		tcp_from_client(1400 + i, RTE_TCP_ACK_FLAG);
	}
	open_flows(1000 - 5 * HALF_OPEN);
	ck_assert_uint_eq(flow_count(), 1000);
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_EVICTED), 0);
	forget_flows();
	datapath.mirroring = false;
	/* The node that takes over has opened none of them. */
	fixture_worker()->flows->opened_count = 0;
}

static void check_made_room(void)
{
	ck_assert_uint_eq(room(), 4 * HALF_OPEN);
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_EVICTED), 4 * HALF_OPEN);
	check_answers(1000 - 5 * HALF_OPEN);
	for (unsigned i = 0; i < HALF_OPEN; i++) {
		struct rte_mbuf *mbuf =
		    fixture_pass(LAN, fixture_tcp(CLIENT, 1400 + i, SERVER, 80, RTE_TCP_ACK_FLAG, 5), WAN);

		ck_assert_ptr_nonnull(mbuf);
		rte_pktmbuf_free(mbuf);
	}
}

/* feature: C22-002 */
START_TEST(half_open_flows_of_the_peer_make_room)
{
	fill_peer();
	set_active(false);
	apply_emitted();
	take_over();
	check_made_room();
}
END_TEST

START_TEST(half_open_flows_that_come_behind_the_takeover_make_room)
{
	fill_peer();
	apply_emitted();
	check_made_room();
}
END_TEST

/* A packet may come before the walk over all flows does. */
START_TEST(a_half_open_flow_that_goes_on_makes_room)
{
	fill_peer();
	set_active(false);
	apply_emitted();
	settle();
	datapath.active = true;
	for (unsigned i = 0; i < HALF_OPEN; i++)
		tcp_from_client(1000 + i, RTE_TCP_SYN_FLAG);
	ck_assert_uint_eq(room(), HALF_OPEN);
	flow_mirror_class.activity(true);
	settle();
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_EVICTED), HALF_OPEN);
	ck_assert_ptr_nonnull(fixture_pass(LAN, fixture_udp(CLIENT, 9, SERVER, 53), WAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_EVICTED), HALF_OPEN + 1);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, fixture_setup, NULL);
	tcase_add_test(tests, changes_are_told);
	tcase_add_test(tests, closing_is_told);
	tcase_add_test(tests, both_ends_of_a_connection_are_told);
	tcase_add_test(tests, a_flow_lives_on_at_the_peer);
	tcase_add_test(tests, answers_pass_after_the_take_over);
	tcase_add_test(tests, what_the_new_policy_forbids_ends_at_the_take_over);
	tcase_add_test(tests, a_snapshot_sweeps_what_is_gone);
	tcase_add_test(tests, a_newer_snapshot_takes_over_from_an_unfinished_one);
	tcase_add_test(tests, records_of_other_versions);
	tcase_add_test(tests, the_layout_is_fixed);
	tcase_add_test(tests, flows_of_the_peer_that_find_no_room_are_counted_apart);
	tcase_add_test(tests, flows_that_the_peer_opened_do_not_make_room);
	tcase_add_test(tests, flows_that_were_the_peers_meanwhile_do_not_make_room);
	tcase_add_test(tests, half_open_flows_of_the_peer_make_room);
	tcase_add_test(tests, half_open_flows_that_come_behind_the_takeover_make_room);
	tcase_add_test(tests, a_half_open_flow_that_goes_on_makes_room);
}

TEST_MAIN("flow_mirror", add_tests)
