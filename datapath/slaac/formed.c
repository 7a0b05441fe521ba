/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/slaac/formed.h"

#include <string.h>

#define SECOND 1000000000ULL

uint32_t formed_left(uint64_t until, uint64_t now)
{
	uint64_t seconds = until > now ? (until - now + SECOND - 1) / SECOND : 0;

	if (until == FORMED_FOR_EVER)
		return UINT32_MAX;
	return seconds < UINT32_MAX ? (uint32_t)seconds : UINT32_MAX - 1;
}

uint64_t formed_ends(uint32_t seconds, uint64_t now)
{
	if (seconds == UINT32_MAX)
		return FORMED_FOR_EVER;
	return seconds ? now + seconds * SECOND : 0;
}

void formed_start(struct formed formed[FORMED_MAX], uint64_t now)
{
	formed[0] = (struct formed){.prefix = {0xfe, 0x80},
	                            .valid_until = FORMED_FOR_EVER,
	                            .preferred_until = FORMED_FOR_EVER,
	                            .state = FORMED_TENTATIVE,
	                            .due = now};
}

static struct formed *place_of(struct formed formed[FORMED_MAX], const uint8_t prefix[16])
{
	struct formed *free_one = NULL;

	for (unsigned i = 1; i < FORMED_MAX; i++) {
		if (formed[i].valid_until && !memcmp(formed[i].prefix, prefix, sizeof(formed[i].prefix)))
			return &formed[i];
		if (!formed[i].valid_until && !free_one)
			free_one = &formed[i];
	}
	return free_one;
}

void formed_told(struct formed formed[FORMED_MAX], const struct router_advertisement *told, uint64_t now,
                 uint64_t delay)
{
	for (unsigned i = 0; i < told->prefix_count; i++) {
		const struct advertised_prefix *prefix = &told->prefixes[i];
		struct formed *one = place_of(formed, prefix->prefix);
		uint32_t valid;

		if (!one)
			continue;
		valid = slaac_valid(formed_left(one->valid_until, now), prefix->valid_s);
		if (!valid)
			continue;
		if (!one->valid_until) {
			*one = (struct formed){.state = FORMED_TENTATIVE, .due = now + delay};
			memcpy(one->prefix, prefix->prefix, sizeof(one->prefix));
		}
		one->valid_until = formed_ends(valid, now);
		/* Unlike the end of validity, a stranger may tell this as it likes: no connection breaks of it. */
		one->preferred_until = formed_ends(prefix->preferred_s, now);
	}
}

bool formed_expire(struct formed formed[FORMED_MAX], uint64_t now)
{
	bool any = false;

	for (unsigned i = 0; i < FORMED_MAX; i++) {
		struct formed *one = &formed[i];

		if (one->valid_until && now >= one->valid_until) {
			*one = (struct formed){0};
			any = true;
		} else if (one->preferred_until && now >= one->preferred_until) {
			one->preferred_until = 0;
			any = true;
		}
	}
	return any;
}

enum formed_step formed_step(struct formed *formed, uint64_t now)
{
	if (!formed->valid_until || formed->state == FORMED_UNIQUE || now < formed->due)
		return FORMED_WAIT;
	formed->probed = !formed->probed;
	formed->due = now + FORMED_RETRANS_NS;
	if (formed->probed)
		return FORMED_PROBE;
	formed->state = FORMED_UNIQUE;
	return FORMED_FREE;
}

bool formed_conflict(struct formed *formed, uint64_t now)
{
	if (!formed->valid_until || formed->state == FORMED_UNIQUE)
		return false;
	formed->state = FORMED_DUPLICATE;
	formed->probed = false;
	formed->due = now + FORMED_RETRY_NS;
	return true;
}

enum autoconfiguration_state formed_shown(const struct formed *formed)
{
	if (!formed->valid_until)
		return AUTOCONFIGURATION_NONE;
	if (formed->state == FORMED_DUPLICATE)
		return AUTOCONFIGURATION_DUPLICATE;
	if (formed->state != FORMED_UNIQUE)
		return AUTOCONFIGURATION_TENTATIVE;
	return formed->preferred_until ? AUTOCONFIGURATION_PREFERRED : AUTOCONFIGURATION_DEPRECATED;
}

bool formed_usable(const struct formed *formed)
{
	return formed->valid_until && formed->state == FORMED_UNIQUE;
}
