/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_HOST_LOCAL_REASSEMBLY_H
#define DATAPATH_HOST_LOCAL_REASSEMBLY_H

/*
 * Packets to this node that came in fragments, put together before Linux gets them (LocalReassSettings, C28-022). The
 * workers have judged the fragments; what got lost here or there is noticed anyway. A packet takes a buffer of
 * LOCAL_REASSEMBLY_SMALL bytes, and a large one where it is longer: memory is bounded by the settings. Control thread.
 */

#include "datapath/core/counters.h"
#include "lib/policy.h"

#include <stdbool.h>
#include <stdint.h>

#define LOCAL_REASSEMBLY_SMALL 2048

struct local_packet {
	const uint8_t *data; /* NULL: not complete yet */
	uint32_t length;
	void *memory; /* the caller's to free() */
};

/* Whether length bytes at an IP header, checked by a worker, are a fragment. Pure. */
bool local_reassembly_wanted(const uint8_t *ip, uint32_t length);

/*
 * Takes a fragment that came in by interface at the time now (ns); lifetime (ns) is how long a packet may take. Returns
 * COUNTER_COUNT, with *whole filled in where it was the one that was missing, or why it is dropped. *failed grows by
 * the packets that were given up: too old, or displaced by this one.
 */
enum counter local_reassembly_add(const struct policy_local_reassembly *limits, uint64_t now,
                                  uint64_t lifetime, const uint8_t *ip, uint32_t length, uint16_t interface,
                                  struct local_packet *whole, uint32_t *failed);

/* Forgets everything. */
void local_reassembly_stop(void);

#endif
