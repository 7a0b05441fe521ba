/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_MIRROR_DIGEST_H
#define DATAPATH_MIRROR_DIGEST_H

/*
 * Whether both nodes hold the same of a class, without sending it: for each of its parts the sum of keyed hashes of what it
 * holds, whatever its order. A record that is under way makes a difference as well, but never the same one twice; what
 * differs in the same way at two comparisons in a row has drifted apart. Pure; any thread, for one structure one at a time.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIGEST_PARTS 256

/* As it is sent, payload of RECORD_DIGEST; little-endian. */
struct digest {
	uint64_t key_check; /* of the hashes' key: nodes with different keys cannot compare */
	uint64_t sum[DIGEST_PARTS];
};

/* What this node holds; all zero at first. */
struct digest_sums {
	uint64_t sum[DIGEST_PARTS];
	uint64_t objects[DIGEST_PARTS];
};

/* All zero at first. */
struct digest_history {
	uint64_t difference[DIGEST_PARTS]; /* at the last comparison */
	unsigned looks;                    /* comparisons that are in it */
	unsigned repairs;                  /* in a row that did not help */
	unsigned wait;                     /* comparisons before the next one */
};

struct digest_verdict {
	unsigned parts;   /* that have drifted apart */
	uint64_t objects; /* that this node holds in them */
	bool repair;      /* it is time to have the class sent again */
};

/*
 * Adds an object: `length` bytes on which both nodes agree at rest. Its part follows from the first `key_length` of them, a
 * multiple of 8, or from all: where these name it, it is in one part on both nodes, whatever else of it differs.
 */
void digest_add(struct digest_sums *sums, const void *object, size_t length, size_t key_length);
/* Adds what another one has. */
void digest_join(struct digest_sums *sums, const struct digest_sums *other);
/* What is sent of it. */
void digest_write(const struct digest_sums *sums, struct digest *out);
/*
 * A repair begins the comparisons anew. One that is followed by the same drift did not help, so the next one is due later:
 * after 2 comparisons, 3, 5, ... 65.
 */
struct digest_verdict digest_compare(struct digest_history *history, const struct digest_sums *own,
                                     const struct digest *peer);
/* What was different before says nothing any more: everything is sent again. */
void digest_forget(struct digest_history *history);

#endif
