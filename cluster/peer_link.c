/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/corosync/configuration.h"
#include "cluster/daemon.h"
#include "lib/log_event.h"
#include "lib/messages/type.h"

#include <errno.h>
#include <qb/qblog.h>
#include <string.h>

#define UNMET_SECONDS 15 /* a datapath may take as long to start */

static int send_to_group(struct daemon *daemon, uint8_t type, const void *fixed, size_t fixed_length,
                         const void *payload, size_t payload_length)
{
	static _Alignas(8) uint8_t bytes[GROUP_MESSAGE_MAX];
	size_t length =
	    group_encode(type, daemon->role.instance, fixed, fixed_length, payload, payload_length, bytes);

	if (length && type == GROUP_STATUS)
		group_set_echo(bytes, delay_echo(&daemon->delay, clock_stamp()));
	return length ? group_send(daemon->group, bytes, length) : -EMSGSIZE;
}

int peer_link_send(struct daemon *daemon, uint8_t type, const void *fixed, size_t fixed_length,
                   const void *payload, size_t payload_length)
{
	if (!daemon->group || !daemon->peer_member)
		return -ENOTCONN;
	return send_to_group(daemon, type, fixed, fixed_length, payload, payload_length);
}

static void tell_membership(struct daemon *daemon, bool member, bool peer)
{
	struct role_event event = {.type = ROLE_GROUP, .group_peer = member && peer};
	bool joined = member && peer && !daemon->peer_member;

	if (event.group_peer != daemon->peer_member)
		log_event(joined ? LOG_EVENT_HA_PEER_JOINED : LOG_EVENT_HA_PEER_LEFT, "%s",
		          joined ? "the peer joined the group" : "the peer left the group");
	daemon->member = member;
	daemon->peer_member = member && peer;
	if (joined || !daemon->peer_member) {
		commit_membership(daemon);
		identity_peer_joined(daemon, joined);
	}
	if (!daemon->peer_member) {
		reassembly_reset(&daemon->reassembly);
		configuration_drop(daemon);
		daemon->force_publish = false;
	}
	roles_event(daemon, &event);
	replication_set_peer(&daemon->replication, daemon->peer_member, clock_now_ms());
	if (joined)
		mgmtd_link_ask_current(daemon);
}

/* The group holds on to who died for a second or so, and may learn of its end and of the next one's beginning at once. */
void peer_link_renewed(struct daemon *daemon)
{
	replication_set_peer(&daemon->replication, false, clock_now_ms());
}

/* A message of the clusterd of which heartbeats tell: it is the one in the group. */
static void meet_again(struct daemon *daemon, uint64_t instance)
{
	if (daemon->peer_member && !daemon->replication.peer && instance == daemon->role.peer.instance)
		replication_set_peer(&daemon->replication, true, clock_now_ms());
}

static void on_membership(bool own, bool peer, void *user)
{
	tell_membership(user, own, peer);
}

static void on_deactivate_request(struct daemon *daemon)
{
	struct message_result result = {0};

	roles_command(daemon, ROLE_PEER_ASKS, &result);
	if (result.error)
		qb_log(LOG_WARNING, "the peer asked this node to hand over: %s", result.text);
}

static void on_message(const void *bytes, size_t length, void *user)
{
	struct daemon *daemon = user;
	struct group_message message;
	int error = group_decode(bytes, length, &message);

	if (error) {
		/* Once is enough for the log; the count is in `ha -status -module`. */
		if (daemon->messages_skipped++ == 0)
			qb_log(
			    LOG_WARNING,
			    "a message of the peer is not understood (%s) and skipped, as are others to come",
			    error == -ENOTSUP ? "newer version" : "malformed");
		return;
	}
	meet_again(daemon, message.instance);
	delay_heard(&daemon->delay, message.echo_us, clock_stamp(), clock_now_ms());
	daemon->delay.received = message.records.made_us;
	switch (message.type) {
	case GROUP_CONFIGURATION:
		configuration_piece(daemon, &message);
		break;
	case GROUP_COMMIT_CLAIM:
	case GROUP_COMMIT_END:
		commit_message(daemon, &message);
		break;
	case GROUP_IDENTITY:
		identity_of_peer(daemon, &message);
		break;
	case GROUP_CONFIGURATION_REQUEST:
		daemon->force_publish = true;
		mgmtd_link_ask_current(daemon);
		break;
	case GROUP_DEACTIVATE_REQUEST:
		on_deactivate_request(daemon);
		break;
	default:
		replication_peer_message(&daemon->replication, &message, clock_now_ms());
		break;
	}
}

static void on_writable(void *user)
{
	struct daemon *daemon = user;

	replication_peer_writable(&daemon->replication, clock_now_ms());
	configuration_continue(daemon);
}

static int replication_to_datapath(uint32_t type, const void *body, size_t length, void *user)
{
	struct daemon *daemon = user;
	int error = ipc_send(daemon->mirror, type, body, length, -1);

	if (!error && type == MESSAGE_MIRROR_RECORDS)
		delay_applied(&daemon->delay, clock_stamp());
	return error;
}

static int replication_to_peer(uint8_t type, const void *fixed, size_t fixed_length, const void *payload,
                               size_t payload_length, void *user)
{
	return peer_link_send(user, type, fixed, fixed_length, payload, payload_length);
}

static void read_datapath(bool reading, void *user)
{
	struct daemon *daemon = user;

	if (daemon->mirror)
		ipc_set_reading(daemon->mirror, reading);
}

static void read_peer(bool reading, void *user)
{
	struct daemon *daemon = user;

	if (daemon->group)
		group_set_reading(daemon->group, reading);
}

void peer_link_init(struct daemon *daemon)
{
	struct replication_calls calls = {.to_datapath = replication_to_datapath,
	                                  .to_peer = replication_to_peer,
	                                  .read_datapath = read_datapath,
	                                  .read_peer = read_peer,
	                                  .user = daemon};

	replication_init(&daemon->replication, &calls);
}

/* What this node sends comes back to it as well: as long as it does, Corosync works. */
static void speak_to_itself(struct daemon *daemon)
{
	struct group_status status = {.active = daemon->role.active,
	                              .count_length = sizeof(struct group_count)};

	/* Not a member yet, or its queue is full: then nothing comes back, and that is what is to be found. */
	(void)send_to_group(daemon, GROUP_STATUS, &status, sizeof(status), NULL, 0);
}

static void watch(struct daemon *daemon)
{
	static const char *const reasons[] = {
	    [GROUP_WATCH_SILENT] = "corosync runs, but nothing comes through it",
	    [GROUP_WATCH_APART] = "the peer is alive, but corosync does not find it",
	};
	struct group_facts facts = {.now_ms = clock_now_ms(),
	                            .corosync_since_ms = corosync_since(daemon->corosync),
	                            .heard_ms = group_heard_itself(daemon->group),
	                            .peer_alive = daemon->role.peer.alive,
	                            .peer_member = daemon->peer_member,
	                            .active = daemon->role.active};
	enum group_watch_verdict verdict = group_watch(&daemon->watch, &facts);

	if (verdict == GROUP_WATCH_FINE)
		return;
	qb_log(LOG_WARNING, "%s: it is started again", reasons[verdict]);
	corosync_restart(daemon->corosync);
}

static void meet(struct daemon *daemon)
{
	daemon->met = true;
	if (daemon->configuration.link_count > 0)
		peer_link_configure(daemon);
}

/*
 * The Corosync of a copy breaks up the membership of the two that there are (C22-004), so its clusterd hears the peer first. That takes
 * no longer than the datapath, without which nothing is mirrored, needs to start; a node without a peer goes on without.
 */
void peer_link_heard(struct daemon *daemon, bool alive, bool another)
{
	if (!daemon->met && alive && !another)
		meet(daemon);
}

static void meet_nobody(struct daemon *daemon)
{
	if (daemon->met || !daemon->configuration.enabled || daemon->role.peer.alive)
		daemon->unmet_seconds = 0;
	else if (++daemon->unmet_seconds > UNMET_SECONDS)
		meet(daemon);
}

void peer_link_second(struct daemon *daemon)
{
	replication_tick(&daemon->replication, clock_now_ms());
	meet_nobody(daemon);
	if (!daemon->group)
		return;
	if (!daemon->peer_member)
		speak_to_itself(daemon);
	identity_second(daemon);
	link_state_second(daemon);
	watch(daemon);
}

static void leave(struct daemon *daemon)
{
	group_destroy(daemon->group);
	daemon->group = NULL;
	tell_membership(daemon, false, false);
}

static void end(struct daemon *daemon)
{
	if (daemon->group)
		leave(daemon);
	link_state_stop(daemon);
	corosync_stop(daemon->corosync);
	if (daemon->configuration.enabled && daemon->configuration.link_count == 0)
		qb_log(LOG_ERR, "no Sync interface has addresses for both nodes: nothing can be mirrored");
}

void peer_link_configure(struct daemon *daemon)
{
	static const struct group_handlers handlers = {.membership = on_membership,
	                                               .message = on_message,
	                                               .own = group_is_ordered,
	                                               .writable = on_writable};
	uint32_t node = corosync_node_id(daemon->configuration.role);
	bool reload;
	int error = 0;

	if (!daemon->configuration.enabled || daemon->configuration.link_count == 0 || daemon->aside) {
		end(daemon);
		return;
	}
	if (!daemon->met)
		return;
	reload = corosync_configure(daemon->corosync, &daemon->configuration);
	/* The node id follows from the role: with another one the group is entered anew. */
	if (daemon->group && daemon->group_node != node)
		leave(daemon);
	if (!daemon->group)
		error = group_create(daemon->loop, node, &handlers, daemon, &daemon->group);
	daemon->group_node = node;
	if (error)
		qb_log(LOG_ERR, "the group cannot be entered: %s", strerror(-error));
	link_state_configure(daemon, reload);
}

void peer_link_stop(struct daemon *daemon)
{
	/* First Corosync: its end frees a thread that waits for it. */
	corosync_destroy(daemon->corosync);
	daemon->corosync = NULL;
	link_state_stop(daemon);
	group_destroy(daemon->group);
	daemon->group = NULL;
	reassembly_reset(&daemon->reassembly);
	configuration_drop(daemon);
}
