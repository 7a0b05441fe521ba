/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_MESSAGES_ACTIVITY_H
#define LIB_MESSAGES_ACTIVITY_H

/* Which node is active, and what the datapath sees of the peer: clusterd <-> hadrian-datapath. */

#include "lib/heartbeat.h"

#include <stdint.h>

/*
 * What clusterd wants this node to be. A datapath that demoted itself (stood_still) ignores active = 1 with a term that is
 * not higher than its own: clusterd may have sent it before it knew.
 */
struct message_activity {
	uint8_t active;
	uint8_t ready;    /* goes into the heartbeats */
	uint8_t yielding; /* goes into the heartbeats */
	uint8_t planned;  /* active: the peer yields, and says when it has ended (MESSAGE_MIRROR_END) */
	uint32_t term;
	uint64_t instance; /* of clusterd; goes into the heartbeats */
};

/*
 * What the datapath is. It demotes itself where it finds that it stood still for so long that the peer may have taken over, and the
 * peer, asked, does not deny it.
 */
struct message_activity_report {
	uint8_t active;
	uint8_t healthy;     /* every configured port works and the workers run */
	uint8_t stood_still; /* demoted itself after a pause; clusterd decides anew */
	uint8_t heartbeats;  /* heartbeats are being sent (cluster configured, key readable) */
	uint8_t proven;      /* not healthy, and hosts that do not answer (C22-028) or a lost link prove it */
	uint8_t reserved[7]; /* no padding: reports are compared whole */
	uint32_t term;
	uint64_t policy_generation; /* 0: no policy yet */
	uint64_t flows;
	uint32_t max_flows, workers; /* that it was started with */
};

/* Whether this node is one too many in its cluster (C22-004): the peer lives, and names another living node as its own peer. */
enum heartbeat_aside {
	ASIDE_NO,
	ASIDE_MAYBE, /* or the peer has not noticed yet that this node was started anew */
	ASIDE_YES,   /* it had time enough */
};

/* The peer as its heartbeats show it. One report covers all interfaces. */
struct message_heartbeat_report {
	uint8_t alive; /* heard on at least one interface within patience_us */
	uint8_t interfaces_alive;
	uint8_t interfaces_total; /* Sync and Critical ones of this node */
	uint8_t aside;            /* enum heartbeat_aside */
	uint32_t forged;          /* frames with a wrong key since start */
	uint32_t patience_us;     /* after so much silence the peer counts as dead: PeerDead at most */
	uint32_t copies;          /* frames of copies of the peer that were ignored since start */
	/* Another node says that it is the peer while that one lives (C22-004): a copy, heard lately; 0: there is none. */
	uint64_t copy;                  /* its instance */
	uint16_t copy_interface;        /* where it was heard last */
	struct mac_address copy_source; /* of its frames there */
	uint64_t silent;                /* bit n: not heard on the nth of them, but elsewhere */
	uint64_t unheard;               /* bit n: says that it does not hear this node there, but elsewhere */
	struct heartbeat last;          /* the newest, valid where alive or ever heard (instance != 0) */
};

struct message_mirror_count {
	uint16_t class_id;
	uint16_t repairs;    /* how often they had drifted apart from the active node's */
	uint32_t skipped;    /* records of this class that were not understood */
	uint64_t count;      /* objects held now */
	uint64_t drifted;    /* of them, in parts that differ from the active node's */
	uint8_t digest_form; /* what digests of it are made of, 0: there are none */
	uint8_t reserved[7];
};

struct message_mirror_drift {
	uint16_t class_id;
	uint16_t reserved;
	uint32_t parts; /* in which the nodes differ */
};

/* Classes that are to be sent, or compared. */
struct message_mirror_classes {
	uint64_t set; /* bit n: class n; RECORD_CLASSES_ALL of lib/record.h */
};

#endif
