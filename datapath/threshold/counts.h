/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_THRESHOLD_COUNTS_H
#define DATAPATH_THRESHOLD_COUNTS_H

/*
 * How many flows each group of each ThresholdDefinition has, or has opened lately. One table of all workers, without
 * locks: a group's count, and what goes with it, is one word of 16 bytes that is replaced as a whole. A group lies in
 * one bucket, which its hash names; a bucket that is full gives up its smallest group. Where two workers make the same
 * group at once it may have two words, which are added up.
 *
 * Groups are told apart by 32 bits of a keyed hash within a bucket of eight.
 *
 * Times are ticks of the workers' clocks.
 */

#include "datapath/core/datapath.h"

/* What a definition says, and what the workers tell the control thread of it. */
struct threshold_terms {
	uint32_t limit;
	uint32_t interval, duration; /* ticks */
	uint8_t type;                /* enum policy_threshold_type */
	uint8_t shared;
	_Atomic bool triggered;  /* since the control thread last looked */
	_Atomic uint32_t groups; /* POLICY_THRESHOLD_CONCURRENT: that have flows */
	/* The control thread's own (threshold_log.c). */
	bool told;
	uint32_t quiet; /* seconds */
} __rte_cache_aligned;

struct threshold_bucket;

struct threshold_counts {
	unsigned references; /* policies that share it; control thread, or the one that compiles for it */
	uint16_t serial;     /* no two tables of late have the same, 0 is none */
	uint32_t definition_count;
	uint64_t bucket_mask;
	struct threshold_bucket *buckets;
	_Atomic uint64_t replaced; /* groups that were given up for others */
	uint64_t replaced_told;
	struct threshold_terms terms[];
};

/*
 * A table for the definitions of a policy, with room for so many flows in as many groups, or for less in so many bytes.
 * Any thread. Returns 0 or -ENOMEM.
 */
int threshold_counts_create(const struct policy *policy, uint64_t flows, uint64_t bytes,
                            struct threshold_counts **out);
/* One reference less; frees it with the last. NULL is fine. */
void threshold_counts_release(struct threshold_counts *counts);

/*
 * A flow of a group (hash, of this definition alone) opens. True where it triggers the definition. Any worker.
 */
bool threshold_count_in(struct threshold_counts *counts, uint32_t definition, uint64_t hash, uint32_t now);
/* A flow that was counted in closes, of POLICY_THRESHOLD_CONCURRENT. Any worker. */
void threshold_count_out(struct threshold_counts *counts, uint32_t definition, uint64_t hash, uint32_t now);
/* What a group has now. Any thread. */
uint32_t threshold_count_of(const struct threshold_counts *counts, uint32_t definition, uint64_t hash,
                            uint32_t now);

#endif
