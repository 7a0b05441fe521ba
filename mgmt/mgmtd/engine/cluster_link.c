/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/engine/cluster_link.h"
#include "lib/ipc.h"
#include "lib/log.h"
#include "lib/messages/type.h"
#include "lib/paths.h"
#include "mgmt/mgmtd/configuration/store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Somebody who waits: either status or result is set, or neither where he is gone. Answers of a kind come in
 * order. */
struct waiter {
	struct waiter *next;
	bool for_status;
	cluster_status_done status;
	cluster_result_done result;
	void *user;
};

struct cluster_link {
	struct ipc_connection *connection;
	struct cluster_events events;
	void *user;
	bool up;
	struct message_cluster_configuration configuration;
	struct message_cluster_identity identity;
	bool configured;
	struct waiter *waiters;
	cluster_result_done claimed; /* NULL: no claim is under way */
	void *claim_user;
};

static struct waiter *take(struct cluster_link *link, bool for_status)
{
	struct waiter **at = &link->waiters, *waiter;

	while (*at && (*at)->for_status != for_status)
		at = &(*at)->next;
	waiter = *at;
	if (waiter)
		*at = waiter->next;
	return waiter;
}

static void on_status(struct cluster_link *link, const struct ipc_message *message)
{
	struct message_cluster_status status;
	struct waiter *waiter = take(link, true);

	if (waiter && message->length == sizeof(status)) {
		memcpy(&status, message->body, sizeof(status));
		if (waiter->status)
			waiter->status(waiter->user, 0, &status);
	} else if (waiter && waiter->status) {
		waiter->status(waiter->user, -EBADMSG, NULL);
	}
	free(waiter);
}

static void on_result(struct cluster_link *link, const struct ipc_message *message)
{
	struct message_result result = {.error = -EBADMSG};
	struct waiter *waiter = take(link, false);

	if (message->length == sizeof(result))
		memcpy(&result, message->body, sizeof(result));
	result.text[MESSAGE_TEXT - 1] = 0;
	if (waiter && waiter->result)
		waiter->result(waiter->user, result.error, result.text);
	free(waiter);
}

/* Takes over the descriptor. */
static void on_configuration(struct cluster_link *link, const struct ipc_message *message)
{
	struct message_configuration header;
	uint8_t digest[STORE_DIGEST];
	const void *json;
	size_t length;
	int error;

	if (message->length != sizeof(header) || message->fd < 0) {
		if (message->fd >= 0)
			close(message->fd);
		return;
	}
	memcpy(&header, message->body, sizeof(header));
	header.author[COMMIT_AUTHOR_MAX - 1] = 0;
	error = ipc_blob_map(message->fd, &json, &length);
	if (error) {
		qb_log(LOG_WARNING, "the peer's configuration cannot be read: %s", strerror(-error));
		return;
	}
	store_digest(json, length, digest);
	if (memcmp(digest, header.digest, sizeof(digest)) != 0)
		qb_log(LOG_WARNING, "the peer's configuration %llu is damaged: its digest is wrong",
		       (unsigned long long)header.generation);
	else
		link->events.received(link->user, json, length, &header);
	munmap((void *)(uintptr_t)json, length);
}

static void end_claim(struct cluster_link *link, int error, const char *text)
{
	cluster_result_done done = link->claimed;

	link->claimed = NULL;
	if (done)
		done(link->claim_user, error, text);
}

static void on_claim_result(struct cluster_link *link, const struct ipc_message *message)
{
	struct message_result result = {.error = -EBADMSG};

	if (message->length == sizeof(result))
		memcpy(&result, message->body, sizeof(result));
	result.text[MESSAGE_TEXT - 1] = 0;
	end_claim(link, result.error, result.text);
}

static void on_difference(struct cluster_link *link, const struct ipc_message *message)
{
	char *text = strndup(message->body, message->length);

	if (text)
		link->events.differs(link->user, text);
	free(text);
}

static void on_message(struct ipc_connection *connection, const struct ipc_message *message, void *user)
{
	struct cluster_link *link = user;

	(void)connection;
	if (message->type == MESSAGE_CONFIGURATION_RECEIVED) {
		on_configuration(link, message);
		return;
	}
	if (message->fd >= 0)
		close(message->fd);
	if (message->type == MESSAGE_CLUSTER_STATUS)
		on_status(link, message);
	else if (message->type == MESSAGE_CLUSTER_RESULT)
		on_result(link, message);
	else if (message->type == MESSAGE_COMMIT_RESULT)
		on_claim_result(link, message);
	else if (message->type == MESSAGE_CONFIGURATION_CURRENT)
		link->events.current(link->user);
	else if (message->type == MESSAGE_CLUSTER_DIFFERENCE)
		on_difference(link, message);
}

static void send_configuration(struct cluster_link *link)
{
	static uint8_t identity[sizeof(struct message_cluster_identity)];
	const char *zone = getenv("TZ");
	int error;

	if (!link->up || !link->configured)
		return;
	error = ipc_send(link->connection, MESSAGE_CLUSTER_CONFIGURE, &link->configuration,
	                 sizeof(link->configuration), -1);
	if (!error)
		error = ipc_send(link->connection, MESSAGE_CLUSTER_IDENTITY, identity,
		                 message_cluster_identity_pack(&link->identity, identity), -1);
	if (!error && zone)
		error = ipc_send(link->connection, MESSAGE_TIME_ZONE, zone, strlen(zone), -1);
	if (error)
		qb_log(LOG_WARNING, "clusterd did not get its configuration: %s", strerror(-error));
}

static void on_connected(struct ipc_connection *connection, void *user)
{
	struct cluster_link *link = user;

	(void)connection;
	link->up = true;
	send_configuration(link);
}

static void end_all(struct cluster_link *link)
{
	struct waiter *waiter;

	while ((waiter = link->waiters)) {
		link->waiters = waiter->next;
		if (waiter->status)
			waiter->status(waiter->user, -ENOTCONN, NULL);
		if (waiter->result)
			waiter->result(waiter->user, -ENOTCONN,
			               "hadrian-clusterd went away before it answered.");
		free(waiter);
	}
}

static void on_closed(struct ipc_connection *connection, void *user)
{
	struct cluster_link *link = user;

	(void)connection;
	link->up = false;
	end_all(link);
	/* Without it nothing reaches the peer either. */
	end_claim(link, 0, "");
}

static const struct ipc_handlers handlers = {
    .connected = on_connected, .message = on_message, .closed = on_closed};

int cluster_link_create(qb_loop_t *loop, const struct cluster_events *events, void *user,
                        struct cluster_link **out)
{
	struct cluster_link *link = calloc(1, sizeof(*link));
	int error;

	if (!link)
		return -ENOMEM;
	link->events = *events;
	link->user = user;
	error = ipc_connect(loop, PATH_CLUSTERD_SOCKET, &handlers, link, &link->connection);
	if (error) {
		free(link);
		return error;
	}
	*out = link;
	return 0;
}

void cluster_link_destroy(struct cluster_link *link)
{
	if (!link)
		return;
	link->claimed = NULL;
	ipc_close(link->connection);
	for (struct waiter *waiter = link->waiters; waiter; waiter = waiter->next)
		cluster_link_forget(link, waiter->user);
	end_all(link);
	free(link);
}

pid_t cluster_link_pid(const struct cluster_link *link)
{
	return link && link->up ? ipc_peer_pid(link->connection) : 0;
}

void cluster_link_configure(struct cluster_link *link,
                            const struct message_cluster_configuration *configuration,
                            const struct message_cluster_identity *identity)
{
	if (!link)
		return;
	link->configuration = *configuration;
	link->identity = *identity;
	link->configured = true;
	send_configuration(link);
}

int cluster_link_publish(struct cluster_link *link, const void *json, size_t length, uint64_t generation,
                         uint32_t flags)
{
	struct message_configuration header = {.generation = generation, .flags = flags};
	int fd, error;

	if (!link || !link->up)
		return -ENOTCONN;
	store_digest(json, length, header.digest);
	fd = ipc_blob_create("configuration", json, length);
	if (fd < 0)
		return fd;
	error = ipc_send(link->connection, MESSAGE_CONFIGURATION_PUBLISH, &header, sizeof(header), fd);
	close(fd);
	return error;
}

static int wait_for(struct cluster_link *link, struct waiter as, uint32_t type, const void *body,
                    size_t length)
{
	struct waiter **at, *waiter;
	int error;

	if (!link || !link->up)
		return -ENOTCONN;
	waiter = malloc(sizeof(*waiter));
	if (!waiter)
		return -ENOMEM;
	error = ipc_send(link->connection, type, body, length, -1);
	if (error) {
		free(waiter);
		return error;
	}
	*waiter = as;
	for (at = &link->waiters; *at; at = &(*at)->next)
		;
	*at = waiter;
	return 0;
}

int cluster_link_status(struct cluster_link *link, cluster_status_done done, void *user)
{
	return wait_for(link, (struct waiter){.for_status = true, .status = done, .user = user},
	                MESSAGE_CLUSTER_STATUS, NULL, 0);
}

int cluster_link_command(struct cluster_link *link, enum cluster_command command, cluster_result_done done,
                         void *user)
{
	struct message_cluster_command body = {.command = command};

	return wait_for(link, (struct waiter){.result = done, .user = user}, MESSAGE_CLUSTER_COMMAND, &body,
	                sizeof(body));
}

int cluster_link_claim(struct cluster_link *link, uint64_t base, const char *author, cluster_result_done done,
                       void *user)
{
	struct message_commit_claim body = {.base = base};
	int error;

	if (!link || !link->up)
		return -ENOTCONN;
	if (link->claimed)
		return -EBUSY;
	snprintf(body.author, sizeof(body.author), "%s", author);
	error = ipc_send(link->connection, MESSAGE_COMMIT_CLAIM, &body, sizeof(body), -1);
	if (error)
		return error;
	link->claimed = done;
	link->claim_user = user;
	return 0;
}

void cluster_link_claim_end(struct cluster_link *link, uint64_t generation)
{
	struct message_commit_end body = {generation};

	if (link && link->up)
		ipc_send(link->connection, MESSAGE_COMMIT_END, &body, sizeof(body), -1);
}

void cluster_link_forget(struct cluster_link *link, const void *user)
{
	for (struct waiter *waiter = link ? link->waiters : NULL; waiter; waiter = waiter->next) {
		if (waiter->user == user) {
			waiter->status = NULL;
			waiter->result = NULL;
		}
	}
}
