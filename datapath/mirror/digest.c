/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/mirror/digest.h"

#include "datapath/flow/flow_key.h"

#include <string.h>

#define WAIT_DOUBLINGS 6

static uint64_t key_check(void)
{
	return flow_hash_fold(flow_hash_secret[3], flow_hash_secret[4]);
}

void digest_add(struct digest_sums *sums, const void *object, size_t length, size_t key_length)
{
	uint64_t hash = 0;
	unsigned part = 0;

	for (size_t at = 0; at < length; at += sizeof(uint64_t)) {
		size_t left = length - at;
		uint64_t word = 0;

		if (at == key_length)
			part = hash % DIGEST_PARTS;
		memcpy(&word, (const uint8_t *)object + at, left < sizeof(word) ? left : sizeof(word));
		hash = flow_hash_fold(hash ^ word ^ flow_hash_secret[3], flow_hash_secret[4]);
	}
	if (key_length >= length)
		part = hash % DIGEST_PARTS;
	sums->sum[part] += hash;
	sums->objects[part]++;
}

void digest_join(struct digest_sums *sums, const struct digest_sums *other)
{
	for (unsigned i = 0; i < DIGEST_PARTS; i++) {
		sums->sum[i] += other->sum[i];
		sums->objects[i] += other->objects[i];
	}
}

void digest_write(const struct digest_sums *sums, struct digest *out)
{
	out->key_check = key_check();
	memcpy(out->sum, sums->sum, sizeof(out->sum));
}

/* Whether what has drifted apart is to be sent again now. */
static bool is_due(struct digest_history *history)
{
	if (history->wait > 0) {
		history->wait--;
		return false;
	}
	if (history->repairs > 0)
		history->wait = (1u << history->repairs) - 1;
	if (history->repairs < WAIT_DOUBLINGS)
		history->repairs++;
	return true;
}

struct digest_verdict digest_compare(struct digest_history *history, const struct digest_sums *own,
                                     const struct digest *peer)
{
	struct digest_verdict verdict = {0};

	if (peer->key_check != key_check()) {
		memset(history, 0, sizeof(*history));
		return verdict;
	}
	for (unsigned i = 0; i < DIGEST_PARTS; i++) {
		uint64_t difference = own->sum[i] - peer->sum[i];

		if (difference != 0 && difference == history->difference[i]) {
			verdict.parts++;
			verdict.objects += own->objects[i];
		}
		history->difference[i] = difference;
	}
	if (++history->looks >= 2 && verdict.parts == 0)
		history->repairs = history->wait = 0;
	verdict.repair = verdict.parts > 0 && is_due(history);
	/* What the repair has not reached yet is no second drift. */
	if (verdict.repair)
		digest_forget(history);
	return verdict;
}

void digest_forget(struct digest_history *history)
{
	memset(history->difference, 0, sizeof(history->difference));
	history->looks = 0;
}
