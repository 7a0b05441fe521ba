/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/daemon.h"
#include "lib/log_event.h"
#include "lib/messages/activity.h"
#include "lib/messages/type.h"
#include "lib/paths.h"

#include <errno.h>
#include <qb/qblog.h>
#include <string.h>
#include <unistd.h>

static void on_activity_report(struct daemon *daemon, const struct message_activity_report *report)
{
	struct role_event event = {.type = ROLE_DATAPATH};

	event.datapath.connected = 1;
	event.datapath.active = report->active != 0;
	event.datapath.healthy = report->healthy != 0;
	event.datapath.proven = report->proven != 0;
	event.datapath.stood_still = report->stood_still != 0;
	event.datapath.heartbeats = report->heartbeats != 0;
	event.datapath.policy = report->policy_generation != 0;
	event.datapath.term = report->term;
	daemon->datapath_reported = true;
	identity_set_datapath(daemon, report->max_flows, report->workers);
	roles_event(daemon, &event);
}

/* A node too many leaves Corosync to the one whose node id and addresses it has, too (C22-004). */
static void stand_aside(struct daemon *daemon, bool aside)
{
	if (aside == daemon->aside)
		return;
	daemon->aside = aside;
	daemon->met = true;
	if (aside)
		log_event(
		    LOG_EVENT_HA_COPY,
		    "this node stands aside: the HA cluster peer has another living node of this Role. Stop "
		    "this one, or give it another ClusterID and cluster key");
	else
		log_event(LOG_EVENT_HA_STATE,
		          "this node stands aside no more: the HA cluster peer has no other");
	peer_link_configure(daemon);
}

static void on_heartbeat_report(struct daemon *daemon, const struct message_heartbeat_report *report)
{
	struct role_event event = {.type = ROLE_PEER};

	event.peer.alive = report->alive != 0;
	event.peer.active = report->last.active != 0;
	event.peer.ready = report->last.ready != 0;
	event.peer.yielding = report->last.yielding != 0;
	event.peer.hears_peer = report->last.hears_peer != 0;
	event.peer.aside = report->aside;
	event.peer.term = report->last.term;
	event.peer.instance = report->last.instance;
	event.peer.peer_instance = report->last.peer_instance;
	daemon->patience_us = report->patience_us;
	if (daemon->role.peer.instance && daemon->role.peer.instance != report->last.instance)
		peer_link_renewed(daemon);
	daemon->copy = report->copy;
	daemon->copy_interface = report->copy_interface;
	daemon->copy_source = report->copy_source;
	roles_event(daemon, &event);
	stand_aside(daemon, report->aside == ASIDE_YES);
	peer_link_heard(daemon, event.peer.alive,
	                event.peer.hears_peer && event.peer.peer_instance &&
	                    event.peer.peer_instance != daemon->role.instance);
}

static void on_counts(struct daemon *daemon, const struct ipc_message *message)
{
	replication_datapath_counts(&daemon->replication, message->body,
	                            message->length / sizeof(struct message_mirror_count));
}

static void on_batch(struct daemon *daemon, const struct ipc_message *message)
{
	if (record_batch_is_whole(message->body, message->length))
		replication_datapath_records(&daemon->replication, daemon->role.term, message->body);
}

/* Of both connections; what comes on which is the datapath's choice. */
static void on_message(struct ipc_connection *connection, const struct ipc_message *message, void *user)
{
	struct daemon *daemon = user;

	if (message->fd >= 0)
		close(message->fd);
	switch (message->type) {
	case MESSAGE_ACTIVITY_REPORT:
		if (connection == daemon->datapath &&
		    message->length >= sizeof(struct message_activity_report))
			on_activity_report(daemon, message->body);
		break;
	case MESSAGE_HEARTBEAT_REPORT:
		if (connection == daemon->datapath &&
		    message->length >= sizeof(struct message_heartbeat_report))
			on_heartbeat_report(daemon, message->body);
		break;
	case MESSAGE_MIRROR_BATCH:
		on_batch(daemon, message);
		break;
	case MESSAGE_MIRROR_DRIFT:
		if (message->length >= sizeof(struct message_mirror_drift))
			replication_drifted(&daemon->replication,
			                    ((const struct message_mirror_drift *)message->body)->class_id,
			                    clock_now_ms());
		break;
	case MESSAGE_MIRROR_END:
		replication_datapath_ended(&daemon->replication, clock_now_ms());
		break;
	case MESSAGE_MIRROR_COUNTS:
		on_counts(daemon, message);
		break;
	default:
		break;
	}
}

static void on_closed(struct ipc_connection *connection, void *user)
{
	struct role_event gone = {.type = ROLE_DATAPATH}, silent = {.type = ROLE_PEER};
	struct daemon *daemon = user;

	if (connection == daemon->mirror) {
		replication_set_datapath(&daemon->replication, false, clock_now_ms());
		return;
	}
	if (daemon->datapath_reported)
		qb_log(LOG_WARNING, "the datapath went away");
	daemon->datapath_reported = false;
	daemon->patience_us = 0;
	roles_event(daemon, &gone);
	/* What the peer was is not known either until the datapath says so again. */
	silent.peer = daemon->role.peer;
	silent.peer.alive = 0;
	roles_event(daemon, &silent);
}

static void on_connected(struct ipc_connection *connection, void *user)
{
	struct daemon *daemon = user;

	/* daemon->mirror is set only after ipc_connect returned, and that calls nobody. */
	if (connection == daemon->mirror)
		replication_set_datapath(&daemon->replication, true, clock_now_ms());
}

static void on_writable(struct ipc_connection *connection, void *user)
{
	struct daemon *daemon = user;

	if (connection == daemon->mirror)
		replication_datapath_writable(&daemon->replication);
}

int datapath_link_start(struct daemon *daemon)
{
	static const struct ipc_handlers handlers = {
	    .connected = on_connected, .message = on_message, .closed = on_closed, .writable = on_writable};
	int error = ipc_connect(daemon->loop, PATH_DATAPATH_SOCKET, &handlers, daemon, &daemon->datapath);

	if (!error)
		error = ipc_connect(daemon->loop, PATH_DATAPATH_SOCKET, &handlers, daemon, &daemon->mirror);
	return error;
}

void datapath_link_stop(struct daemon *daemon)
{
	ipc_close(daemon->datapath);
	ipc_close(daemon->mirror);
	daemon->datapath = daemon->mirror = NULL;
}

void datapath_link_activity(struct daemon *daemon, const struct message_activity *activity)
{
	int error = ipc_send(daemon->datapath, MESSAGE_ACTIVITY_SET, activity, sizeof(*activity), -1);

	if (error && error != -ENOTCONN)
		qb_log(LOG_ERR, "the datapath does not take its role: %s", strerror(-error));
}
