/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/log/log_receivers.h"
#include "lib/ipc.h"
#include "lib/log.h"
#include "lib/messages/type.h"
#include "lib/paths.h"
#include "mgmt/mgmtd/engine/child.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct log_receivers {
	qb_loop_t *loop;
	struct child_program program;
	struct child *child;
	struct ipc_connection *connection; /* NULL: none is wanted */
	bool up;
	const struct configuration *configuration;
	struct log_receiver_list wanted; /* communities are there only while they are told */
	uint64_t lost;
	uint32_t count; /* of counts */
	struct message_log_count counts[LOG_RECEIVERS_MAX];
};

static void tell(struct log_receivers *log)
{
	const char *zone = getenv("TZ");

	if (!log->up)
		return;
	if (zone)
		ipc_send(log->connection, MESSAGE_TIME_ZONE, zone, strlen(zone), -1);
	log_settings_read(log->configuration, &log->wanted);
	ipc_send(log->connection, MESSAGE_LOG_RECEIVERS, &log->wanted,
	         sizeof(log->wanted.head) + log->wanted.head.count * sizeof(log->wanted.receivers[0]), -1);
	log_settings_wipe(&log->wanted);
}

static void on_connected(struct ipc_connection *connection, void *user)
{
	struct log_receivers *log = user;

	(void)connection;
	log->up = true;
	tell(log);
}

static void on_closed(struct ipc_connection *connection, void *user)
{
	struct log_receivers *log = user;

	(void)connection;
	log->up = false;
	log->count = 0;
}

static void on_message(struct ipc_connection *connection, const struct ipc_message *message, void *user)
{
	struct log_receivers *log = user;
	const struct message_log_counts *head = message->body;

	(void)connection;
	if (message->fd >= 0)
		close(message->fd);
	if (message->type != MESSAGE_LOG_COUNTS || message->length < sizeof(*head) ||
	    head->count > LOG_RECEIVERS_MAX ||
	    message->length != sizeof(*head) + head->count * sizeof(log->counts[0]))
		return;
	log->lost = head->lost;
	log->count = head->count;
	memcpy(log->counts, head + 1, head->count * sizeof(log->counts[0]));
}

static const struct ipc_handlers handlers = {
    .connected = on_connected, .message = on_message, .closed = on_closed};

int log_receivers_create(qb_loop_t *loop, struct log_receivers **out)
{
	static char *const arguments[] = {"hadrian-log", NULL};
	struct log_receivers *log = calloc(1, sizeof(*log));
	const char *path = getenv("HADRIAN_LOG");
	int error;

	if (!log)
		return -ENOMEM;
	log->loop = loop;
	log->program = (struct child_program){.path = path ? path : HADRIAN_LOG, .arguments = arguments};
	error = child_create(loop, &log->program, &log->child);
	if (error)
		free(log);
	else
		*out = log;
	return error;
}

/* Where there is no socket daemons count nothing as lost; hadrian-log itself may not remove it. */
static void end(struct log_receivers *log)
{
	ipc_close(log->connection);
	log->connection = NULL;
	log->up = false;
	log->count = 0;
	unlink(PATH_LOG_SOCKET);
}

void log_receivers_destroy(struct log_receivers *log)
{
	if (!log)
		return;
	child_destroy(log->child);
	end(log);
	free(log);
}

void log_receivers_configure(struct log_receivers *log, const struct configuration *configuration)
{
	int error = 0;

	if (!log)
		return;
	log->configuration = configuration;
	log_settings_read(configuration, &log->wanted);
	log_settings_wipe(&log->wanted);
	if (!log->wanted.head.count) {
		child_stop(log->child);
		end(log);
		return;
	}
	child_start(log->child);
	if (!log->connection)
		error = ipc_connect(log->loop, PATH_LOG_SOCKET, &handlers, log, &log->connection);
	if (error)
		qb_log(LOG_ERR, "hadrian-log cannot be told the log receivers: %s", strerror(-error));
	tell(log);
}

void log_receivers_reap(struct log_receivers *log)
{
	if (log)
		child_reap(log->child);
}

struct message_log_count log_receivers_count(const struct log_receivers *log, uint32_t at, const char **name,
                                             uint64_t *lost)
{
	*name = log && at < log->wanted.head.count ? log->wanted.receivers[at].name : NULL;
	*lost = log ? log->lost : 0;
	return *name && log->count == log->wanted.head.count ? log->counts[at]
	                                                     : (struct message_log_count){0};
}
