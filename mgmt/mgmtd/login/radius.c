/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/login/radius.h"
#include "lib/ipc.h"
#include "lib/log.h"
#include "lib/messages/type.h"
#include "lib/paths.h"
#include "lib/timer.h"
#include "mgmt/mgmtd/session/session.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define RETRY_MS 500

/* A request that somebody waits for. */
struct asked {
	bool busy, sent;
	radius_result done;
	void *user;
	struct message_radius_request request; /* wiped once it is sent, but for its id */
};

struct radius {
	struct engine *engine;
	struct ipc_server *server;
	struct ipc_connection *connection; /* NULL: the child is not there */
	bool wanted;
	pid_t pid; /* 0: none runs */
	struct timer timer;
	uint64_t last_id;
	uint32_t snoop;
	struct asked asked[RADIUS_REQUESTS_MAX];
};

static void start(struct radius *radius);

static void on_retry(void *user)
{
	struct radius *radius = user;

	start(radius);
}

static void retry_later(struct radius *radius)
{
	if (!timer_runs(&radius->timer) && radius->wanted)
		(void)timer_start(&radius->timer, radius->engine->loop, QB_LOOP_LOW,
		                  RETRY_MS * QB_TIME_NS_IN_MSEC, radius, on_retry);
}

static void run_child(pid_t parent)
{
	const char *program = getenv("HADRIAN_RADIUS");
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(1);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execl(program ? program : HADRIAN_RADIUS, "hadrian-radius", (char *)NULL);
	_exit(127);
}

static void start(struct radius *radius)
{
	pid_t parent = getpid();

	if (!radius->wanted || radius->pid)
		return;
	radius->pid = fork();
	if (!radius->pid)
		run_child(parent);
	if (radius->pid < 0) {
		radius->pid = 0;
		retry_later(radius);
	}
}

static void transmit(struct radius *radius, struct asked *asked)
{
	uint64_t id = asked->request.id;

	if (!radius->connection || asked->sent ||
	    ipc_send(radius->connection, MESSAGE_RADIUS_REQUEST, &asked->request, sizeof(asked->request), -1))
		return;
	asked->sent = true;
	OPENSSL_cleanse(&asked->request, sizeof(asked->request));
	asked->request.id = id;
}

static void end(struct asked *asked, const struct message_radius_answer *answer)
{
	radius_result done = asked->done;
	void *user = asked->user;

	OPENSSL_cleanse(asked, sizeof(*asked));
	done(user, answer);
}

/* Those who wait for an answer that the child took with it; what it was not sent yet goes to the next one. */
static void end_all(struct radius *radius, bool also_unsent)
{
	for (size_t i = 0; i < RADIUS_REQUESTS_MAX; i++) {
		struct message_radius_answer none = {.id = radius->asked[i].request.id,
		                                     .why = "hadrian-radius went away"};

		if (radius->asked[i].busy && (radius->asked[i].sent || also_unsent))
			end(&radius->asked[i], &none);
	}
}

static void on_connected(struct ipc_connection *connection, void *user)
{
	struct radius *radius = user;

	if (radius->connection) {
		ipc_close(connection);
		return;
	}
	radius->connection = connection;
	radius->snoop = RADIUS_SNOOP_OFF;
	radius_snoop_changed(radius);
	for (size_t i = 0; i < RADIUS_REQUESTS_MAX; i++)
		if (radius->asked[i].busy)
			transmit(radius, &radius->asked[i]);
}

static void on_closed(struct ipc_connection *connection, void *user)
{
	struct radius *radius = user;

	if (connection != radius->connection)
		return;
	radius->connection = NULL;
	end_all(radius, false);
}

static void on_answer(struct radius *radius, const struct message_radius_answer *answer)
{
	for (size_t i = 0; i < RADIUS_REQUESTS_MAX; i++) {
		struct asked *asked = &radius->asked[i];

		if (asked->busy && asked->sent && asked->request.id == answer->id) {
			struct message_radius_answer copy = *answer;

			copy.groups[sizeof(copy.groups) - 1] = 0;
			copy.text[sizeof(copy.text) - 1] = 0;
			copy.why[sizeof(copy.why) - 1] = 0;
			end(asked, &copy);
			return;
		}
	}
}

/* Who wants packets only is not shown their attributes, which are indented. */
static void show(struct session *session, const char *text)
{
	char *packets = NULL;
	size_t length;
	FILE *out;

	if (session->radius_snoop == RADIUS_SNOOP_ATTRIBUTES) {
		session_push(session, text);
		return;
	}
	out = open_memstream(&packets, &length);
	if (!out)
		return;
	for (const char *at = text; *at; at += strcspn(at, "\n"), at += *at == '\n')
		if (*at != ' ')
			fprintf(out, "%.*s\n", (int)strcspn(at, "\n"), at);
	fclose(out);
	session_push(session, packets);
	free(packets);
}

static void on_snooped(struct radius *radius, const struct ipc_message *message)
{
	char *text = strndup(message->body, message->length);

	for (struct session *session = text ? radius->engine->sessions : NULL; session;
	     session = session->next)
		if (session->radius_snoop && session->open)
			show(session, text);
	free(text);
}

static void on_message(struct ipc_connection *connection, const struct ipc_message *message, void *user)
{
	struct radius *radius = user;

	if (message->fd >= 0)
		close(message->fd);
	if (connection != radius->connection)
		return;
	if (message->type == MESSAGE_RADIUS_ANSWER && message->length == sizeof(struct message_radius_answer))
		on_answer(radius, message->body);
	else if (message->type == MESSAGE_RADIUS_SNOOPED)
		on_snooped(radius, message);
}

static const struct ipc_handlers handlers = {
    .connected = on_connected, .message = on_message, .closed = on_closed};

int radius_create(struct engine *engine, struct radius **out)
{
	struct radius *radius = calloc(1, sizeof(*radius));
	int error;

	if (!radius)
		return -ENOMEM;
	radius->engine = engine;
	error = ipc_server_create(engine->loop, PATH_RADIUS_SOCKET, 0600, &handlers, radius, &radius->server);
	if (error)
		free(radius);
	else
		*out = radius;
	return error;
}

void radius_destroy(struct radius *radius)
{
	if (!radius)
		return;
	radius->wanted = false;
	timer_stop(&radius->timer);
	if (radius->pid) {
		kill(radius->pid, SIGTERM);
		waitpid(radius->pid, NULL, 0);
	}
	for (size_t i = 0; i < RADIUS_REQUESTS_MAX; i++)
		radius->asked[i].busy = false;
	ipc_server_destroy(radius->server);
	OPENSSL_cleanse(radius, sizeof(*radius));
	free(radius);
}

void radius_configure(struct radius *radius, const struct configuration *configuration)
{
	const struct object_type *type = schema_type(configuration->schema, NULL, "RadiusServer");

	if (!radius)
		return;
	radius->wanted = object_first(configuration, type, NULL) != NULL;
	if (radius->wanted) {
		start(radius);
		return;
	}
	if (radius->pid)
		kill(radius->pid, SIGTERM);
	end_all(radius, true);
}

void radius_reap(struct radius *radius)
{
	int status;

	if (!radius || !radius->pid || waitpid(radius->pid, &status, WNOHANG) != radius->pid)
		return;
	radius->pid = 0;
	if (radius->wanted)
		qb_log(LOG_WARNING, "hadrian-radius ended; it is started again");
	retry_later(radius);
}

int radius_ask(struct radius *radius, const struct message_radius_request *request, radius_result done,
               void *user)
{
	for (size_t i = 0; i < RADIUS_REQUESTS_MAX; i++) {
		struct asked *asked = &radius->asked[i];

		if (asked->busy)
			continue;
		*asked = (struct asked){.busy = true, .done = done, .user = user, .request = *request};
		asked->request.id = ++radius->last_id;
		transmit(radius, asked);
		return 0;
	}
	return -EAGAIN;
}

void radius_forget(struct radius *radius, const void *user)
{
	for (size_t i = 0; radius && i < RADIUS_REQUESTS_MAX; i++) {
		struct asked *asked = &radius->asked[i];

		if (!asked->busy || asked->user != user)
			continue;
		if (asked->sent && radius->connection)
			ipc_send(radius->connection, MESSAGE_RADIUS_CANCEL, &asked->request.id,
			         sizeof(asked->request.id), -1);
		OPENSSL_cleanse(asked, sizeof(*asked));
	}
}

void radius_snoop_changed(struct radius *radius)
{
	uint32_t level = RADIUS_SNOOP_OFF;

	if (!radius)
		return;
	for (const struct session *session = radius->engine->sessions; session; session = session->next)
		level = session->radius_snoop > level ? session->radius_snoop : level;
	if (radius->connection && level != radius->snoop &&
	    !ipc_send(radius->connection, MESSAGE_RADIUS_SNOOP, &level, sizeof(level), -1))
		radius->snoop = level;
}
