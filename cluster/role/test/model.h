/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLUSTER_ROLE_TEST_MODEL_H
#define CLUSTER_ROLE_TEST_MODEL_H

/*
 * Two nodes and what lies between them, in ticks of one heartbeat interval: the world that the exploration
 * runs role_step in. A node is a datapath, which sends and judges heartbeats and fences itself, and a
 * clusterd, which is the real role_step. Links fail in each direction by itself; heartbeats are lost, but
 * fewer in a row than PeerDead.
 */

#include "cluster/role/role.h"

#define MODEL_PEER_DEAD 3    /* ticks */
#define MODEL_NOW       1000 /* every tick is "now"; all times move back by one between ticks */
#define MODEL_LINKS     2    /* 0 carries CPG as well: the Sync interface */

/* How long a disturbance may echo (two active, or a change of the active node) before it is a fault of the
 * logic. */
#define MODEL_SETTLE (6 * MODEL_PEER_DEAD)
/* How long after the last disturbance no node may be active while one is well. */
#define MODEL_OUTAGE (7 * MODEL_PEER_DEAD + 2)

enum model_event {
	MODEL_NOTHING,
	MODEL_START, /* the first one of each node is free, later ones count as disturbances */
	MODEL_CRASH,
	MODEL_HANG,
	MODEL_RESUME,
	MODEL_CLUSTERD_RESTART,
	MODEL_DATAPATH_CRASH,
	MODEL_DATAPATH_START,
	MODEL_HEALTH, /* toggles */
	MODEL_FAULT,  /* toggles what was found out about an interface (C22-028) */
	MODEL_DEACTIVATE,
	MODEL_ACTIVATE,
	MODEL_TOGGLE_SEND, /* one link, the direction that this node sends in */
	MODEL_TOGGLE_BOTH, /* one link, both directions: a cable */
	MODEL_EVENTS
};

struct model_choice {
	uint8_t event; /* enum model_event */
	uint8_t node;
	uint8_t link;
	uint8_t lose; /* bit n: what node n sends is lost on every link in this tick */
};

struct model_datapath {
	uint64_t instance;
	uint64_t heard_instance;
	uint32_t term;
	uint8_t running, active, ready, yielding, stood_still, healthy;
	uint8_t silence; /* ticks since the peer was heard, at most MODEL_PEER_DEAD */
	uint8_t proven;  /* not healthy for a fault that was found out */
};

struct model_node {
	struct role_state clusterd;
	struct role_peer heard; /* what the last heartbeat said */
	struct model_datapath datapath;
	uint8_t running, started_once, hung;
	uint8_t hung_ticks;
	uint8_t connected;  /* clusterd knows of the datapath */
	uint8_t asked;      /* a request to hand over is on its way here */
	uint8_t lost;       /* what this node sent, in a row */
	uint8_t outage;     /* ticks that this node was well and nobody active, since the last event */
	uint8_t generation; /* of clusterd, makes its instance */
	uint8_t resumed;
	uint8_t woke; /* resumed in this tick after more than PeerDead */
	uint8_t reserved[5];
};

struct model {
	struct model_node nodes[2];
	uint8_t link_down[MODEL_LINKS][2]; /* [link][sending node] */
	uint8_t disturbances, losses;      /* so far */
	uint8_t settled;                   /* ticks since a direction, or a node's running, changed */
	uint8_t undisturbed;               /* ticks since anything happened but starts and losses */
	uint8_t last_active;               /* 0, 1: the only active node when settled; 2: none or both */
	uint8_t both;                      /* ticks that both were active */
	uint8_t was_active[2];
	uint8_t reserved[4];
};

/* Faults that are put into the logic on purpose, to see that the exploration finds them. */
enum model_seed {
	MODEL_SEED_NONE,
	MODEL_SEED_NO_ECHO,     /* as if every heartbeat of the peer echoed this node */
	MODEL_SEED_NO_FENCE,    /* the datapath does not demote itself after standing still */
	MODEL_SEED_NO_LISTEN,   /* silence counts from the first moment */
	MODEL_SEED_EQUAL_ROLES, /* both nodes think that they are the master */
};

/* Two nodes that have never been started, every link up. */
void model_begin(struct model *model);
/* Whether a choice makes sense now, within at most the given numbers of disturbances and losses. */
bool model_allows(const struct model *model, const struct model_choice *choice, unsigned disturbances,
                  unsigned losses);
/* Runs one tick. Returns NULL, or which property broke. */
const char *model_tick(struct model *model, const struct model_choice *choice, enum model_seed seed);
/* One line about a choice and what came of it. */
void model_describe(const struct model *model, const struct model_choice *choice, char *line, size_t size);

#endif
