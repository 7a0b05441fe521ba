/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/tcp/sequence.h"
#include "lib/testing.h"

#include <check.h>
#include <stdlib.h>

#define SYN RTE_TCP_SYN_FLAG
#define ACK RTE_TCP_ACK_FLAG
#define FIN RTE_TCP_FIN_FLAG
#define RST RTE_TCP_RST_FLAG

/* Where each side's numbers begin: just before they wrap. */
#define CLIENT_ISN 0xffffff00U
#define SERVER_ISN 0xfffffff0U

static struct flow flow;

static void setup(void)
{
	flow = (struct flow){.state = FLOW_TCP_INIT, .tcp = TCP_UNSEEN_BOTH};
}

static enum counter pass(unsigned direction, struct tcp_segment segment)
{
	enum flow_state next;
	enum counter reason = tcp_track(&flow, direction, &segment, &next);

	if (reason == COUNTER_COUNT)
		flow.state = next;
	return reason;
}

/* A segment of a side, numbers counted from its own and the other's first. */
static enum counter sends(unsigned side, uint8_t flags, uint32_t at, uint32_t acknowledged, uint16_t payload)
{
	uint32_t isn[2] = {CLIENT_ISN, SERVER_ISN};

	return pass(side, (struct tcp_segment){.sequence = isn[side] + at,
	                                       .acknowledged = isn[!side] + acknowledged,
	                                       .window = 1000,
	                                       .payload = payload,
	                                       .flags = flags,
	                                       .scale = flags & SYN ? 4 : TCP_NO_SCALE});
}

static void establish(void)
{
	ck_assert_int_eq(sends(0, SYN, 0, 0, 0), COUNTER_COUNT);
	ck_assert_int_eq(sends(1, SYN | ACK, 0, 1, 0), COUNTER_COUNT);
	ck_assert_int_eq(flow.state, FLOW_TCP_SYN_RECEIVED);
	ck_assert_int_eq(sends(0, ACK, 1, 1, 0), COUNTER_COUNT);
	ck_assert_int_eq(flow.state, FLOW_TCP_NO_DATA);
}

/* feature: C07-017 */
START_TEST(a_connection_from_beginning_to_end)
{
	struct flow taken_over;

	establish();
	ck_assert_int_eq(sends(0, ACK, 1, 1, 500), COUNTER_COUNT);
	ck_assert_int_eq(flow.state, FLOW_TCP_OPEN);
	ck_assert_int_eq(sends(1, ACK, 1, 501, 1400), COUNTER_COUNT);
	ck_assert_int_eq(sends(1, FIN | ACK, 1401, 501, 0), COUNTER_COUNT);
	ck_assert_int_eq(flow.state, FLOW_TCP_CLOSING);
	/* The other half stays open; nothing follows the FIN, but it may come again. */
	ck_assert_int_eq(sends(0, ACK, 501, 1402, 700), COUNTER_COUNT);
	ck_assert_int_eq(sends(1, ACK, 1402, 1201, 10), COUNTER_DROP_TCP_STATE);
	ck_assert_int_eq(sends(1, FIN | ACK, 1401, 1201, 0), COUNTER_COUNT);
	ck_assert(!tcp_reopens(&flow, 0, SYN));
	/* A node that takes over may have missed the other end's. */
	taken_over = flow;
	tcp_forget_sequences(&taken_over);
	ck_assert(tcp_reopens(&taken_over, 0, SYN));
	ck_assert_int_eq(sends(0, FIN | ACK, 1201, 1402, 0), COUNTER_COUNT);
	ck_assert_int_eq(sends(1, ACK, 1402, 1202, 0), COUNTER_COUNT);
	ck_assert(tcp_reopens(&flow, 0, SYN));
	ck_assert(!tcp_reopens(&flow, 1, SYN));
}
END_TEST

/* feature: C07-017 */
START_TEST(what_no_handshake_has)
{
	ck_assert_int_eq(sends(0, SYN, 0, 0, 0), COUNTER_COUNT);
	ck_assert_int_eq(sends(0, ACK, 1, 0, 0), COUNTER_DROP_TCP_STATE);
	ck_assert_int_eq(sends(0, FIN | ACK, 1, 0, 0), COUNTER_DROP_TCP_STATE);
	ck_assert_int_eq(sends(1, SYN, 0, 0, 0), COUNTER_DROP_TCP_STATE);
	ck_assert_int_eq(sends(1, ACK, 0, 1, 10), COUNTER_DROP_TCP_STATE);
	/* A server of an old connection challenges. */
	ck_assert_int_eq(sends(1, ACK, 9999, 70000, 0), COUNTER_COUNT);
	ck_assert_int_eq(sends(1, SYN | ACK, 0, 2, 0), COUNTER_DROP_TCP_ACKNOWLEDGEMENT);
	ck_assert_int_eq(sends(1, RST | ACK, 0, 2, 0), COUNTER_DROP_TCP_RESET);
	ck_assert_int_eq(sends(1, RST, 0, 1, 0), COUNTER_DROP_TCP_RESET);
	ck_assert_int_eq(flow.state, FLOW_TCP_INIT);
	ck_assert_int_eq(sends(1, RST | ACK, 0, 1, 0), COUNTER_COUNT);
	ck_assert_int_eq(flow.state, FLOW_TCP_CLOSING);
	ck_assert(tcp_reopens(&flow, 0, SYN));
	/* There is no connection, and none of its data. */
	ck_assert_int_eq(sends(0, ACK, 1, 1, 100), COUNTER_DROP_TCP_STATE);
	ck_assert_int_eq(sends(1, ACK, 1, 1, 100), COUNTER_DROP_TCP_STATE);
	ck_assert_int_eq(sends(1, SYN | ACK, 0, 1, 0), COUNTER_DROP_TCP_STATE);
	ck_assert_int_eq(sends(1, RST | ACK, 0, 1, 0), COUNTER_COUNT);
}
END_TEST

/* feature: C07-017 */
START_TEST(windows_are_kept_to)
{
	establish();
	ck_assert_int_eq(sends(0, ACK, 1, 1, 100), COUNTER_COUNT);
	/* The last window was 1000 << 4 from the number 1 on, that of the SYN's answer as it stands. */
	ck_assert_int_eq(sends(1, ACK, 1, 101, 1460), COUNTER_COUNT);
	ck_assert_int_eq(sends(1, ACK, 15001, 101, 1000), COUNTER_COUNT);
	ck_assert_int_eq(sends(1, ACK, 15001, 101, 1002), COUNTER_DROP_TCP_SEQUENCE);
	ck_assert_int_eq(sends(1, ACK, 900000, 101, 1), COUNTER_DROP_TCP_SEQUENCE);
	ck_assert_int_eq(sends(1, ACK, 0x40000000, 101, 1), COUNTER_DROP_TCP_SEQUENCE);
	/* What was sent already may come again, but not what is long past. */
	ck_assert_int_eq(sends(1, ACK, 1, 101, 1460), COUNTER_COUNT);
	ck_assert_int_eq(sends(1, ACK, (uint32_t)-1100000, 101, 10), COUNTER_DROP_TCP_SEQUENCE);
	/* Nobody acknowledges what was not sent. */
	ck_assert_int_eq(sends(0, ACK, 101, 16001, 0), COUNTER_COUNT);
	ck_assert_int_eq(sends(0, ACK, 101, 16002, 0), COUNTER_DROP_TCP_ACKNOWLEDGEMENT);
	ck_assert_int_eq(sends(0, ACK, 101, (uint32_t)-1200000, 0), COUNTER_DROP_TCP_ACKNOWLEDGEMENT);
}
END_TEST

/* feature: C07-017 */
START_TEST(only_the_next_number_resets)
{
	establish();
	ck_assert_int_eq(sends(0, ACK, 1, 1, 100), COUNTER_COUNT);
	ck_assert_int_eq(sends(1, RST, 800000, 0, 0), COUNTER_DROP_TCP_RESET);
	ck_assert_int_eq(sends(0, RST, 0x7fffffff, 0, 0), COUNTER_DROP_TCP_RESET);
	/* Within the window it is the receiver who challenges (RFC 5961 3). */
	ck_assert_int_eq(sends(0, RST, 102, 0, 0), COUNTER_COUNT);
	ck_assert_int_eq(flow.state, FLOW_TCP_OPEN);
	ck_assert_int_eq(sends(0, SYN, 5000, 0, 0), COUNTER_COUNT);
	ck_assert_int_eq(flow.state, FLOW_TCP_OPEN);
	ck_assert_int_eq(sends(1, SYN, 1, 101, 0), COUNTER_DROP_TCP_STATE);
	ck_assert_int_eq(sends(0, SYN | ACK, 1, 1, 0), COUNTER_DROP_TCP_STATE);
	ck_assert_int_eq(sends(0, RST, 101, 0, 0), COUNTER_COUNT);
	ck_assert_int_eq(flow.state, FLOW_TCP_CLOSING);
}
END_TEST

/* feature: C22-034 */
START_TEST(a_taken_over_flow_is_believed_until_both_agree)
{
	establish();
	ck_assert_int_eq(sends(0, ACK, 1, 1, 100), COUNTER_COUNT);
	tcp_forget_sequences(&flow);
	/* Far beyond what this node had seen. */
	ck_assert_int_eq(sends(0, ACK, 5000000, 9000000, 100), COUNTER_COUNT);
	ck_assert_uint_eq(flow.tcp & TCP_UNSEEN_BOTH, TCP_UNSEEN(1));
	/* Nor does the very next number of what was believed reset it. */
	ck_assert_int_eq(sends(0, RST, 5000100, 0, 0), COUNTER_COUNT);
	ck_assert_int_eq(flow.state, FLOW_TCP_OPEN);
	/* Whoever guesses does not get the last word. */
	ck_assert_int_eq(sends(1, ACK, 100, 100, 100), COUNTER_COUNT);
	ck_assert_int_eq(sends(1, FIN | ACK, 100, 100, 100), COUNTER_COUNT);
	ck_assert_int_eq(sends(1, RST, 100, 100, 0), COUNTER_COUNT);
	ck_assert_int_eq(flow.state, FLOW_TCP_OPEN);
	ck_assert_int_eq(sends(1, ACK, 9000000, 5000100, 1000), COUNTER_COUNT);
	ck_assert_int_eq(sends(0, ACK, 5000100, 9001000, 0), COUNTER_COUNT);
	ck_assert_uint_eq(flow.tcp & TCP_UNSEEN_BOTH, 0);
	ck_assert_int_eq(sends(1, ACK, 100, 100, 100), COUNTER_DROP_TCP_ACKNOWLEDGEMENT);
	ck_assert_int_eq(sends(1, ACK, 9001000, 5000100, 1000), COUNTER_COUNT);
}
END_TEST

START_TEST(states_alone_go_the_same_way)
{
	struct tcp_segment segment = {.flags = SYN, .scale = TCP_NO_SCALE};
	enum flow_state next;

	tcp_track_states(&flow, 0, &segment, &next);
	segment.flags = SYN | ACK;
	segment.sequence = 77777;
	ck_assert_int_eq(tcp_track_states(&flow, 1, &segment, &next), COUNTER_COUNT);
	ck_assert_int_eq(next, FLOW_TCP_SYN_RECEIVED);
	flow.state = FLOW_TCP_SYN_RECEIVED;
	segment = (struct tcp_segment){.flags = ACK, .sequence = 5, .payload = 10};
	ck_assert_int_eq(tcp_track_states(&flow, 0, &segment, &next), COUNTER_COUNT);
	ck_assert_int_eq(next, FLOW_TCP_OPEN);
	segment.flags = SYN;
	ck_assert_int_eq(tcp_track_states(&flow, 1, &segment, &next), COUNTER_DROP_TCP_STATE);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, a_connection_from_beginning_to_end);
	tcase_add_test(tests, what_no_handshake_has);
	tcase_add_test(tests, windows_are_kept_to);
	tcase_add_test(tests, only_the_next_number_resets);
	tcase_add_test(tests, a_taken_over_flow_is_believed_until_both_agree);
	tcase_add_test(tests, states_alone_go_the_same_way);
}

TEST_MAIN("tcp_sequence", add_tests)
