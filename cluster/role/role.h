/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLUSTER_ROLE_ROLE_H
#define CLUSTER_ROLE_ROLE_H

/*
 * Which node is active (C22-001 .. C22-004, C22-031, C22-057, C22-058). A pure function of state and event:
 * no I/O, no clock, so that role/test/test_role_exploration.c can run every interleaving of two nodes through
 * it. The reasons for each rule stand in docs/decisions/0003-roles.md. One thread at a time for one state.
 *
 * Words: a node is "operational" where its datapath is connected, has a policy and sends heartbeats, and
 * "able" where it is healthy as well. The peer "echoes" where its heartbeats say that it hears the present
 * instance of this node.
 */

#include "lib/heartbeat.h"
#include "lib/messages/activity.h"

#include <stdbool.h>
#include <stdint.h>

enum role_event_type {
	ROLE_TIMER, /* the time that actions.deadline_ms named, or any other; give one at least every
	               peer_dead_ms / 4 */
	ROLE_CONFIGURE,
	ROLE_DATAPATH, /* a report came, or the connection was lost (connected = 0) */
	ROLE_PEER,     /* a heartbeat report came */
	ROLE_GROUP,    /* CPG membership changed */
	ROLE_COMMAND,
};

enum role_command {
	ROLE_DEACTIVATE = 1, /* `ha -deactivate` here */
	ROLE_ACTIVATE,       /* `ha -activate` here */
	ROLE_PEER_ASKS,      /* the peer was told `ha -activate` and asks this node to hand over */
	ROLE_SHUTDOWN,       /* SIGTERM: hand over where possible, then actions.finished */
};

struct role_configuration {
	uint8_t enabled; /* 0: standalone, always active */
	uint8_t role;    /* enum cluster_role */
	uint16_t reserved;
	uint32_t peer_dead_ms;
};

struct role_datapath {
	uint8_t connected;
	uint8_t active;
	uint8_t healthy;
	uint8_t stood_still;
	uint8_t heartbeats;
	uint8_t policy; /* it has one */
	uint8_t proven; /* not healthy, and no policy change can be the reason */
	uint8_t reserved;
	uint32_t term;
};

struct role_peer {
	uint64_t instance;
	uint64_t peer_instance; /* the instance of this node that the peer heard last */
	uint32_t term;
	uint8_t alive; /* 0: nothing heard on any interface within PeerDead; the rest is then the last that
	                  was heard */
	uint8_t active;
	uint8_t ready;
	uint8_t yielding;
	uint8_t hears_peer;
	uint8_t aside; /* enum heartbeat_aside: it has another living node of this role */
	uint8_t reserved[6];
};

struct role_event {
	enum role_event_type type;
	uint64_t now_ms; /* of a monotonic clock that never stands still, not 0 */
	/* With any type: the peer is being told what this node holds, gets on with it, and would lose the rest in a takeover. */
	bool peer_behind;
	union {
		struct role_configuration configuration;
		struct role_datapath datapath;
		struct role_peer peer;
		uint8_t group_peer; /* the peer is a member of our CPG group */
		enum role_command command;
	};
};

/* All zero at first, but for instance. Times are milliseconds of role_event.now_ms, 0: not set. */
struct role_state {
	uint64_t instance;        /* of this clusterd, random, never 0 */
	uint64_t last_ms;         /* of the last step */
	uint64_t listen_until_ms; /* before this, silence of the peer proves nothing */
	uint64_t stale_until_ms;  /* before this, what is known of the peer may be from before a pause */
	uint64_t yield_until_ms;
	uint64_t conflict_since_ms;  /* both are active, and the peer is the one to yield */
	uint64_t idle_since_ms;      /* nobody is active, as far as this node knows */
	uint64_t unhealthy_since_ms; /* active, but not healthy */
	struct role_peer peer;
	struct role_datapath datapath;
	struct role_configuration configuration;
	uint32_t term;      /* of this node's activity, or the highest seen */
	uint32_t term_seen; /* the highest that anyone used */
	uint8_t configured;
	uint8_t active;
	uint8_t yielding;
	uint8_t shutting_down;
	uint8_t adopt;    /* the datapath's own state decides first */
	uint8_t followed; /* the peer was active when last heard, and this node was able all the time since */
	uint8_t able;
	uint8_t group_peer;
	uint8_t finished;
	uint8_t peer_behind;
	uint8_t waits; /* not healthy, and yields only when the peer is behind no more */
	uint8_t reserved[5];
	struct message_activity sent; /* what the datapath was told last */
};

#define ROLE_LOG_MAX 4
/* How long a node that is to hand over waits for a peer that is being told what it holds; a million flows take some 3 s. */
#define ROLE_TOLD_SECONDS 5

struct role_actions {
	bool set_activity; /* tell the datapath */
	struct message_activity activity;
	bool ask_peer;        /* send the peer the request to hand over */
	bool finished;        /* after ROLE_SHUTDOWN: nothing more to wait for */
	bool answered;        /* to a command: */
	int error;            /* 0 or -errno */
	const char *text;     /* for people, static; "" on success */
	uint64_t deadline_ms; /* when a ROLE_TIMER is wanted at the latest, 0: never */
	unsigned log_count;
	const char *log[ROLE_LOG_MAX]; /* static lines */
};

/*
 * Takes one event into *state and says in *actions (overwritten) what is to be done. An event of type
 * ROLE_DATAPATH with connected going from 0 to 1 makes set_activity true, so that a new datapath is always
 * told.
 */
void role_step(struct role_state *state, const struct role_event *event, struct role_actions *actions);

#endif
