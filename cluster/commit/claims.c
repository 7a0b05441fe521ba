/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/commit/claims.h"

#include <errno.h>
#include <stdio.h>

uint64_t claims_start(struct claims *claims)
{
	claims->waiting = true;
	return ++claims->number;
}

static bool holds(const struct claims *claims, uint64_t base, uint64_t now_ms)
{
	if (base < claims->generation)
		return false;
	return claims->holder == CLAIM_FREE || now_ms - claims->since_ms > CLAIM_HELD_MS;
}

int claims_deliver(struct claims *claims, bool own, uint64_t number, uint64_t base, const char *author,
                   uint64_t now_ms)
{
	bool waited_for = own && claims->waiting && number == claims->number;

	if (waited_for)
		claims->waiting = false;
	if (!holds(claims, base, now_ms))
		return own ? -ESTALE : 0;
	claims->holder = own ? CLAIM_OWN : CLAIM_PEER;
	claims->since_ms = now_ms;
	if (own)
		return waited_for ? 0 : -ECANCELED;
	claims->author_base = base;
	snprintf(claims->author, sizeof(claims->author), "%s", author);
	return 0;
}

void claims_end(struct claims *claims, bool own, uint64_t generation)
{
	if (claims->holder == (own ? CLAIM_OWN : CLAIM_PEER))
		claims->holder = CLAIM_FREE;
	claims_configuration(claims, generation, false);
}

void claims_configuration(struct claims *claims, uint64_t generation, bool force)
{
	if (force || generation > claims->generation)
		claims->generation = generation;
}

bool claims_reset(struct claims *claims)
{
	bool waited = claims->waiting;

	claims->holder = CLAIM_FREE;
	claims->generation = 0;
	claims->waiting = false;
	return waited;
}
