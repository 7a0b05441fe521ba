/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/tcp/cookie.h"

#include "datapath/flow/flow_key.h"
#include "datapath/tcp/options.h"

/* The offer's eight bits. */
#define PARITY    0x01
#define SACK      0x02
#define SCALE_AT  2
#define MSS_AT    5
#define INDEX     0x07
#define SIZES     8
#define NO_SCALE  0 /* index */
#define SUM_SHIFT 8

static const uint16_t sizes[SIZES] = {216, 536, 1200, 1360, 1400, 1440, 1452, 1460};
static const uint8_t scales[SIZES] = {TCP_NO_SCALE, 0, 1, 2, 4, 6, 7, 8};

static inline uint64_t rotate(uint64_t value, unsigned bits)
{
	return value << bits | value >> (64 - bits);
}

static void rounds(uint64_t v[4], unsigned count)
{
	while (count--) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = rotate(v[1], 13) ^ v[0];
		v[3] = rotate(v[3], 16) ^ v[2];
		v[0] = rotate(v[0], 32);
		v[2] += v[1];
		v[0] += v[3];
		v[1] = rotate(v[1], 17) ^ v[2];
		v[3] = rotate(v[3], 21) ^ v[0];
		v[2] = rotate(v[2], 32);
	}
}

uint64_t tcp_siphash(const uint64_t key[2], const void *bytes, uint32_t length)
{
	uint64_t v[4] = {key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d,
	                 key[0] ^ 0x6c7967656e657261, key[1] ^ 0x7465646279746573};

	for (uint32_t at = 0; at < length; at += 8) {
		uint64_t word;

		memcpy(&word, (const uint8_t *)bytes + at, sizeof(word));
		v[3] ^= word;
		rounds(v, 2);
		v[0] ^= word;
	}
	/* The last word has the length and what is left of the bytes: nothing. */
	v[3] ^= (uint64_t)length << 56;
	rounds(v, 2);
	v[0] ^= (uint64_t)length << 56;
	v[2] ^= 0xff;
	rounds(v, 4);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static uint64_t sum(const struct tcp_ends *ends, uint32_t isn, uint64_t slot)
{
	struct {
		struct tcp_ends ends;
		uint64_t slot;
		uint32_t isn, reserved;
	} summed = {.ends = *ends, .slot = slot, .isn = isn};

	_Static_assert(sizeof(summed) == 56, "no holes, whole words");
	return tcp_siphash(flow_cookie_key, &summed, sizeof(summed));
}

static uint8_t encode(const struct tcp_offer *offer)
{
	unsigned mss = 0, scale = NO_SCALE;

	while (mss + 1 < SIZES && sizes[mss + 1] <= offer->mss)
		mss++;
	if (offer->scale != TCP_NO_SCALE)
		for (scale = 1; scale + 1 < SIZES && scales[scale + 1] <= offer->scale; scale++)
			;
	/* RFC 9293 3.7.1: who says nothing takes 536. */
	if (!offer->mss)
		mss = 1;
	return (uint8_t)(mss << MSS_AT | scale << SCALE_AT | (offer->sack ? SACK : 0));
}

uint32_t tcp_cookie_make(const struct tcp_ends *ends, uint32_t isn, const struct tcp_offer *offer,
                         uint64_t seconds)
{
	uint64_t slot = seconds / TCP_COOKIE_SECONDS, secret = sum(ends, isn, slot);

	return (uint32_t)secret << SUM_SHIFT |
	       (uint8_t)(encode(offer) ^ (slot & PARITY) ^ (uint8_t)(secret >> 56 & ~PARITY));
}

bool tcp_cookie_check(const struct tcp_ends *ends, uint32_t isn, uint32_t cookie, uint64_t seconds,
                      struct tcp_offer *offer)
{
	uint64_t slot = seconds / TCP_COOKIE_SECONDS, secret;
	uint8_t bits;

	if ((cookie ^ slot) & PARITY)
		slot--;
	secret = sum(ends, isn, slot);
	if ((uint32_t)secret << SUM_SHIFT != (cookie & UINT32_MAX << SUM_SHIFT))
		return false;
	bits = (uint8_t)(cookie ^ (secret >> 56 & ~PARITY));
	*offer = (struct tcp_offer){.mss = sizes[bits >> MSS_AT & INDEX],
	                            .scale = scales[bits >> SCALE_AT & INDEX],
	                            .sack = bits & SACK};
	return true;
}
