/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_SLAAC_FORMED_H
#define DATAPATH_SLAAC_FORMED_H

/*
 * The addresses that an interface forms, their lifetimes (RFC 4862 5.5.3, 5.5.4), and what detection of duplicates says of them
 * (5.4). Moments are nanoseconds of one clock, lifetimes seconds, UINT32_MAX of them for ever. Pure; any thread.
 */

#include "datapath/slaac/router_advertisement.h"
#include "lib/messages/autoconfiguration.h"

#include <stdbool.h>
#include <stdint.h>

#define FORMED_MAX        (AUTOCONFIGURATION_PREFIXES + 1) /* the first is the link-local one, which is for ever */
#define FORMED_FOR_EVER   UINT64_MAX
#define FORMED_RETRANS_NS 1000000000ULL   /* RetransTimer: how long somebody has to object */
#define FORMED_RETRY_NS   300000000000ULL /* an address that somebody has is asked about again */

enum formed_state { FORMED_TENTATIVE = 1, FORMED_UNIQUE = 2, FORMED_DUPLICATE = 3 };

struct formed {
	uint8_t prefix[16];
	uint64_t valid_until, preferred_until; /* valid 0: the place is free; preferred 0: deprecated */
	uint8_t state;                         /* enum formed_state */
	bool probed;                           /* somebody may object until due */
	uint64_t due;                          /* not UNIQUE: when to ask, or when silence has said enough */
};

/* The link-local one, to be asked about at once. */
void formed_start(struct formed formed[FORMED_MAX], uint64_t now);

/*
 * A router tells of prefixes. New ones are asked about after delay nanoseconds; where there is no room for one it is left out, and
 * taken once another has ended and it is told again.
 */
void formed_told(struct formed formed[FORMED_MAX], const struct router_advertisement *told, uint64_t now,
                 uint64_t delay);

/* Ends what has outlived its time. True where an address ended or became deprecated. */
bool formed_expire(struct formed formed[FORMED_MAX], uint64_t now);

enum formed_step { FORMED_WAIT, FORMED_PROBE, FORMED_FREE };
/* What is to be done about an address now: send a probe (it counts as sent), or it has become unique. */
enum formed_step formed_step(struct formed *formed, uint64_t now);
/* Somebody else has it. False where it is in use already, and stays so. */
bool formed_conflict(struct formed *formed, uint64_t now);

enum autoconfiguration_state formed_shown(const struct formed *formed);
/* In use: preferred or deprecated. */
bool formed_usable(const struct formed *formed);

/* Seconds that are left until a moment, and the moment in so many; 0: none. */
uint32_t formed_left(uint64_t until, uint64_t now);
uint64_t formed_ends(uint32_t seconds, uint64_t now);

#endif
