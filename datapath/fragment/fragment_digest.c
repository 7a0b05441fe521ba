/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/fragment/fragment.h"

#include <rte_mbuf.h>

#define SAMPLE 4

static uint32_t word_at(const struct rte_mbuf *mbuf, uint32_t at, uint32_t length)
{
	uint32_t word = 0;
	const void *bytes = rte_pktmbuf_read(mbuf, at, length, &word);

	if (bytes && bytes != &word)
		memcpy(&word, bytes, length);
	return word;
}

/* Neither what was sampled so far nor the places that come can be told from the outside. */
static uint64_t mix(uint64_t digest, uint64_t word)
{
	return flow_hash_fold(digest ^ flow_hash_secret[1], word ^ flow_hash_secret[2]) + word;
}

uint64_t fragment_digest(const struct rte_mbuf *mbuf, uint32_t data, uint32_t length, uint16_t samples,
                         uint64_t seed)
{
	uint64_t digest = seed, place = seed;

	if (length <= (uint32_t)samples * SAMPLE) {
		for (uint32_t at = 0; at < length; at += SAMPLE)
			digest = mix(digest, word_at(mbuf, data + at, RTE_MIN(SAMPLE, length - at)));
		return digest;
	}
	for (uint16_t i = 0; i < samples; i++) {
		place = mix(place, i);
		digest = mix(digest, word_at(mbuf, data + place % (length - SAMPLE + 1), SAMPLE));
	}
	return digest;
}
