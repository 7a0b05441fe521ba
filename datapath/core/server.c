/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/core/server.h"

#include "datapath/activity/activity.h"
#include "datapath/arp/arp.h"
#include "datapath/arp/neighbour.h"
#include "datapath/blacklist/blacklist.h"
#include "datapath/capture/capture.h"
#include "datapath/core/apply.h"
#include "datapath/core/control.h"
#include "datapath/dhcp_client/dhcp_client.h"
#include "datapath/heartbeat/heartbeat.h"
#include "datapath/mirror/mirror.h"
#include "datapath/nd/nd.h"
#include "datapath/nd/snoop.h"
#include "datapath/probe/probe.h"
#include "datapath/query/query.h"
#include "datapath/slaac/slaac.h"
#include "datapath/switchover/switchover.h"
#include "datapath/watch/watch.h"
#include "lib/ipc.h"
#include "lib/log.h"
#include "lib/messages/activity.h"
#include "lib/messages/capture.h"
#include "lib/messages/neighbour.h"
#include "lib/messages/policy.h"
#include "lib/messages/probe.h"
#include "lib/messages/type.h"
#include "lib/messages/watch.h"
#include "lib/paths.h"
#include "lib/timer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CLIENTS_MAX 32
#define MIRROR_QUEUE_MAX                                                                                     \
	(512u << 10) /* bytes of mirrored records that may wait for clusterd in the socket's queue */
#define MIRROR_RETRY_NS (2 * NANOSECONDS_PER_MILLISECOND)

static struct ipc_server *server;
static struct ipc_connection *clients[CLIENTS_MAX];
static struct ipc_connection *cluster; /* that sent MESSAGE_ACTIVITY_SET last */
static struct ipc_connection *mirror;  /* that sent a MESSAGE_MIRROR_... last */
static struct timer retrying;

void server_send_all(uint32_t type, const void *body, size_t length)
{
	for (unsigned i = 0; i < CLIENTS_MAX; i++) {
		if (clients[i])
			(void)ipc_send(clients[i], type, body, length, -1);
	}
}

static void retry(void *user)
{
	(void)user;
	mirror_writable();
}

int server_send_mirror(uint32_t type, const void *body, size_t length)
{
	int error = 0;

	if (!mirror)
		return -ENOTCONN;
	if (ipc_queued(mirror) < MIRROR_QUEUE_MAX)
		error = ipc_send(mirror, type, body, length, -1);
	else
		error = -EAGAIN;
	if (error == -EAGAIN && !timer_runs(&retrying))
		(void)timer_start(&retrying, control_loop(), QB_LOOP_MED, MIRROR_RETRY_NS, NULL, retry);
	return error;
}

bool server_has_cluster(void)
{
	return cluster != NULL;
}

static void connected(struct ipc_connection *connection, void *user)
{
	(void)user;
	for (unsigned i = 0; i < CLIENTS_MAX; i++) {
		if (clients[i])
			continue;
		clients[i] = connection;
		activity_report();
		heartbeat_report();
		return;
	}
	qb_log(LOG_ERR, "more than %d clients on %s", CLIENTS_MAX, PATH_DATAPATH_SOCKET);
	ipc_close(connection);
}

static void closed(struct ipc_connection *connection, void *user)
{
	(void)user;
	query_closed(connection);
	capture_closed(connection);
	watch_closed(connection);
	probe_closed(connection);
	nd_snoop_closed(connection);
	for (unsigned i = 0; i < CLIENTS_MAX; i++) {
		if (clients[i] == connection)
			clients[i] = NULL;
	}
	if (mirror == connection) {
		mirror = NULL;
		mirror_stop();
	}
	if (cluster == connection) {
		/* Traffic goes on as it is; the heartbeats say that this node cannot take over or be asked
		 * to. */
		cluster = NULL;
		qb_log(LOG_WARNING, "clusterd has gone");
		heartbeat_changed();
	}
}

static void writable(struct ipc_connection *connection, void *user)
{
	(void)user;
	query_writable(connection);
}

static void send_result(struct ipc_connection *connection, int error, const char *text)
{
	const struct policy *policy = control_policy();
	struct message_result result = {.error = error,
	                                .generation = policy ? policy->header->generation : 0};

	snprintf(result.text, sizeof(result.text), "%s", text);
	(void)ipc_send(connection, MESSAGE_POLICY_RESULT, &result, sizeof(result), -1);
}

static void apply(struct ipc_connection *connection, const struct ipc_message *message)
{
	char reason[256] = "";
	int error;

	if (message->fd < 0 || message->length < sizeof(struct message_policy_apply)) {
		if (message->fd >= 0)
			close(message->fd);
		send_result(connection, -EBADMSG, "the message holds no policy");
		return;
	}
	error = policy_apply(message->fd, reason);
	if (error)
		qb_log(LOG_ERR, "policy: %s", reason);
	send_result(connection, error, error ? reason : "");
}

/* Classes that this release does not know are of no interest to it. */
static uint64_t class_set(const struct ipc_message *message)
{
	const struct message_mirror_classes *classes = message->body;

	return message->length >= sizeof(*classes) ? classes->set : RECORD_CLASSES_ALL;
}

static void cluster_message(struct ipc_connection *connection, const struct ipc_message *message)
{
	switch (message->type) {
	case MESSAGE_ACTIVITY_SET:
		if (message->length < sizeof(struct message_activity))
			break;
		cluster = connection;
		activity_set(message->body);
		break;
	case MESSAGE_MIRROR_RECORDS:
		/* On the standby nothing else comes, and clusterd wants its counts there too. */
		mirror = connection;
		mirror_receive(message->body, message->length);
		break;
	case MESSAGE_MIRROR_SNAPSHOT:
		mirror = connection;
		mirror_start(class_set(message));
		break;
	case MESSAGE_MIRROR_COMPARE:
		mirror_compare(class_set(message));
		break;
	case MESSAGE_MIRROR_STOP:
		mirror = connection;
		mirror_stop();
		break;
	case MESSAGE_MIRROR_END:
		switchover_peer_ended();
		break;
	}
}

/* The ids are all that the messages that stop something have. */
static void diagnostics_message(struct ipc_connection *connection, const struct ipc_message *message)
{
	uint32_t id;

	if (message->length < sizeof(id))
		return;
	memcpy(&id, message->body, sizeof(id));
	if (message->type == MESSAGE_WATCH_STOP)
		watch_stop(connection, id);
	else if (message->type == MESSAGE_PROBE_STOP)
		probe_stop(connection, id);
	else if (message->type == MESSAGE_WATCH_START &&
	         message->length >= sizeof(struct message_watch_start))
		watch_start(connection, message->body);
	else if (message->type == MESSAGE_PROBE_START &&
	         message->length >= sizeof(struct message_probe_start))
		probe_start(connection, message->body);
}

static const char *refusal_of_address(uint8_t request)
{
	return request == NEIGHBOUR_QUERY
	           ? "this node has no address of that IP version on the interface, to ask from"
	           : "that is no address of the firewall on the interface, and no published one";
}

static void neighbour_message(struct ipc_connection *connection, const struct ipc_message *message)
{
	const struct message_neighbour_flush *flush = message->body;
	const struct message_neighbour_notify *notify = message->body;
	int error = -EBADMSG;

	if (message->type == MESSAGE_FLUSH_NEIGHBOURS && message->length >= sizeof(*flush)) {
		neighbour_flush(flush->interface, flush->version);
		error = 0;
	} else if (message->type == MESSAGE_NEIGHBOUR_NOTIFY && message->length >= sizeof(*notify)) {
		error = notify->address.version == 6 ? nd_notify(notify) : arp_notify(notify);
	}
	send_result(connection, error,
	            error == -EACCES
	                ? "the address is a shared one or a mirrored neighbor's, and this node is not active"
	            : error == -EEXIST        ? "the entry is static"
	            : error == -EADDRNOTAVAIL ? refusal_of_address(notify->request)
	            : error == -ENODEV
	                ? "nothing is sent there: the interface is disabled, or the kernel's (Sync)"
	            : error ? strerror(-error)
	                    : "");
}

static const char *blacklist_refusal(int error)
{
	switch (error) {
	case -EACCES:
		return "this node is not active; type it on the active one";
	case -EPERM:
		return "the whitelist spares all of it; 'blacklist -show=whitelist' shows its rules";
	case -ENOSPC:
		return "the blacklist is full; 'blacklist -remove' makes room";
	default:
		return strerror(-error);
	}
}

static void blacklist_message(struct ipc_connection *connection, const struct message_blacklist *message)
{
	struct blacklist_entry entry;
	int result = -EBADMSG;
	char text[16];

	if (blacklist_record_read(&message->entry, sizeof(message->entry), &entry))
		result = message->request == BLACKLIST_ADD ? blacklist_insert(&entry, true)
		                                           : blacklist_remove(&entry);
	snprintf(text, sizeof(text), "%d", result);
	send_result(connection, result < 0 ? result : 0, result < 0 ? blacklist_refusal(result) : text);
}

static void message_received(struct ipc_connection *connection, const struct ipc_message *message, void *user)
{
	(void)user;
	heartbeat_collect();
	if (message->fd >= 0 && message->type != MESSAGE_POLICY_APPLY)
		close(message->fd);
	switch (message->type) {
	case MESSAGE_POLICY_APPLY:
		apply(connection, message);
		break;
	case MESSAGE_QUERY:
		query_start(connection, message->body, message->length);
		break;
	case MESSAGE_CAPTURE_START:
		if (message->length >= sizeof(struct message_capture_start))
			capture_start(connection, message->body);
		break;
	case MESSAGE_CAPTURE_STOP:
		if (message->length >= sizeof(struct message_capture_stop))
			capture_stop(connection, ((const struct message_capture_stop *)message->body)->id);
		break;
	case MESSAGE_TIME_ZONE:
		log_time_zone(message->body, message->length);
		break;
	case MESSAGE_WATCH_START:
	case MESSAGE_WATCH_STOP:
	case MESSAGE_PROBE_START:
	case MESSAGE_PROBE_STOP:
		diagnostics_message(connection, message);
		break;
	case MESSAGE_FLUSH_NEIGHBOURS:
	case MESSAGE_NEIGHBOUR_NOTIFY:
		neighbour_message(connection, message);
		break;
	case MESSAGE_BLACKLIST:
		if (message->length >= sizeof(struct message_blacklist))
			blacklist_message(connection, message->body);
		break;
	case MESSAGE_DISCOVERY_SNOOP:
		if (message->length >= sizeof(uint32_t))
			nd_snoop_set(connection, *(const uint32_t *)message->body);
		break;
	case MESSAGE_AUTOCONFIGURE:
		if (message->length >= sizeof(struct message_autoconfigure))
			slaac_configure(message->body);
		break;
	case MESSAGE_DHCP_CLIENT_CONFIGURE:
		if (message->length >= sizeof(struct message_dhcp_client_configure))
			dhcp_client_configure(message->body);
		break;
	case MESSAGE_ACTIVITY_SET:
	case MESSAGE_MIRROR_RECORDS:
	case MESSAGE_MIRROR_SNAPSHOT:
	case MESSAGE_MIRROR_STOP:
	case MESSAGE_MIRROR_END:
	case MESSAGE_MIRROR_COMPARE:
		cluster_message(connection, message);
		break;
	}
}

int server_start(char reason[256])
{
	static const struct ipc_handlers handlers = {
	    .connected = connected, .message = message_received, .closed = closed, .writable = writable};
	int error;

	if (mkdir(PATH_RUN_DIRECTORY, 0755) < 0 && errno != EEXIST) {
		error = -errno;
		snprintf(reason, 256, "%s: %s", PATH_RUN_DIRECTORY, strerror(-error));
		return error;
	}
	error = ipc_server_create(control_loop(), PATH_DATAPATH_SOCKET, 0600, &handlers, NULL, &server);
	if (error)
		snprintf(reason, 256, "%s: %s", PATH_DATAPATH_SOCKET, strerror(-error));
	return error;
}

void server_stop(void)
{
	timer_stop(&retrying);
	ipc_server_destroy(server);
	server = NULL;
}
