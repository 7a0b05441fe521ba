/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_FRAGMENT_REASSEMBLY_H
#define DATAPATH_FRAGMENT_REASSEMBLY_H

/*
 * What a worker knows of packets that came in fragments ("pseudo reassembly": every fragment is forwarded by itself,
 * and the whole packet is judged as if it were put together; C28-010 to C28-019). All memory is taken once; only the
 * owning worker touches a table. Times are ticks of the worker's clock.
 */

#include "datapath/fragment/fragment.h"

#include <rte_mbuf.h>

#define REASSEMBLY_NONE          0
#define REASSEMBLY_FRAGMENTS_MAX 256   /* of one packet: bounds the search for a place */
#define REASSEMBLY_RECORDS       32768 /* fragments remembered by a worker */
/* Fragments that wait for their packet's first: buffers, of which ports have some thousand. */
#define REASSEMBLY_HELD_MAX  512 /* of a worker */
#define REASSEMBLY_HELD_EACH 64  /* of a packet */
/* They wait no longer: the memory of a port that was closed is kept for longer (port/xdp_pool.c). */
#define REASSEMBLY_HELD_SECONDS 10

enum reassembly_state {
	REASSEMBLY_WAITING, /* the first fragment was not seen */
	REASSEMBLY_FLOWING, /* the first was, and has gone its way: others follow */
	REASSEMBLY_DONE,    /* this and the following remember why later fragments are dropped */
	REASSEMBLY_ILLEGAL,
	REASSEMBLY_REFUSED,
	REASSEMBLY_FAILED,
};

/* Reassemblies stand in one of these, the oldest first. */
enum reassembly_list { LIST_WAITING, LIST_FLOWING, LIST_LINGERING, LIST_COUNT };

/* A fragment that was accepted. */
struct fragment_record {
	uint32_t next;   /* of the same packet, by offset; of free ones the next free */
	uint16_t offset; /* in units of 8 bytes */
	uint16_t length;
	uint64_t digest;
	struct rte_mbuf *held; /* it waits for the first; NULL: it went */
};

struct reassembly {
	struct fragment_key key;
	uint64_t seed;  /* of digests */
	uint32_t chain; /* next in the bucket; of free ones the next free */
	uint32_t list_next, list_previous;
	uint32_t since;                /* its first fragment came; lingering: it began to */
	uint32_t latest;               /* its latest fragment came */
	uint32_t records, last_record; /* by offset */
	uint32_t received;             /* bytes */
	uint32_t end;                  /* highest byte seen, +1 */
	uint32_t total;                /* bytes of the payload, 0: the last was not seen */
	uint32_t least;                /* bytes that a transport header promised */
	uint16_t count;                /* of records */
	uint16_t held;                 /* of those that wait */
	uint16_t samples;              /* places of each digest */
	uint16_t extensions;           /* bytes of the payload before the transport header */
	uint8_t state;                 /* enum reassembly_state */
	bool used;
	bool suspect;         /* an illegal fragment was dropped */
	struct parsed parsed; /* of the first fragment */
};

struct reassembly_table {
	struct reassembly *entries;      /* [capacity + 1], 0 is not used */
	struct fragment_record *records; /* [REASSEMBLY_RECORDS + 1], likewise */
	uint32_t *buckets;
	uint32_t bucket_mask;
	uint32_t capacity;
	uint32_t high; /* no index above it was ever used */
	uint32_t free, record_free, record_high;
	uint32_t count; /* of used entries */
	uint32_t held;
	uint32_t scan, scan_tick; /* where the look for what is overdue goes on */
	struct {
		uint32_t first, last, count;
	} lists[LIST_COUNT];
};

/* What a fragment is to the others of its packet. */
enum reassembly_verdict {
	REASSEMBLY_ACCEPTED,
	REASSEMBLY_DUPLICATE,      /* the same again */
	REASSEMBLY_DUPLICATE_DATA, /* the same place, other bytes */
	REASSEMBLY_OVERLAP,
	REASSEMBLY_SIZE, /* behind the packet's end, or another end */
	REASSEMBLY_FULL, /* no room to remember it */
};

/* Memory of that NUMA node; NULL without. Control thread. */
struct reassembly_table *reassembly_table_create(uint32_t capacity, int socket);
/* Frees held packets too. */
void reassembly_table_destroy(struct reassembly_table *table);

uint32_t reassembly_find(const struct reassembly_table *table, const struct fragment_key *key, uint64_t hash);
/* A new one, WAITING. REASSEMBLY_NONE where the capacity is used up. */
uint32_t reassembly_open(struct reassembly_table *table, const struct fragment_key *key, uint64_t hash,
                         uint32_t now);
/* Forgets it. Nothing is held any more (reassembly_forget). */
void reassembly_close(struct reassembly_table *table, uint32_t index);
/* Another state, at the end of its list. */
void reassembly_set_state(struct reassembly_table *table, uint32_t index, enum reassembly_state state);
/*
 * Which is to go for a new one where only share may be there; REASSEMBLY_NONE: there is room, or *full and nothing may
 * go. What waits for a first fragment takes no more than half and never displaces what has one: sending later fragments of
 * nothing is cheap.
 */
uint32_t reassembly_victim(const struct reassembly_table *table, uint32_t share, bool first, bool *full);

/* Judges a fragment that passed fragment_check against those that came before, and remembers it where it is accepted. */
enum reassembly_verdict reassembly_add(struct reassembly_table *table, uint32_t index,
                                       const struct fragment *fragment, uint64_t digest);
/* Holds a fragment that was just accepted. False: too many wait already. */
bool reassembly_hold(struct reassembly_table *table, uint32_t index, const struct fragment *fragment,
                     struct rte_mbuf *mbuf);
/* Takes the held fragment with the lowest offset; NULL: none is left. */
struct rte_mbuf *reassembly_release(struct reassembly_table *table, uint32_t index);
/* Forgets the fragments that were accepted and frees those that are held; returns their number. */
uint32_t reassembly_forget(struct reassembly_table *table, uint32_t index);

static inline bool reassembly_complete(const struct reassembly *reassembly)
{
	return reassembly->total && reassembly->received == reassembly->total;
}

#endif
