/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/engine/datapath_link.h"
#include "lib/ipc.h"
#include "lib/messages/policy.h"
#include "lib/messages/type.h"
#include "lib/paths.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Somebody who waits for an answer. Results have no cookie and come in order; queries have one. */
struct waiter {
	struct waiter *next;
	uint64_t cookie; /* 0: waits for a result */
	enum query_kind kind;
	datapath_rows rows;
	datapath_result end;
	datapath_page page; /* in place of end */
	void *user;
};

struct datapath_link {
	struct ipc_connection *connection;
	bool up;
	void (*connected)(void *user);
	void *user;
	struct waiter *waiters;
	uint64_t cookie;
	datapath_capture capture; /* or NULL */
	void *capture_user;
	datapath_capture diagnostics; /* or NULL */
	void *diagnostics_user;
	datapath_capture snoop;
	datapath_capture learned; /* or NULL */
	void *learned_user;
	uint32_t snoop_wanted; /* bits of enum discovery_snoop */
	void *snoop_user;
};

static const size_t row_size[] = {
    [QUERY_FLOWS] = sizeof(struct flow_row),
    [QUERY_NEIGHBOURS] = sizeof(struct neighbour_row),
    [QUERY_INTERFACES] = sizeof(struct interface_row),
    [QUERY_COUNTERS] = sizeof(struct counter_row),
    [QUERY_ROUTES] = sizeof(struct route_row),
    [QUERY_WORKERS] = sizeof(struct worker_row),
    [QUERY_RULES] = sizeof(struct rule_row),
    [QUERY_BLACKLIST] = sizeof(struct blacklist_entry),
    [QUERY_FLOW_COUNT] = sizeof(struct flow_count_row),
    [QUERY_FLOW_CLOSE] = sizeof(struct flow_count_row),
};

static struct waiter **find(struct datapath_link *link, uint64_t cookie)
{
	struct waiter **at = &link->waiters;

	while (*at && (*at)->cookie != cookie)
		at = &(*at)->next;
	return at;
}

static void end_page(struct waiter **at, int error, const char *text, uint64_t next)
{
	struct waiter *waiter = *at;

	*at = waiter->next;
	if (waiter->page)
		waiter->page(waiter->user, error, text, next);
	else if (waiter->end)
		waiter->end(waiter->user, error, text);
	free(waiter);
}

static void end_waiter(struct waiter **at, int error, const char *text)
{
	end_page(at, error, text, 0);
}

static void on_result(struct datapath_link *link, const struct ipc_message *message)
{
	struct waiter **at = find(link, 0);
	struct message_result result;

	if (message->length != sizeof(result) || !*at)
		return;
	memcpy(&result, message->body, sizeof(result));
	result.text[MESSAGE_TEXT - 1] = 0;
	end_waiter(at, result.error, result.text);
}

static void on_rows(struct datapath_link *link, const struct ipc_message *message)
{
	const struct message_query_reply *reply = message->body;
	struct waiter **at;

	if (message->length < sizeof(*reply) || !reply->cookie || !*(at = find(link, reply->cookie)))
		return;
	if (message->type == MESSAGE_QUERY_END) {
		end_page(at, 0, "", reply->next);
		return;
	}
	if (reply->kind != (*at)->kind ||
	    message->length != sizeof(*reply) + reply->rows * row_size[(*at)->kind])
		return;
	if ((*at)->rows)
		(*at)->rows((*at)->user, reply + 1, reply->rows);
}

static void on_message(struct ipc_connection *connection, const struct ipc_message *message, void *user)
{
	struct datapath_link *link = user;

	(void)connection;
	if (message->fd >= 0)
		close(message->fd);
	if (message->type == MESSAGE_POLICY_RESULT)
		on_result(link, message);
	else if (message->type == MESSAGE_QUERY_ROWS || message->type == MESSAGE_QUERY_END)
		on_rows(link, message);
	else if (link->capture &&
	         (message->type == MESSAGE_CAPTURE_STATE || message->type == MESSAGE_CAPTURE_PACKETS))
		link->capture(link->capture_user, message);
	else if (link->diagnostics &&
	         (message->type == MESSAGE_WATCH_STATE || message->type == MESSAGE_WATCH_EVENTS ||
	          message->type == MESSAGE_PROBE_EVENT))
		link->diagnostics(link->diagnostics_user, message);
	else if (message->type == MESSAGE_DISCOVERY_SEEN && link->snoop_wanted)
		link->snoop(link->snoop_user, message);
	else if (link->learned &&
	         (message->type == MESSAGE_AUTOCONFIGURATION || message->type == MESSAGE_DHCP_CLIENT_STATUS))
		link->learned(link->learned_user, message);
}

static void tell_snoop(struct datapath_link *link)
{
	(void)datapath_link_send(link, MESSAGE_DISCOVERY_SNOOP, &link->snoop_wanted,
	                         sizeof(link->snoop_wanted));
}

void datapath_link_snoop(struct datapath_link *link, uint32_t wanted, datapath_capture handler, void *user)
{
	if (!link || wanted == link->snoop_wanted)
		return;
	link->snoop = handler;
	link->snoop_user = user;
	link->snoop_wanted = wanted;
	tell_snoop(link);
}

void datapath_link_time_zone(struct datapath_link *link)
{
	const char *zone = getenv("TZ");

	if (datapath_link_is_up(link) && zone)
		ipc_send(link->connection, MESSAGE_TIME_ZONE, zone, strlen(zone), -1);
}

static void on_connected(struct ipc_connection *connection, void *user)
{
	struct datapath_link *link = user;

	(void)connection;
	link->up = true;
	datapath_link_time_zone(link);
	if (link->snoop_wanted)
		tell_snoop(link);
	link->connected(link->user);
}

static void on_closed(struct ipc_connection *connection, void *user)
{
	struct datapath_link *link = user;

	(void)connection;
	link->up = false;
	while (link->waiters)
		end_waiter(&link->waiters, -ENOTCONN, "the datapath went away");
	if (link->capture)
		link->capture(link->capture_user, NULL);
	if (link->diagnostics)
		link->diagnostics(link->diagnostics_user, NULL);
}

static const struct ipc_handlers handlers = {
    .connected = on_connected, .message = on_message, .closed = on_closed};

int datapath_link_create(qb_loop_t *loop, void (*connected)(void *user), void *user,
                         struct datapath_link **out)
{
	struct datapath_link *link = calloc(1, sizeof(*link));
	int error;

	if (!link)
		return -ENOMEM;
	link->connected = connected;
	link->user = user;
	error = ipc_connect(loop, PATH_DATAPATH_SOCKET, &handlers, link, &link->connection);
	if (error) {
		free(link);
		return error;
	}
	*out = link;
	return 0;
}

void datapath_link_destroy(struct datapath_link *link)
{
	if (!link)
		return;
	ipc_close(link->connection);
	while (link->waiters) {
		link->waiters->end = NULL;
		link->waiters->page = NULL;
		end_waiter(&link->waiters, 0, "");
	}
	free(link);
}

bool datapath_link_is_up(const struct datapath_link *link)
{
	return link && link->up;
}

pid_t datapath_link_pid(const struct datapath_link *link)
{
	return datapath_link_is_up(link) ? ipc_peer_pid(link->connection) : 0;
}

static int wait_for(struct datapath_link *link, const struct waiter *as,
                    int (*send)(struct datapath_link *, void *), void *argument)
{
	struct waiter **at = &link->waiters, *waiter = malloc(sizeof(*waiter));
	int error;

	if (!waiter)
		return -ENOMEM;
	error = send(link, argument);
	if (error) {
		free(waiter);
		return error;
	}
	*waiter = *as;
	waiter->next = NULL;
	while (*at)
		at = &(*at)->next;
	*at = waiter;
	return 0;
}

struct policy_message {
	struct message_policy_apply body;
	int fd;
};

static int send_policy(struct datapath_link *link, void *argument)
{
	struct policy_message *message = argument;

	return ipc_send(link->connection, MESSAGE_POLICY_APPLY, &message->body, sizeof(message->body),
	                message->fd);
}

int datapath_link_apply(struct datapath_link *link, uint64_t generation, const void *blob, size_t length,
                        datapath_result done, void *user)
{
	struct policy_message message = {.body = {generation}};
	struct waiter waiter = {.end = done, .user = user};
	int error;

	if (!datapath_link_is_up(link))
		return -ENOTCONN;
	message.fd = ipc_blob_create("policy", blob, length);
	if (message.fd < 0)
		return message.fd;
	error = wait_for(link, &waiter, send_policy, &message);
	close(message.fd);
	return error;
}

static int send_flush(struct datapath_link *link, void *argument)
{
	return ipc_send(link->connection, MESSAGE_FLUSH_NEIGHBOURS, argument,
	                sizeof(struct message_neighbour_flush), -1);
}

int datapath_link_flush(struct datapath_link *link, const struct message_neighbour_flush *flush,
                        datapath_result done, void *user)
{
	struct message_neighbour_flush own = *flush;
	struct waiter waiter = {.end = done, .user = user};

	return datapath_link_is_up(link) ? wait_for(link, &waiter, send_flush, &own) : -ENOTCONN;
}

static int send_notify(struct datapath_link *link, void *argument)
{
	return ipc_send(link->connection, MESSAGE_NEIGHBOUR_NOTIFY, argument,
	                sizeof(struct message_neighbour_notify), -1);
}

int datapath_link_notify(struct datapath_link *link, const struct message_neighbour_notify *notify,
                         datapath_result done, void *user)
{
	struct message_neighbour_notify own = *notify;
	struct waiter waiter = {.end = done, .user = user};

	return datapath_link_is_up(link) ? wait_for(link, &waiter, send_notify, &own) : -ENOTCONN;
}

static int send_blacklist(struct datapath_link *link, void *argument)
{
	return ipc_send(link->connection, MESSAGE_BLACKLIST, argument, sizeof(struct message_blacklist), -1);
}

int datapath_link_blacklist(struct datapath_link *link, const struct message_blacklist *message,
                            datapath_result done, void *user)
{
	struct message_blacklist own = *message;
	struct waiter waiter = {.end = done, .user = user};

	return datapath_link_is_up(link) ? wait_for(link, &waiter, send_blacklist, &own) : -ENOTCONN;
}

static int send_query(struct datapath_link *link, void *argument)
{
	return ipc_send(link->connection, MESSAGE_QUERY, argument, sizeof(struct message_query), -1);
}

int datapath_link_query(struct datapath_link *link, enum query_kind kind, uint32_t limit, datapath_rows rows,
                        datapath_result end, void *user)
{
	struct message_query query = {.kind = kind, .limit = limit};
	struct waiter waiter = {.kind = kind, .rows = rows, .end = end, .user = user};

	if (!datapath_link_is_up(link))
		return -ENOTCONN;
	query.cookie = waiter.cookie = ++link->cookie;
	return wait_for(link, &waiter, send_query, &query);
}

static int send_flow_query(struct datapath_link *link, void *argument)
{
	return ipc_send(link->connection, MESSAGE_QUERY, argument, sizeof(struct message_flow_query), -1);
}

int datapath_link_query_flows(struct datapath_link *link, const struct message_flow_query *query,
                              datapath_rows rows, datapath_page end, void *user)
{
	struct message_flow_query own = *query;
	struct waiter waiter = {.kind = own.query.kind, .rows = rows, .page = end, .user = user};

	if (!datapath_link_is_up(link))
		return -ENOTCONN;
	own.query.cookie = waiter.cookie = ++link->cookie;
	return wait_for(link, &waiter, send_flow_query, &own);
}

int datapath_link_send(struct datapath_link *link, uint32_t type, const void *body, size_t length)
{
	return datapath_link_is_up(link) ? ipc_send(link->connection, type, body, length, -1) : -ENOTCONN;
}

void datapath_link_captures(struct datapath_link *link, datapath_capture handler, void *user)
{
	link->capture = handler;
	link->capture_user = user;
}

void datapath_link_diagnostics(struct datapath_link *link, datapath_capture handler, void *user)
{
	link->diagnostics = handler;
	link->diagnostics_user = user;
}

void datapath_link_learned(struct datapath_link *link, datapath_capture handler, void *user)
{
	link->learned = handler;
	link->learned_user = user;
}

void datapath_link_forget(struct datapath_link *link, const void *user)
{
	for (struct waiter *waiter = link ? link->waiters : NULL; waiter; waiter = waiter->next) {
		if (waiter->user == user) {
			waiter->rows = NULL;
			waiter->end = NULL;
			waiter->page = NULL;
		}
	}
}
