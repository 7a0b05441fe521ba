/* SPDX-License-Identifier: GPL-2.0-or-later */

/* hadrian-log: sends what the daemons log to the receivers of logs, as a user who may do nothing else. */

#include "lib/ipc.h"
#include "lib/log.h"
#include "lib/messages/log.h"
#include "lib/messages/type.h"
#include "lib/paths.h"
#include "mgmt/log/receiver.h"

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define USER      64001 /* systemd's range of users without a name; 64000 is hadrian-radius */
#define SECOND_US 1000000

static qb_loop_t *loop;
static struct receiver receivers[LOG_RECEIVERS_MAX];
static uint32_t receiver_count;
static struct message_log_node node;
static uint64_t lost;
static struct ipc_connection *mgmtd; /* who told the receivers; NULL: gone */
static bool changed;                 /* counts, since they were told */

static int drop_privileges(void)
{
	struct rlimit nothing = {0, 0};

	if (setgroups(0, NULL) || setresgid(USER, USER, USER) || setresuid(USER, USER, USER) ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || setrlimit(RLIMIT_CORE, &nothing) || chdir("/"))
		return -errno;
	return 0;
}

static void take_line(const struct ipc_message *message)
{
	struct message_log_line head;
	struct log_line line;
	struct timespec now;
	time_t when;
	struct tm local;

	if (message->length < sizeof(head))
		return;
	memcpy(&head, message->body, sizeof(head));
	lost += head.lost;
	changed = true;
	line_make(&head, (const char *)message->body + sizeof(head), message->length - sizeof(head), &line);
	when = (time_t)(head.time_us / SECOND_US);
	localtime_r(&when, &local);
	clock_gettime(CLOCK_MONOTONIC, &now);
	for (uint32_t i = 0; i < receiver_count; i++)
		if (receiver_wants(&receivers[i].settings, &line))
			receiver_send(&receivers[i], &line, &local, (uint64_t)now.tv_sec);
}

/* What was counted of a receiver stays, wherever it is in the new list. */
static struct receiver successor(const struct receiver old[LOG_RECEIVERS_MAX],
                                 const struct message_log_receiver *settings)
{
	struct receiver receiver = {.settings = *settings, .node = &node, .fd = -1};

	for (uint32_t i = 0; i < receiver_count; i++)
		if (!strcmp(old[i].settings.name, settings->name))
			receiver.count = old[i].count;
	return receiver;
}

static void take_receivers(const struct ipc_message *message)
{
	static struct receiver old[LOG_RECEIVERS_MAX];
	static struct message_log_receiver settings;
	const struct message_log_receivers *head = message->body;
	const char *at = (const char *)(head + 1);

	if (message->length < sizeof(*head) || head->count > LOG_RECEIVERS_MAX ||
	    message->length != sizeof(*head) + head->count * sizeof(settings))
		return;
	for (uint32_t i = 0; i < receiver_count; i++)
		receiver_close(&receivers[i]);
	memcpy(old, receivers, sizeof(old));
	for (uint32_t i = 0; i < head->count; i++, at += sizeof(settings)) {
		memcpy(&settings, at, sizeof(settings));
		if (!receiver_is_valid(&settings))
			memset(&settings, 0, sizeof(settings));
		receivers[i] = successor(old, &settings);
	}
	explicit_bzero(&settings, sizeof(settings));
	explicit_bzero(old, sizeof(old));
	receiver_count = head->count;
	node = head->node;
	changed = true;
}

static void on_message(struct ipc_connection *connection, const struct ipc_message *message, void *user)
{
	(void)user;
	if (message->fd >= 0)
		close(message->fd);
	if (message->type == MESSAGE_LOG_LINE) {
		take_line(message);
	} else if (message->type == MESSAGE_LOG_RECEIVERS) {
		mgmtd = connection;
		take_receivers(message);
	} else if (message->type == MESSAGE_TIME_ZONE) {
		log_time_zone(message->body, message->length);
	}
}

static void on_closed(struct ipc_connection *connection, void *user)
{
	(void)user;
	if (connection == mgmtd)
		mgmtd = NULL;
}

static void on_second(void *user)
{
	struct {
		struct message_log_counts head;
		struct message_log_count counts[LOG_RECEIVERS_MAX];
	} body = {.head = {.lost = lost, .count = receiver_count}};
	qb_loop_timer_handle timer;

	for (uint32_t i = 0; i < receiver_count; i++)
		body.counts[i] = receivers[i].count;
	if (changed && mgmtd &&
	    !ipc_send(mgmtd, MESSAGE_LOG_COUNTS, &body,
	              sizeof(body.head) + receiver_count * sizeof(body.counts[0]), -1))
		changed = false;
	qb_loop_timer_add(loop, QB_LOOP_LOW, QB_TIME_NS_IN_SEC, user, on_second, &timer);
}

static int32_t on_terminate(int32_t signal, void *user)
{
	(void)signal;
	(void)user;
	qb_loop_stop(loop);
	return -1;
}

static int start(struct ipc_server **server)
{
	static const struct ipc_handlers handlers = {.message = on_message, .closed = on_closed};
	qb_loop_signal_handle terminate;
	int error;

	loop = qb_loop_create();
	if (!loop)
		return -ENOMEM;
	error = ipc_server_create(loop, PATH_LOG_SOCKET, 0600, &handlers, NULL, server);
	if (!error)
		error = drop_privileges();
	/* The kernel forgets whom to tell with a change of the user. */
	if (!error && prctl(PR_SET_PDEATHSIG, SIGTERM))
		error = -errno;
	if (!error)
		error = qb_loop_signal_add(loop, QB_LOOP_HIGH, SIGTERM, NULL, on_terminate, &terminate);
	return error;
}

int main(void)
{
	struct ipc_server *server = NULL;
	int error;

	log_start("hadrian-log", 1);
	signal(SIGPIPE, SIG_IGN);
	error = start(&server);
	if (error) {
		qb_log(LOG_ERR, "nothing can be sent to log receivers: %s", strerror(-error));
		return 1;
	}
	on_second(NULL);
	qb_loop_run(loop);
	for (uint32_t i = 0; i < receiver_count; i++)
		receiver_close(&receivers[i]);
	ipc_server_destroy(server);
	qb_loop_destroy(loop);
	qb_log_fini();
	return 0;
}
