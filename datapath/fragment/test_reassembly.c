/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/fragment/reassembly.h"
#include "datapath/testing/fixture.h"
#include "lib/testing.h"

#include <stdlib.h>

#define LENGTH_MAX 2000
#define PIECES_MAX 120
#define ROUNDS     3000

/* --- a reassembler that is plainly right: it looks at every byte and at everything that it took
 * ---------------------- */

struct piece {
	uint32_t offset, length;
	bool more;
	uint8_t data[LENGTH_MAX + 256];
};

static struct {
	struct piece taken[PIECES_MAX * 2];
	unsigned count;
	bool has[LENGTH_MAX + 1024];
	uint8_t data[LENGTH_MAX + 1024];
	uint32_t total;
} reference;

static enum reassembly_verdict reference_add(const struct piece *piece)
{
	uint32_t end = piece->offset + piece->length;

	if (!piece->more && reference.total && end != reference.total)
		return REASSEMBLY_SIZE;
	for (uint32_t i = end; !piece->more && i < sizeof(reference.has); i++) {
		if (reference.has[i])
			return REASSEMBLY_SIZE;
	}
	if (piece->more && reference.total && end >= reference.total)
		return REASSEMBLY_SIZE;
	for (unsigned i = 0; i < reference.count; i++) {
		const struct piece *other = &reference.taken[i];

		if (other->offset == piece->offset && other->length == piece->length)
			return memcmp(other->data, piece->data, piece->length) == 0
			           ? REASSEMBLY_DUPLICATE
			           : REASSEMBLY_DUPLICATE_DATA;
	}
	for (uint32_t i = piece->offset; i < end; i++) {
		if (reference.has[i])
			return REASSEMBLY_OVERLAP;
	}
	reference.taken[reference.count++] = *piece;
	for (uint32_t i = 0; i < piece->length; i++) {
		reference.has[piece->offset + i] = true;
		reference.data[piece->offset + i] = piece->data[i];
	}
	if (!piece->more)
		reference.total = end;
	return REASSEMBLY_ACCEPTED;
}

static bool reference_complete(void)
{
	for (uint32_t i = 0; i < reference.total; i++) {
		if (!reference.has[i])
			return false;
	}
	return reference.total != 0;
}

/* --- random packets
 * -------------------------------------------------------------------------------------------------- */

static struct piece pieces[PIECES_MAX];
static unsigned piece_count;
static unsigned seed;

static uint32_t number(uint32_t below)
{
	return below ? (uint32_t)rand_r(&seed) % below : 0;
}

static struct piece *new_piece(uint32_t offset, uint32_t length, bool more)
{
	struct piece *piece = &pieces[piece_count++];

	piece->offset = offset;
	piece->length = length;
	piece->more = more;
	for (uint32_t i = 0; i < length; i++)
		piece->data[i] = (uint8_t)((offset + i) * 7 + (offset + i) / 256);
	return piece;
}

/* A packet cut anywhere; where it is not honest, with pieces that lie across others, differ or end elsewhere. */
static void cut(bool honest)
{
	uint32_t length = 9 + number(LENGTH_MAX - 9), most = 1 + number(60), at = 0;

	piece_count = 0;
	while (at < length) {
		uint32_t part = RTE_MIN(8 * (1 + number(most)), length - at);

		/* No more than half of the pieces: the rest are the strange ones. */
		if (piece_count == PIECES_MAX / 2 - 1)
			part = RTE_MIN(length - at, (uint32_t)LENGTH_MAX);
		new_piece(at, part, at + part < length);
		at += part;
	}
	for (unsigned i = number(honest ? 3 : 12); i > 0 && piece_count < PIECES_MAX; i--) {
		const struct piece other = pieces[number(piece_count)];
		struct piece *strange;

		switch (honest ? 0 : number(5)) {
		case 0:
			new_piece(other.offset, other.length, other.more);
			break;
		case 1:
			strange = new_piece(other.offset, other.length, other.more);
			strange->data[number(strange->length)] ^= 1 + number(255);
			break;
		case 2:
			new_piece(8 * number(length / 8 + 1), 8 * (1 + number(20)), true);
			break;
		case 3:
			new_piece(8 * number(length / 8 + 1), 1 + number(200), false);
			break;
		default:
			new_piece(other.offset, other.length, true)->length = RTE_MAX(8U, other.length & ~7U);
		}
	}
	for (unsigned i = piece_count - 1; i > 0 && number(3) > 0; i--) {
		unsigned j = number(i + 1);
		struct piece swap = pieces[i];

		pieces[i] = pieces[j];
		pieces[j] = swap;
	}
}

/* --- the table
 * ------------------------------------------------------------------------------------------------------- */

static struct reassembly_table *table;

static void setup(void)
{
	fixture_setup();
	table = reassembly_table_create(16, 0);
	ck_assert_ptr_nonnull(table);
}

static void teardown(void)
{
	reassembly_table_destroy(table);
}

static uint32_t open_one(uint32_t identification, uint32_t now)
{
	struct fragment_key key = {.version = 4, .identification = identification};
	uint32_t index = reassembly_open(table, &key, fragment_hash(&key), now);

	if (index)
		table->entries[index].samples = 512;
	return index;
}

static struct rte_mbuf *mbuf_of(const struct piece *piece)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(datapath.packets);

	ck_assert_ptr_nonnull(mbuf);
	ck_assert_uint_le(piece->length, rte_pktmbuf_tailroom(mbuf));
	memcpy(rte_pktmbuf_append(mbuf, (uint16_t)piece->length), piece->data, piece->length);
	return mbuf;
}

static enum reassembly_verdict add(uint32_t index, const struct piece *piece, struct rte_mbuf *mbuf)
{
	struct fragment fragment = {.offset = piece->offset, .length = piece->length, .more = piece->more};
	enum reassembly_verdict verdict;

	verdict = reassembly_add(table, index, &fragment,
	                         fragment_digest(mbuf, 0, piece->length, table->entries[index].samples,
	                                         table->entries[index].seed));
	if (verdict != REASSEMBLY_ACCEPTED || !reassembly_hold(table, index, &fragment, mbuf))
		rte_pktmbuf_free(mbuf);
	return verdict;
}

/* Every byte that went, in the order of the fragments' places. */
static void check_released(uint32_t index)
{
	uint32_t at = 0;
	struct rte_mbuf *mbuf;

	while ((mbuf = reassembly_release(table, index))) {
		ck_assert_int_eq(memcmp(rte_pktmbuf_mtod(mbuf, void *), reference.data + at, mbuf->data_len),
		                 0);
		at += mbuf->data_len;
		rte_pktmbuf_free(mbuf);
	}
	ck_assert_uint_eq(at, reference.total);
}

static void compare(bool honest)
{
	uint32_t index = open_one(1, 1);

	memset(&reference, 0, sizeof(reference));
	cut(honest);
	for (unsigned i = 0; i < piece_count; i++) {
		enum reassembly_verdict expected = reference_add(&pieces[i]);

		ck_assert_uint_eq(add(index, &pieces[i], mbuf_of(&pieces[i])), expected);
		ck_assert_uint_eq(reassembly_complete(&table->entries[index]), reference_complete());
	}
	if (honest)
		ck_assert(reference_complete());
	if (reference_complete() && table->entries[index].held == table->entries[index].count)
		check_released(index);
	reassembly_forget(table, index);
	reassembly_close(table, index);
}

/* feature: C28-011 C28-012 */
START_TEST(it_judges_as_one_that_looks_at_every_byte)
{
	unsigned packets = rte_mempool_avail_count(datapath.packets);

	for (unsigned round = 1; round <= ROUNDS; round++) {
		seed = round;
		compare(round % 2);
	}
	/* Nothing is kept of what is over. */
	ck_assert_uint_eq(rte_mempool_avail_count(datapath.packets), packets);
	ck_assert_uint_eq(table->count, 0);
	ck_assert_uint_eq(table->held, 0);
	ck_assert_uint_le(table->record_high, PIECES_MAX);
}
END_TEST

/* feature: C28-012 */
START_TEST(a_digest_sees_what_it_samples)
{
	struct piece piece = {.length = 1000};
	struct rte_mbuf *mbuf = mbuf_of(&piece);
	unsigned seen[2] = {0, 0};

	for (unsigned round = 0; round < 2000; round++) {
		uint64_t secret = round * 0x9e3779b97f4a7c15, few = fragment_digest(mbuf, 0, 1000, 2, secret),
		         many = fragment_digest(mbuf, 0, 1000, 128, secret);
		uint8_t *byte = rte_pktmbuf_mtod_offset(mbuf, uint8_t *, round % 1000);

		*byte ^= 1;
		seen[0] += fragment_digest(mbuf, 0, 1000, 2, secret) != few;
		seen[1] += fragment_digest(mbuf, 0, 1000, 128, secret) != many;
		*byte ^= 1;
		ck_assert(fragment_digest(mbuf, 0, 1000, 128, secret) == many);
	}
	/* 8 of 1000 bytes, and 40 % of them: a place may be drawn twice. */
	ck_assert_uint_gt(seen[0], 2);
	ck_assert_uint_lt(seen[0], 60);
	ck_assert_uint_gt(seen[1], 650);
	ck_assert_uint_lt(seen[1], 950);
	rte_pktmbuf_free(mbuf);
}
END_TEST

/* feature: C28-010 */
START_TEST(what_waits_for_a_first_fragment_displaces_nothing_that_has_one)
{
	uint32_t first[8];
	bool full;

	/* Half of the share may wait; the oldest of them goes. */
	for (uint32_t i = 0; i < 8; i++) {
		ck_assert_uint_eq(reassembly_victim(table, 16, false, &full), 0);
		ck_assert_uint_ne(first[i] = open_one(i, i), 0);
	}
	ck_assert_uint_eq(reassembly_victim(table, 16, false, &full), first[0]);
	/* Those that have theirs take the rest, then the place of what lingers and of what waits. */
	for (uint32_t i = 8; i < 16; i++) {
		uint32_t index;

		ck_assert_uint_eq(reassembly_victim(table, 16, true, &full), 0);
		index = open_one(i, i);
		reassembly_set_state(table, index, REASSEMBLY_FLOWING);
	}
	ck_assert_uint_eq(reassembly_victim(table, 16, true, &full), first[0]);
	ck_assert_uint_eq(open_one(99, 99), 0);
	reassembly_set_state(table, first[5], REASSEMBLY_DONE);
	ck_assert_uint_eq(reassembly_victim(table, 16, true, &full), first[5]);
	for (uint32_t i = 0; i < 8; i++)
		reassembly_close(table, first[i]);
	for (uint32_t i = 0; i < 8; i++) {
		uint32_t index = open_one(20 + i, 20);

		reassembly_set_state(table, index, REASSEMBLY_FLOWING);
	}
	/* All of them have their first fragment now. */
	ck_assert_uint_eq(reassembly_victim(table, 16, false, &full), 0);
	ck_assert(full);
	ck_assert_uint_ne(reassembly_victim(table, 16, true, &full), 0);
}
END_TEST

/* feature: C28-010 */
START_TEST(a_packet_has_so_many_fragments_and_no_more)
{
	uint32_t index = open_one(1, 1);
	struct piece piece = {.length = 8, .more = true};

	for (unsigned i = 0; i < REASSEMBLY_FRAGMENTS_MAX; i++) {
		piece.offset = 8 + i * 8;
		ck_assert_uint_eq(add(index, &piece, mbuf_of(&piece)), REASSEMBLY_ACCEPTED);
	}
	ck_assert_uint_eq(table->held, REASSEMBLY_HELD_EACH);
	piece.offset = 60000;
	ck_assert_uint_eq(add(index, &piece, mbuf_of(&piece)), REASSEMBLY_FULL);
	ck_assert_uint_eq(reassembly_forget(table, index), REASSEMBLY_HELD_EACH);
}
END_TEST

/* feature: C28-010 */
START_TEST(entries_are_found_again_and_used_again)
{
	struct fragment_key key = {.version = 4};

	for (unsigned round = 0; round < 1000; round++) {
		uint32_t index = open_one(round, 1);

		ck_assert_uint_ne(index, 0);
		if (round >= 10) {
			key.identification = round - 10;
			index = reassembly_find(table, &key, fragment_hash(&key));
			ck_assert_uint_ne(index, 0);
			reassembly_close(table, index);
			ck_assert_uint_eq(reassembly_find(table, &key, fragment_hash(&key)), 0);
		}
	}
	ck_assert_uint_eq(table->count, 10);
	ck_assert_uint_le(table->high, 11);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, it_judges_as_one_that_looks_at_every_byte);
	tcase_add_test(tests, a_digest_sees_what_it_samples);
	tcase_add_test(tests, what_waits_for_a_first_fragment_displaces_nothing_that_has_one);
	tcase_add_test(tests, a_packet_has_so_many_fragments_and_no_more);
	tcase_add_test(tests, entries_are_found_again_and_used_again);
}
TEST_MAIN("reassembly", add_tests)
