/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/tcp/sequence.h"
#include "lib/testing.h"

#include <check.h>
#include <stdlib.h>

/*
 * Random connections against a reference that is as plain as can be: it counts in 64 bits from a number that does not
 * wrap, and writes the rules down one by one. Two honest ends with any windows, losses and orders never have a segment
 * dropped; random segments are judged as the reference judges them. HADRIAN_TEST_SEED repeats a run.
 */
#define SYN RTE_TCP_SYN_FLAG
#define ACK RTE_TCP_ACK_FLAG
#define FIN RTE_TCP_FIN_FLAG
#define RST RTE_TCP_RST_FLAG

#define CONNECTIONS 3000
#define SEGMENTS    200

static uint64_t random_state;

static uint64_t any(uint64_t below)
{
	uint64_t z = random_state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return (z ^ z >> 31) % below;
}

/* One end, its own bytes counted from its SYN, which is 0. */
struct end {
	uint32_t isn;
	uint8_t scale;
	int64_t sent;     /* next byte */
	int64_t unacked;  /* the other end has acknowledged up to here */
	int64_t received; /* all of the other end up to here */
	int64_t allowed;  /* by the other end */
	bool finished;
};

/* What the firewall may know: of each direction the end and the allowance that it has seen. */
struct reference {
	int64_t end[2], granted[2];
	bool finished[2];
	enum flow_state state;
};

static struct flow flow;
static struct end ends[2];
static struct reference reference;

static enum counter pass(unsigned side, uint8_t flags, int64_t sequence, int64_t acknowledged,
                         uint16_t window, uint16_t payload)
{
	struct tcp_segment segment = {.sequence = ends[side].isn + (uint32_t)sequence,
	                              .acknowledged = ends[!side].isn + (uint32_t)acknowledged,
	                              .window = window,
	                              .payload = payload,
	                              .flags = flags,
	                              .scale = flags & SYN ? ends[side].scale : TCP_NO_SCALE};
	enum flow_state next;
	enum counter reason = tcp_track(&flow, side, &segment, &next);

	if (reason == COUNTER_COUNT)
		flow.state = next;
	return reason;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static void begin(void)
{
	bool scaled = any(4) != 0;

	flow = (struct flow){.state = FLOW_TCP_INIT, .tcp = TCP_UNSEEN_BOTH};
	for (unsigned i = 0; i < 2; i++)
		ends[i] = (struct end){.isn = (uint32_t)any(UINT32_MAX),
		                       .scale = scaled ? (uint8_t)any(TCP_SCALE_MAX + 1) : TCP_NO_SCALE,
		                       .sent = 1,
		                       .unacked = 1,
		                       .received = 1,
		                       .allowed = 1 + 5000};
	ck_assert_int_eq(pass(0, SYN, 0, 0, 5000, 0), COUNTER_COUNT);
	ck_assert_int_eq(pass(1, SYN | ACK, 0, 1, 5000, 0), COUNTER_COUNT);
	reference = (struct reference){
	    .end = {1, 1}, .granted = {1 + 5000, 1 + 5000}, .state = FLOW_TCP_SYN_RECEIVED};
	if (!scaled)
		ends[0].scale = ends[1].scale = 0;
}

/* An honest segment of an end; whether it arrives is decided behind the firewall. */
static void honest(unsigned side)
{
	struct end *own = &ends[side], *other = &ends[!side];
	int64_t room = own->allowed - own->sent;
	int64_t payload =
	    !own->finished && room > 0 ? (int64_t)any((uint64_t)(room < 1400 ? room : 1400) + 1) : 0;
	int64_t sequence = own->sent;
	uint16_t window = (uint16_t)any(UINT16_MAX + 1);
	uint8_t flags = ACK;

	/* Sent again, from wherever the other end has not acknowledged. */
	if (any(4) == 0 && own->unacked < own->sent) {
		sequence = own->unacked + (int64_t)any((uint64_t)(own->sent - own->unacked));
		payload = own->sent - sequence - (own->finished ? 1 : 0);
		payload = payload > 1400 ? 1400 : payload;
	} else {
		own->sent += payload;
		if (!own->finished && any(150) == 0) {
			flags |= FIN;
			own->finished = true;
			own->sent++;
		}
	}
	/* Nobody takes back what he has allowed. */
	if (own->received + ((int64_t)window << own->scale) < other->allowed)
		window = (uint16_t)((other->allowed - own->received + (1 << own->scale) - 1) >> own->scale);
	if (((int64_t)window << own->scale) + own->received < other->allowed)
		window = UINT16_MAX;
	ck_assert_int_eq(pass(side, flags, sequence, own->received, window, (uint16_t)payload),
	                 COUNTER_COUNT);
	if (any(5) == 0)
		return;
	if (sequence <= other->received)
		other->received = later(other->received, sequence + payload + !!(flags & FIN));
	other->unacked = later(other->unacked, own->received);
	other->allowed = later(other->allowed, own->received + ((int64_t)window << own->scale));
}

/* feature: C07-017 */
START_TEST(honest_ends_are_never_dropped)
{
	for (unsigned connection = 0; connection < CONNECTIONS; connection++) {
		begin();
		ck_assert_int_eq(pass(0, ACK, 1, 1, 5000, 0), COUNTER_COUNT);
		for (unsigned i = 0; i < SEGMENTS; i++)
			honest((unsigned)any(2));
	}
}
END_TEST

/* --- any segments */

static int64_t window_of(unsigned side)
{
	return (int64_t)0x10000 << ends[side].scale;
}

/* The rules, one by one. Of plain segments in an established connection. */
static enum counter judge(unsigned side, uint8_t flags, int64_t sequence, int64_t acknowledged,
                          uint16_t window, uint16_t payload)
{
	int64_t end = sequence + payload;
	int64_t *granted = &reference.granted[side];

	if (reference.finished[side] && end + !!(flags & FIN) > reference.end[side])
		return COUNTER_DROP_TCP_STATE;
	if (acknowledged > reference.end[!side])
		return COUNTER_DROP_TCP_ACKNOWLEDGEMENT;
	if (acknowledged < reference.end[!side] - window_of(side) - TCP_ACKNOWLEDGED_BACK)
		return COUNTER_DROP_TCP_ACKNOWLEDGEMENT;
	if (end > reference.granted[!side] + 1)
		return COUNTER_DROP_TCP_SEQUENCE;
	if (end < reference.end[side] - window_of(!side))
		return COUNTER_DROP_TCP_SEQUENCE;
	reference.end[side] = later(reference.end[side], end + !!(flags & FIN));
	*granted = later(*granted, acknowledged + ((int64_t)window << ends[side].scale));
	if (flags & FIN) {
		reference.finished[side] = true;
		reference.state = FLOW_TCP_CLOSING;
	} else if (payload && reference.state == FLOW_TCP_NO_DATA) {
		reference.state = FLOW_TCP_OPEN;
	}
	return COUNTER_COUNT;
}

static int64_t near(int64_t number, int64_t bound)
{
	switch (any(4)) {
	case 0:
		return number;
	case 1:
		return number + (int64_t)any(3000) - 1500;
	case 2:
		return number + bound + (int64_t)any(5) - 2;
	default:
		return number - bound + (int64_t)any(5) - 2;
	}
}

/* feature: C07-017 */
START_TEST(any_segment_is_judged_as_the_reference_does)
{
	for (unsigned connection = 0; connection < CONNECTIONS; connection++) {
		begin();
		ck_assert_int_eq(pass(0, ACK, 1, 1, 5000, 0), COUNTER_COUNT);
		reference.granted[0] = later(reference.granted[0], 1 + ((int64_t)5000 << ends[0].scale));
		reference.state = FLOW_TCP_NO_DATA;
		for (unsigned i = 0; i < SEGMENTS; i++) {
			unsigned side = (unsigned)any(2);
			uint16_t payload = any(3) ? (uint16_t)any(1461) : 0,
			         window = (uint16_t)any(UINT16_MAX + 1);
			uint8_t flags = any(60) ? ACK : ACK | FIN;
			int64_t sequence =
			    near(reference.end[side],
			         any(2) ? window_of(!side) : reference.granted[!side] - reference.end[side]);
			int64_t acknowledged =
			    near(reference.end[!side], any(2) ? 0 : window_of(side) + TCP_ACKNOWLEDGED_BACK);
			enum counter expected = judge(side, flags, sequence, acknowledged, window, payload);

			ck_assert_int_eq(pass(side, flags, sequence, acknowledged, window, payload),
			                 expected);
			ck_assert_int_eq(flow.state, reference.state);
		}
	}
}
END_TEST

static void setup(void)
{
	const char *seed = getenv("HADRIAN_TEST_SEED");

	random_state = seed ? strtoull(seed, NULL, 0) : 1;
}

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, honest_ends_are_never_dropped);
	tcase_add_test(tests, any_segment_is_judged_as_the_reference_does);
}

TEST_MAIN("tcp_sequence_property", add_tests)
