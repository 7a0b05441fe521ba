/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLUSTER_DAEMON_H
#define CLUSTER_DAEMON_H

/*
 * hadrian-clusterd: one loop, one struct. roles.c drives the role function, the *_link.c files speak to
 * mgmtd, to the datapath and to the peer, and what comes from one goes to the others by the functions below.
 * Everything runs on the loop's thread.
 */

#include "cluster/commit/claims.h"
#include "cluster/corosync/links.h"
#include "cluster/corosync/process.h"
#include "cluster/group/group.h"
#include "cluster/group/message.h"
#include "cluster/group/reassembly.h"
#include "cluster/group/watch.h"
#include "cluster/identity/identity.h"
#include "cluster/replication/delay.h"
#include "cluster/replication/replication.h"
#include "cluster/role/role.h"
#include "lib/clock.h"
#include "lib/ipc.h"
#include "lib/messages/activity.h"
#include "lib/messages/cluster.h"
#include "lib/messages/commit.h"
#include "lib/messages/type.h"
#include "lib/timer.h"

#include <qb/qbloop.h>

/* A configuration on its way to the peer, in pieces. */
struct outgoing_configuration {
	const void *bytes; /* mapped, NULL: none */
	size_t length, offset;
	struct group_configuration head;
};

/* What this node and its peer have alike, or not. */
struct identity_state {
	struct message_cluster_identity own, peer;
	bool own_known, peer_known;
	bool owed; /* the peer has not been sent own yet */
	char seen[IDENTITY_TEXT],
	    told[IDENTITY_TEXT]; /* differences: of the last look, and as mgmtd knows them */
	uint64_t seen_ms;        /* since when */
};

/* What the log knows of the links. */
enum links_told { LINKS_UNKNOWN, LINKS_SYNC, LINKS_SPARE, LINKS_NONE };

struct daemon {
	qb_loop_t *loop;

	struct role_state role;
	struct timer role_timer;
	uint64_t active_since_ms; /* or inactive */
	bool ending;              /* SIGTERM came */
	uint64_t
	    told_until_ms; /* ending: how long the peer is waited for that has not been told everything */

	struct message_cluster_configuration configuration;
	struct corosync *corosync;
	struct group *group;
	uint32_t group_node; /* id of this node in it */
	struct corosync_links *links;
	uint32_t links_peer; /* id of the peer that they are watched to */
	uint32_t links_up;   /* bit n: the peer answers over link n */
	enum links_told links_told;
	uint64_t no_link_since_ms; /* 0: there is one, or the peer is not alive */
	struct group_watch watch;
	bool member, peer_member;
	uint64_t messages_skipped; /* not understood */
	struct reassembly reassembly;
	struct outgoing_configuration outgoing;
	bool force_publish; /* the peer asked for the configuration */
	struct claims claims;
	struct identity_state identity;

	struct replication replication;

	struct ipc_connection *datapath; /* activity and heartbeats */
	struct ipc_connection *mirror;   /* records: it may have to wait */
	bool datapath_reported;
	uint32_t patience_us; /* as the datapath reported */
	bool met; /* the peer has no other node of this role, or there is no peer: Corosync may run */
	unsigned unmet_seconds;
	bool aside;    /* this node is one too many in its cluster */
	uint64_t copy; /* as in struct message_heartbeat_report */
	uint16_t copy_interface;
	struct mac_address copy_source;
	struct delay delay;

	struct ipc_server *server;
	struct ipc_connection *mgmtd; /* the one that configured last */
	struct message_configuration received;
	int received_fd; /* a configuration that mgmtd did not take yet, -1: none */
};

/* --- roles.c
 * ------------------------------------------------------------------------------------------------------- */
/* Runs an event (its time is filled in) through the role function and does what it says; the answer of a
 * command. */
struct role_actions roles_event(struct daemon *daemon, struct role_event *event);
/* One that would lose what the inactive node is being told just now is refused. */
void roles_command(struct daemon *daemon, enum role_command command, struct message_result *result);
/* This node is active, and its peer would take over; what it has of this node's state is another question. */
bool roles_peer_would_take_over(const struct daemon *daemon);

/* --- ending.c: a node that is told to end hands over first
 * ----------------------------------------------------------------- */
/* Ends the loop in the end. Told again it does nothing more. */
void ending_begin(struct daemon *daemon);

/* --- datapath_link.c
 * ----------------------------------------------------------------------------------------------- */
/* Returns 0 or -errno. */
int datapath_link_start(struct daemon *daemon);
void datapath_link_stop(struct daemon *daemon);
void datapath_link_activity(struct daemon *daemon, const struct message_activity *activity);

/* --- peer_link.c
 * --------------------------------------------------------------------------------------------------- */
/* Starts, changes or ends Corosync and the group for daemon->configuration. */
void peer_link_configure(struct daemon *daemon);
void peer_link_stop(struct daemon *daemon);
/* Heartbeats tell of the peer, and whether it hears another instance of this node than the present one. */
void peer_link_heard(struct daemon *daemon, bool alive, bool another);
/* Returns 0, -EAGAIN or -ENOTCONN. */
int peer_link_send(struct daemon *daemon, uint8_t type, const void *fixed, size_t fixed_length,
                   const void *payload, size_t payload_length);
void peer_link_init(struct daemon *daemon);
/* Heartbeats tell that the peer's clusterd is another one than before: what the one before it was told is gone. */
void peer_link_renewed(struct daemon *daemon);
/* Once a second: the status goes out, and Corosync is started anew where it hangs. */
void peer_link_second(struct daemon *daemon);

/* --- link_state.c: over which interfaces Corosync reaches the peer
 * ---------------------------------------------------- */
/* There is a new configuration; reload: the Corosync that runs is to take it. */
void link_state_configure(struct daemon *daemon, bool reload);
void link_state_stop(struct daemon *daemon);
/* Once a second: what lasts is told. */
void link_state_second(struct daemon *daemon);

/* --- configuration_link.c: a configuration to the peer and from it
 * ------------------------------------------------- */
/* mgmtd publishes; takes fd. */
void configuration_publish(struct daemon *daemon, const struct message_configuration *head, int fd);
/* Sends on what waits. */
void configuration_continue(struct daemon *daemon);
/* Drops what is on its way: the peer left. */
void configuration_drop(struct daemon *daemon);
/* A piece came from the peer. */
void configuration_piece(struct daemon *daemon, const struct group_message *message);

/* --- commit_link.c: the order of commits
 * ------------------------------------------------------------------------------- */
/* mgmtd wants to commit; answered by MESSAGE_COMMIT_RESULT. */
void commit_claim(struct daemon *daemon, const struct message_commit_claim *claim);
/* mgmtd has committed, or not. */
void commit_end(struct daemon *daemon, uint64_t generation);
/* A claim or the end of one was delivered, own ones too. */
void commit_message(struct daemon *daemon, const struct group_message *message);
/* The peer came or went. */
void commit_membership(struct daemon *daemon);
/* mgmtd went away. */
void commit_abandon(struct daemon *daemon);

/* --- identity_link.c: whether the two nodes are alike (C22-066)
 * ------------------------------------------------------- */
/* mgmtd says what this node has. */
void identity_set_own(struct daemon *daemon, const void *bytes, size_t length);
/* What this node's datapath was started with. */
void identity_set_datapath(struct daemon *daemon, uint32_t max_flows, uint32_t workers);
/* How a peer that is there differs, as was told last. */
const char *identity_told(const struct daemon *daemon);
void identity_peer_joined(struct daemon *daemon, bool joined);
void identity_of_peer(struct daemon *daemon, const struct group_message *message);
/* Once a second: a difference that stays is told, in the log and to mgmtd. */
void identity_second(struct daemon *daemon);

/* --- mgmtd_link.c
 * -------------------------------------------------------------------------------------------------- */
/* Returns 0 or -errno. */
int mgmtd_link_start(struct daemon *daemon);
void mgmtd_link_stop(struct daemon *daemon);
/* Hands on daemon->received where mgmtd is there. */
void mgmtd_link_received(struct daemon *daemon);
/* Asks what configuration this node has; the answer goes to the peer. */
void mgmtd_link_ask_current(struct daemon *daemon);

/* --- status.c
 * ------------------------------------------------------------------------------------------------------ */
void status_fill(const struct daemon *daemon, struct message_cluster_status *out);

#endif
