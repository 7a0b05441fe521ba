/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_FLOW_FLOW_TABLE_H
#define DATAPATH_FLOW_FLOW_TABLE_H

/*
 * A worker's flows. Only the owning worker touches its table, so nothing here is atomic; other threads ask
 * for work on it with worker_post. All memory is taken once. Times are ticks of the worker's clock,
 * FLOW_TICKS_PER_SECOND.
 */

#include "datapath/flow/flow_key.h"

#include <emmintrin.h>
#include <rte_prefetch.h>

#define FLOW_TICKS_PER_SECOND 8
#define FLOW_BUCKET_ENTRIES   8
#define FLOW_WHEEL_SLOTS      4096 /* 512 s; what lives longer is looked at again and again */
#define FLOW_NONE             0    /* no flow has this index */

enum flow_state {
	FLOW_STATELESS,        /* not TCP */
	FLOW_TCP_INIT,         /* SYN seen */
	FLOW_TCP_SYN_RECEIVED, /* SYN with ACK seen in reply */
	FLOW_TCP_NO_DATA,      /* established, nothing sent yet */
	FLOW_TCP_OPEN,
	FLOW_TCP_CLOSING, /* a FIN seen in either direction, or a RST that ends it */
	FLOW_STATE_COUNT
};

/* Decisions for a direction. The first ones make the fast path step aside. */
#define DIRECTION_TO_CORE         0x01 /* leaves for the host */
#define DIRECTION_FROM_CORE       0x02 /* the host sent it: no TTL, no rules */
#define DIRECTION_NEEDS_ACTIVE    0x04 /* transit, or to or from a shared address */
#define DIRECTION_SHARED_MAC      0x08 /* leaves with the interface's shared MAC */
#define DIRECTION_TRACK           0x10 /* TCP, and any segment may change its state */
#define DIRECTION_SEQUENCE        0x20 /* TCP whose sequence numbers are checked */
#define DIRECTION_TRANSLATED_IPV6 0x40 /* nat_ipv6_translate */

/* All that a packet of an established flow needs: one cache line. */
struct flow_direction {
	struct flow_key key; /* of the packets of this direction as they come in */
	uint64_t packets, bytes;
	uint32_t last_seen;
	uint32_t epoch; /* of the decisions below: where it is not the worker's they are made anew */
	/* TCP, datapath/tcp/sequence.h; host byte order. */
	uint32_t sequence_end;     /* one past the highest that came this way */
	uint32_t sequence_granted; /* how far the sender of this direction lets the other one go */
	uint16_t adjacency;        /* index in datapath.adjacencies, 0: not known yet */
	uint16_t port;             /* index in datapath.ports, NO_PORT: none */
	uint16_t mtu;
	uint8_t flags;            /* DIRECTION_... */
	uint8_t translation : 4;  /* enum nat_translation of datapath/nat/nat.h; the last three are its */
	uint8_t window_scale : 4; /* TCP: of the windows in this direction (RFC 7323) */
	/* The next two of IPv6: parts of nat_ipv6_address. */
	uint32_t nat_address;  /* that comes into the packet, network byte order */
	uint16_t nat_port;     /* likewise; of ICMP the identifier */
	uint16_t nat_checksum; /* what the transport's checksum changes by */
};
_Static_assert(sizeof(struct flow_direction) == 64, "one cache line");

struct flow {
	struct flow_direction direction[2];  /* original, reply */
	uint32_t timer_next, timer_previous; /* in a slot of the wheel; free flows: the next free one */
	uint32_t timeout;                    /* ticks a direction may be idle */
	uint16_t timer_slot;                 /* +1, 0: no timer runs */
	uint16_t sweep_mark;                 /* of the snapshot that last named it */
	uint8_t state;                       /* enum flow_state */
	uint8_t used;
	uint8_t mirrored : 1;     /* the peer is active and owns it: it does not age here */
	uint8_t was_mirrored : 1; /* it was so once: what the peer saw of it is not counted here */
	uint8_t local;            /* from or to this node itself: not mirrored */
	uint8_t tcp;              /* TCP_... of datapath/tcp/sequence.h */
	uint8_t relay_windows;    /* TCP_RELAYED: shifts of both sides' windows, datapath/tcp/relay.h */
	uint16_t thresholds;      /* serial of the counts that it is in, 0: none (datapath/threshold) */
	union {
		struct flow_addresses addresses; /* IPv6: of direction[0] */
		uint32_t next_hop[2];            /* IPv4: of each direction, network byte order */
	};
	/*
	 * TCP_RELAYED: what the client counts the server's bytes further by. While FLOW_TCP_INIT the number that
	 * the firewall has chosen for the server.
	 */
	uint32_t relay_delta;
	uint32_t nat_rest; /* part of nat_ipv6_address */
};
_Static_assert(sizeof(struct flow) == 192, "three cache lines");
_Static_assert(NEIGHBOURS_MAX <= UINT16_MAX + 1, "adjacency is of 16 bits");

/* One cache line. An entry is flow index * 2 + direction; 0 and tag 0: free. */
struct flow_bucket {
	uint16_t tag[FLOW_BUCKET_ENTRIES];
	uint32_t entry[FLOW_BUCKET_ENTRIES];
	uint32_t displaced; /* entries that belong here and lie in their other bucket */
	uint32_t reserved[3];
};
_Static_assert(sizeof(struct flow_bucket) == 64, "one cache line");

/* The rule that decided about a flow. */
struct flow_rule {
	uint32_t policy; /* compiled_policy.serial, 0: none did */
	uint32_t rule;
};

struct flow_table {
	struct flow *flows;      /* [max + 1], 0 is not used */
	struct flow_rule *rules; /* likewise; apart, for packets do not need it (datapath/rule_usage) */
	struct flow_bucket *buckets;
	uint64_t bucket_mask;
	uint32_t max;
	uint32_t high; /* no index above it was ever used */
	uint32_t free; /* list of flows that were used */
	/* Written by the owner, read by anyone. */
	_Atomic uint32_t count;
	_Atomic uint32_t local_count; /* of them from or to this node itself */
	uint32_t half_open;           /* of them TCP whose handshake is not complete, relayed ones aside */
	/* Flows in the order in which they were opened or adopted, for flow_evict; some are answered or gone. */
	uint32_t *opened; /* [max] */
	uint32_t opened_first, opened_count;
	uint16_t sweep_mark;
	uint32_t wheel_now; /* the slot of this tick is done */
	uint32_t wheel[FLOW_WHEEL_SLOTS];
};

/* Memory of that NUMA node for max_flows flows; NULL without memory. Control thread. */
struct flow_table *flow_table_create(uint32_t max_flows, int socket);
void flow_table_destroy(struct flow_table *table);
/* Bytes a flow takes where the table is full, buckets and all. */
size_t flow_table_bytes_per_flow(const struct flow_table *table);

/*
 * Takes a flow with these keys. Returns its index, or FLOW_NONE and *error = -ENOSPC (full) or -EEXIST
 * (another flow has one of the keys). Everything but the keys is zero.
 */
uint32_t flow_table_insert(struct flow_table *table, const struct flow_key keys[2], int *error);
/* Frees a flow, its timer included. */
void flow_table_remove(struct flow_table *table, uint32_t index);
/* Looks in both buckets. Returns the entry (index * 2 + direction) or 0. */
uint32_t flow_table_find(const struct flow_table *table, const struct flow_key *key, uint64_t hash);

static inline struct flow *flow_at(const struct flow_table *table, uint32_t index)
{
	return &table->flows[index];
}

/* Not 0, which is that of a free entry. */
static inline uint16_t flow_tag(uint64_t hash)
{
	return (uint16_t)(hash >> 48) | 1;
}

static inline struct flow_bucket *flow_bucket(const struct flow_table *table, uint64_t hash)
{
	return &table->buckets[hash & table->bucket_mask];
}

/* A bit for each entry with that tag. */
static inline unsigned flow_bucket_match(const struct flow_bucket *bucket, uint16_t tag)
{
	__m128i equal =
	    _mm_cmpeq_epi16(_mm_load_si128((const __m128i *)bucket->tag), _mm_set1_epi16((short)tag));

	return (unsigned)_mm_movemask_epi8(_mm_packs_epi16(equal, _mm_setzero_si128()));
}

static inline struct flow_direction *flow_direction_of(const struct flow_table *table, uint32_t entry)
{
	return &table->flows[entry >> 1].direction[entry & 1];
}

/* --- idle timers (C28-001: a flow closes when either direction was idle for its timeout)
 * --------------------------- */

/* Puts the flow's timer where it is due, whether one runs or not. */
void flow_timer_start(struct flow_table *table, uint32_t index);
void flow_timer_stop(struct flow_table *table, uint32_t index);
/* The tick at which the flow is due. */
uint32_t flow_timer_due(const struct flow *flow);
/*
 * Looks at no more than budget flows whose slots have come and calls expired(context, index) for those that
 * are due; expired removes the flow. Returns false where there is more to do.
 */
bool flow_timer_advance(struct flow_table *table, uint32_t now, uint32_t budget,
                        void (*expired)(void *context, uint32_t index), void *context);

#endif
