/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_BLACKLIST_BLACKLIST_H
#define DATAPATH_BLACKLIST_BLACKLIST_H

/*
 * The blacklist (C25-001 to C25-015): ends between which nothing is forwarded, for a time. The control thread holds it, workers
 * ask it where flows open, and close those that are open; established flows pay nothing for it. What the whitelist of the policy
 * is about passes all the same. The active node changes it; the peer has a mirror of it. It is gone with the daemon.
 */

#include "datapath/blacklist/table.h"
#include "datapath/flow/flow_key.h"
#include "datapath/worker/state.h"

/* NULL: nobody is barred. */
extern _Atomic(struct blacklist_table *) blacklist_in_force;

/* Worker thread. */
static inline bool blacklist_any(void)
{
	return atomic_load_explicit(&blacklist_in_force, memory_order_acquire) != NULL;
}

/*
 * Whether a flow with these ends of its first packet must not be: its packets, or those of its answers (their untranslated ends).
 * addresses NULL: IPv4; egress POLICY_INTERFACE_NONE: the answers are not asked about. Worker thread.
 */
bool blacklist_refuses(const struct worker_state *state, const struct flow_key *key,
                       const struct flow_addresses *addresses, uint16_t egress);
/* Whether an ICMP error (data at its IP header, which was checked) comes from who is barred. Worker thread. */
bool blacklist_refuses_error(const struct worker_state *state, struct rte_mbuf *mbuf);
/* A rule of the whitelist is about it. Worker thread. */
bool blacklist_spares(const struct policy *policy, const struct rule_query *query);
/* Closes the flows that must not be; a job that every worker gets where the blacklist has grown. Worker thread. */
void blacklist_close_flows(struct worker *worker, void *job);

/* Control thread from here on. */

/*
 * Adds an entry; one that differs in its time alone has the longer of both (C25-011). at_once: it is in force when this returns,
 * else a little later. Returns 0, -EACCES where this node is not active, -EPERM where the whitelist spares all of it, -ENOSPC, or
 * -ENOMEM.
 */
int blacklist_insert(const struct blacklist_entry *entry, bool at_once);
/* Removes all entries within *within. Returns how many, or -EACCES. */
int blacklist_remove(const struct blacklist_entry *within);
/* A flow made a threshold rule's set with Action=Blacklist act (EVENT_THRESHOLD_BLACKLIST). */
struct event;
void blacklist_triggered(const struct event *event);
/* Ends what has had its time. Once a second. */
void blacklist_second(void);
/* There is another policy, whose whitelist may spare less. */
void blacklist_policy(void);
void blacklist_stop(void);
/* Rows of QUERY_BLACKLIST, malloc'ed. */
void *rows_blacklist(uint32_t *count);

/* --- between blacklist.c, trigger.c and mirror.c --- */

struct blacklist_held {
	struct blacklist_entry entry;
	uint64_t until; /* control_now; 0: it has no end */
	bool marked;    /* it was in the snapshot that is coming in */
};

/* Takes an entry of the active node as it is. Returns 0, -ENOSPC or -ENOMEM. */
int blacklist_take(const struct blacklist_entry *entry);
/* Whether they differ at most in the time that is left. */
bool blacklist_same(const struct blacklist_entry *a, const struct blacklist_entry *b);
/* Removes those that drop says. Returns how many. */
unsigned blacklist_drop_if(bool (*drop)(const struct blacklist_held *held, const void *argument),
                           const void *argument);
/* How many there are, and one of them. */
unsigned blacklist_count(void);
struct blacklist_held *blacklist_at(unsigned index);
/* An entry with the time that it has left. */
struct blacklist_entry blacklist_describe(const struct blacklist_held *one, uint64_t now);
/* Mirrors one. */
void blacklist_emit(const struct blacklist_held *held, uint8_t operation);
/* This node becomes active, or inactive. */
void blacklist_activity(bool now_active);

/* Entries as the peer or mgmtd sends them: false where it is none. Pure. */
bool blacklist_record_read(const void *payload, size_t length, struct blacklist_entry *out);

#endif
