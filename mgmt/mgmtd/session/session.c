/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/session/session.h"
#include "lib/messages/cli.h"
#include "lib/messages/console.h"
#include "lib/messages/type.h"
#include "lib/paths.h"
#include "mgmt/mgmtd/backup/storage.h"
#include "mgmt/mgmtd/blacklist/blacklist.h"
#include "mgmt/mgmtd/capture/capture.h"
#include "mgmt/mgmtd/capture/show.h"
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/command/rule_usage.h"
#include "mgmt/mgmtd/complete/complete.h"
#include "mgmt/mgmtd/configuration/edit.h"
#include "mgmt/mgmtd/diagnostics/flow_list.h"
#include "mgmt/mgmtd/diagnostics/ping.h"
#include "mgmt/mgmtd/diagnostics/snoop.h"
#include "mgmt/mgmtd/discovery/snoop.h"
#include "mgmt/mgmtd/engine/cluster_link.h"
#include "mgmt/mgmtd/engine/datapath_link.h"
#include "mgmt/mgmtd/files/files.h"
#include "mgmt/mgmtd/login/console_port.h"
#include "mgmt/mgmtd/login/login.h"
#include "mgmt/mgmtd/login/radius.h"
#include "mgmt/mgmtd/login/users.h"
#include "mgmt/mgmtd/script/script_run.h"
#include "mgmt/mgmtd/statistics/statistics_poll.h"
#include "mgmt/mgmtd/time/clock.h"
#include "mgmt/mgmtd/upgrade/upgrade.h"

#include <errno.h>
#include <qb/qbutil.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define OUTPUT_CHUNK    60000
#define COMMAND_SECONDS 20

struct lyd_node *session_context(struct session *session)
{
	struct lyd_node *context = NULL;

	if (!session->context_type)
		return NULL;
	/* One that there is once has no end. */
	if (session->context_type->singleton)
		object_create(&session->engine->candidate, session->context_type, NULL, NULL, &context);
	else
		context =
		    object_at_path(&session->engine->candidate, session->context_type, session->context_path);
	if (!context)
		session->context_type = NULL;
	return context;
}

/* "RoutingTable/main", "ThresholdRules/ThresholdRule/1(my_rule)" (C24-019). */
static void context_text(const struct object_type *type, const struct lyd_node *object, char *text,
                         size_t size)
{
	const char *name = value_of(type, object, "Name");
	size_t length = 0;

	if (type->parent) {
		context_text(type->parent, lyd_parent(object), text, size);
		length = strlen(text);
	}
	length += (size_t)snprintf(text + length, size - length, "%s%s", length ? "/" : "", type->name);
	if (length >= size || type->singleton)
		return;
	if (!type->key->hidden)
		snprintf(text + length, size - length, "/%s", name);
	else
		snprintf(text + length, size - length, "/%u%s%s%s", object_index(object), *name ? "(" : "",
		         name, *name ? ")" : "");
}

void session_prompt(struct session *session, char *prompt, size_t size)
{
	const struct object_type *system = schema_type(session->engine->schema, NULL, "System");
	const char *name =
	    value_of(system, object_find(&session->engine->running, system, NULL, NULL), "Name");
	const struct lyd_node *context;
	char place[256] = "";

	context = session_context(session);
	if (session->context_type)
		context_text(session->context_type, context, place, sizeof(place));
	snprintf(prompt, size, "%.40s:/%s> ", name, place);
}

void session_author(const struct session *session, char text[COMMIT_AUTHOR_MAX])
{
	const char *remote = session->attempt ? login_remote(session) : "";

	snprintf(text, COMMIT_AUTHOR_MAX, "%s%s%s", session->user, *remote ? " from " : "", remote);
}

/* Sends what the queue takes; the rest follows when it is writable. */
static void send_output(struct session *session)
{
	struct message_cli_done done = {.error = session->error, .end = session->leaving};

	while (session->sent < session->length) {
		size_t length = session->length - session->sent;

		if (length > OUTPUT_CHUNK)
			length = OUTPUT_CHUNK;
		if (ipc_send(session->connection, MESSAGE_CLI_OUTPUT, session->text + session->sent, length,
		             -1))
			return;
		session->sent += length;
	}
	done.answer = !session->answer ? ANSWER_NONE : session->answer_hidden ? ANSWER_HIDDEN : ANSWER_SHOWN;
	done.secret = session->secret;
	if (done.answer)
		snprintf(done.prompt, sizeof(done.prompt), "%s ", session->question);
	else
		session_prompt(session, done.prompt, sizeof(done.prompt));
	if (ipc_send(session->connection, MESSAGE_CLI_DONE, &done, sizeof(done), -1))
		return;
	session->waiting = false;
	free(session->text);
	session->text = NULL;
}

static void on_timeout(void *user);

static void start_timer(struct session *session)
{
	(void)timer_start(&session->timer, session->engine->loop, QB_LOOP_LOW,
	                  COMMAND_SECONDS * QB_TIME_NS_IN_SEC, session, on_timeout);
}

/* Nobody's answer is waited for any more. */
static void stop_waiting(struct session *session)
{
	datapath_link_forget(session->engine->datapath, session);
	cluster_link_forget(session->engine->cluster, session);
	engine_forget(session->engine, session);
	upgrade_forget(session->engine->upgrade, session);
	storage_forget(session->engine->storage, session);
	login_confirm_forget(session);
	statistics_forget(session, false);
	edit_forget(session);
	clock_forget(session->engine->clock, session);
	captures_forget(session->engine->captures, session, false);
	capture_show_forget(session);
	flow_list_forget(session);
	ping_forget(session);
	snoop_forget(session, false);
	neighbours_forget(session);
	blacklist_forget(session);
	rule_usage_forget(session);
}

static void on_timeout(void *user)
{
	struct session *session = user;

	stop_waiting(session);
	fputs("No answer.\n", session->out);
	session_end(session, -ETIMEDOUT);
	if (session->script)
		start_timer(session); /* it goes on after errors */
}

void session_end(struct session *session, int error)
{
	if (!session->out)
		return;
	if (session->script) {
		error = script_command_ended(session, error);
		if (error == SESSION_WAITS) {
			session_rearm(session);
			return;
		}
	}
	timer_stop(&session->timer);
	fclose(session->out);
	session->out = NULL;
	session->error = error;
	session->sent = 0;
	if (session->connection)
		send_output(session);
}

void session_rearm(struct session *session)
{
	/* Without a timer the command has not said yet that it waits. */
	if (timer_runs(&session->timer))
		start_timer(session);
}

int session_ask(struct session *session, const char *question, session_answer answer)
{
	if (session->script) {
		fputs(
		    "The command asks before it acts, and in a script nobody answers: type it with -force.\n",
		    session->out);
		return -EINVAL;
	}
	snprintf(session->question, sizeof(session->question), "%s", question);
	session->answer = answer;
	session->answer_hidden = false;
	return 0;
}

int session_ask_hidden(struct session *session, const char *question, session_answer answer)
{
	int error;

	if (session->script) {
		fputs("The command asks for a password, which a script cannot give.\n", session->out);
		return -EINVAL;
	}
	error = session_ask(session, question, answer);
	session->answer_hidden = !error;
	return error;
}

bool answer_is_yes(const char *answer)
{
	return !strcasecmp(answer, "yes");
}

int session_run(struct session *session, const char *text)
{
	session_answer answer = session->answer;
	struct line *line, *outer;
	char reason[128];
	int error;

	session->answer = NULL;
	if (answer)
		return answer(session, text);
	line = malloc(sizeof(*line));
	if (session->notice[0])
		fprintf(session->out, "%s\n", session->notice);
	session->notice[0] = 0;
	if (!line)
		return -ENOMEM;
	session->verbose = false;
	session->rows = 0;
	session->argument[0] = 0;
	outer = session->line;
	session->line = line;
	error = line_parse(text, line, reason);
	if (error)
		fprintf(session->out, "%s.\n", reason);
	else if (line->count)
		error = command_dispatch(session, line);
	/* A command that keeps its line has taken it out of the session. */
	if (session->line == line) {
		line_free(line);
		free(line);
	}
	session->line = outer;
	return error;
}

static void destroy(struct session *session)
{
	struct engine *engine = session->engine;
	struct session **at;

	for (at = &engine->sessions; *at && *at != session; at = &(*at)->next)
		;
	if (*at)
		*at = session->next;
	stop_waiting(session);
	statistics_forget(session, true);
	captures_forget(engine->captures, session, true);
	snoop_forget(session, true);
	radius_snoop_changed(engine->radius);
	discovery_snoop_changed(engine);
	login_forget(session);
	files_forget(session);
	script_stop(session);
	timer_stop(&session->timer);
	if (session->out)
		fclose(session->out);
	free(session->text);
	free(session);
}

static void run_command(struct session *session, const struct ipc_message *message)
{
	char *text;
	int error;

	if (session->waiting || session->out)
		return; /* one at a time: the client has not waited for the end of the last one */
	login_used(session);
	session->out = open_memstream(&session->text, &session->length);
	text = strndup(message->body, message->length);
	if (!session->out || !text) {
		free(text);
		ipc_close(session->connection);
		destroy(session);
		return;
	}
	session->waiting = true;
	session->secret = schema_names_secret(session->engine->schema, text);
	error = session_run(session, text);
	explicit_bzero(text, strlen(text));
	free(text);
	if (error != SESSION_WAITS)
		session_end(session, error);
	else if (session->out)
		start_timer(session);
}

/* Ctrl-C: what is waited for is given up, what is not sent yet is dropped. */
static void break_command(struct session *session)
{
	/* At the prompt it ends what is watched between commands. */
	if (!session->waiting) {
		snoop_break(session);
		return;
	}
	if (!session->out) {
		session->sent = session->length;
		send_output(session);
		return;
	}
	stop_waiting(session);
	if (!session->script || !script_break(session))
		session_end(session, -ECANCELED);
}

/* Who it is was settled by the login. */
static void open_login_session(struct session *session)
{
	struct message_cli_done done = {.error = session->open ? 0 : -EACCES};

	if (login_denied(session))
		return;
	session->prompted = session->open;
	session_prompt(session, done.prompt, sizeof(done.prompt));
	ipc_send(session->connection, MESSAGE_CLI_DONE, &done, sizeof(done), -1);
}

/* The socket is root's: an empty name is the console, any other has been authenticated by who asks. */
static void open_session(struct session *session, const struct ipc_message *message)
{
	struct message_cli_done done = {0};

	engine_find_devices(session->engine);
	snprintf(session->user, sizeof(session->user), "%.*s", (int)message->length,
	         message->length ? (const char *)message->body : "");
	session->may_write = true;
	session->open = true;
	if (!session->user[0]) {
		strcpy(session->user, SESSION_CONSOLE);
	} else if (!user_exists(&session->engine->running, session->user)) {
		done.error = -EACCES;
		session->open = false;
	} else {
		session->may_write =
		    user_in_group(&session->engine->running, session->user, "Administrators");
	}
	session->prompted = session->open;
	session_prompt(session, done.prompt, sizeof(done.prompt));
	ipc_send(session->connection, MESSAGE_CLI_DONE, &done, sizeof(done), -1);
}

static void tell_console(const struct session *session, const struct ipc_message *message)
{
	struct message_console console;
	char name[64];

	snprintf(name, sizeof(name), "%.*s", (int)message->length, (const char *)message->body);
	console = console_port(&session->engine->running, name);
	ipc_send(session->connection, MESSAGE_CONSOLE, &console, sizeof(console), -1);
}

struct session *session_create(struct engine *engine, struct ipc_connection *connection)
{
	struct session *session = calloc(1, sizeof(*session));

	if (!session) {
		ipc_close(connection);
		return NULL;
	}
	session->engine = engine;
	session->connection = connection;
	session->next = engine->sessions;
	engine->sessions = session;
	ipc_set_user(connection, session);
	return session;
}

static void on_connected(struct ipc_connection *connection, void *user)
{
	session_create(user, connection);
}

void session_message(struct ipc_connection *connection, const struct ipc_message *message, void *user)
{
	struct session *session = user;

	(void)connection;
	if (message->fd >= 0)
		close(message->fd);
	if (message->type == MESSAGE_CONSOLE && !session->attempt)
		tell_console(session, message);
	else if (message->type == MESSAGE_CLI_OPEN && session->attempt)
		open_login_session(session);
	else if (message->type == MESSAGE_CLI_OPEN)
		open_session(session, message);
	else if (message->type == MESSAGE_CLI_COMMAND && session->open)
		run_command(session, message);
	else if (message->type == MESSAGE_FILE && session->open && session->attempt)
		files_message(session, message);
	else if (message->type == MESSAGE_CLI_COMPLETE && session->open)
		complete_answer(session, message);
	else if (message->type == MESSAGE_CLI_BREAK && session->open)
		break_command(session);
}

void session_writable(struct ipc_connection *connection, void *user)
{
	struct session *session = user;

	(void)connection;
	if (session->waiting && !session->out)
		send_output(session);
}

void session_closed(struct ipc_connection *connection, void *user)
{
	(void)connection;
	destroy(user);
}

static const struct ipc_handlers handlers = {.connected = on_connected,
                                             .message = session_message,
                                             .closed = session_closed,
                                             .writable = session_writable};

int sessions_listen(struct engine *engine, struct ipc_server **out)
{
	return ipc_server_create(engine->loop, PATH_MGMTD_SOCKET, 0600, &handlers, engine, out);
}
