/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/login/login.h"
#include "lib/ipc.h"
#include "lib/log.h"
#include "lib/messages/cli.h"
#include "lib/messages/login.h"
#include "lib/messages/type.h"
#include "lib/paths.h"
#include "mgmt/mgmtd/login/console_port.h"
#include "mgmt/mgmtd/login/login_attempt.h"
#include "mgmt/mgmtd/login/password_worker.h"
#include "mgmt/mgmtd/login/users.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <qb/qbutil.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FAILURE_DELAY_MS 500
#define RIGHTS           (CGI_RIGHT_ADMIN | CGI_RIGHT_AUDIT)

const char *login_remote(const struct session *session)
{
	return session->attempt ? session->attempt->request.remote : "";
}

bool login_is_logged(const struct session *session)
{
	const struct configuration *running = &session->engine->running;
	const struct object_type *type;
	const struct lyd_node *access = login_access(running, session->attempt->request.access, &type);

	return !access || strcmp(value_of(type, access, "LogEnabled"), "No") != 0;
}

void login_reply(struct session *session, const struct message_login_result *result)
{
	ipc_send(session->connection, MESSAGE_LOGIN_RESULT, result, sizeof(*result), -1);
}

static void reply(struct session *session, int error)
{
	struct message_login_result result = {.error = error, .may_write = !error && session->may_write};

	login_reply(session, &result);
}

static void on_delay(void *user)
{
	struct session *session = user;

	reply(session, -EACCES);
}

/* Counted from the request on, so that the time of the answer does not tell what was wrong with it. */
void login_refuse(struct session *session)
{
	struct login_attempt *attempt = session->attempt;
	uint64_t passed = qb_util_nano_current_get() - attempt->arrived_ns,
	         delay = FAILURE_DELAY_MS * QB_TIME_NS_IN_MSEC;

	OPENSSL_cleanse(attempt->password, sizeof(attempt->password));
	/* Not the name: somebody may have typed the password in its place. */
	if (login_is_logged(session))
		qb_log(LOG_NOTICE, "login over SSH (%s) from %s failed", attempt->request.access,
		       attempt->request.remote);
	(void)timer_start(&attempt->refusing, session->engine->loop, QB_LOOP_LOW,
	                  passed < delay ? delay - passed : 0, session, on_delay);
}

/* Right credentials without rights see the command line say so. */
static void deny(struct session *session, const char *source)
{
	struct login_attempt *attempt = session->attempt;

	auth_log(session, LOG_WARNING, "received_radius_access-reject_message", attempt->request.user, source,
	         NULL);
	attempt->denied = true;
	reply(session, 0);
}

/* A session does not outlive the password that opened it. */
static void keep_hash(struct session *session, const char *database)
{
	struct login_attempt *attempt = session->attempt;
	const char *hash = user_password(&session->engine->running, database, attempt->request.user);

	snprintf(attempt->session.hash, sizeof(attempt->session.hash), "%s", hash ? hash : "");
}

/* The connection becomes a session of the user who asked. */
void login_grant(struct session *session, const char *source, bool remote, const char *groups,
                 unsigned rights)
{
	struct login_attempt *attempt = session->attempt;
	const struct message_login *request = &attempt->request;

	OPENSSL_cleanse(attempt->password, sizeof(attempt->password));
	if (!(rights & RIGHTS) && remote) {
		deny(session, source);
		return;
	}
	if (!(rights & RIGHTS) || !login_session_allowed(session, request->user)) {
		login_refuse(session);
		return;
	}
	snprintf(session->user, sizeof(session->user), "%s", request->user);
	session->may_write = rights & CGI_RIGHT_ADMIN;
	session->open = true;
	attempt->session = (struct login_session){.remote = remote};
	if (!remote && request->method != LOGIN_KEY)
		keep_hash(session, source);
	snprintf(attempt->session.source, sizeof(attempt->session.source), "%s", source);
	snprintf(attempt->session.groups, sizeof(attempt->session.groups), "%s", groups);
	login_session_begin(session);
	auth_log(session, LOG_NOTICE, "user_logged_in", request->user, source, groups);
	reply(session, 0);
}

/* Whether a key is taken costs no time, and nothing is guessed with it: nobody has to wait for the answer. */
static void check_key(struct session *session)
{
	const struct configuration *running = &session->engine->running;
	const struct message_login *request = &session->attempt->request;
	const char *database = session->attempt->profile.database;
	char groups[256];
	unsigned rights = 0;

	if (user_has_key(running, database, request->user, request->key))
		rights = user_cgi_rights(running, database, request->user) & RIGHTS;
	if (rights && request->method == LOGIN_KEY)
		login_grant(session, database, false,
		            user_groups(running, database, request->user, groups, sizeof(groups)), rights);
	else
		reply(session, rights ? 0 : -EACCES);
}

static void check_password(struct session *session)
{
	struct logins *logins = session->engine->logins;
	struct login_attempt *attempt = session->attempt;
	const struct message_login *request = &attempt->request;
	bool answers = attempt->questioning && request->method == LOGIN_ANSWER;

	attempt->arrived_ns = qb_util_nano_current_get();
	attempt->questioning = false;
	if (!answers)
		attempt->rounds = attempt->state_length = 0;
	if (request->method == LOGIN_ANSWER && !answers) {
		login_refuse(session);
		return;
	}
	if (!login_limit_begin(&logins->limit, request->remote, attempt->arrived_ns)) {
		OPENSSL_cleanse(attempt->password, sizeof(attempt->password));
		reply(session, -EAGAIN);
		return;
	}
	if (lockout_holds(&logins->lockouts, attempt->profile.name, request->user, attempt->arrived_ns)) {
		login_limit_end(&logins->limit, request->remote, attempt->profile.brute_force_prevention,
		                attempt->arrived_ns);
		login_refuse(session);
		return;
	}
	login_ask(session, AUTH_BEGINS);
}

/* For the log: nothing of what a client sent may forge lines or fields there. */
static void make_printable(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
}

static void take(struct session *session, const struct message_login *message)
{
	struct login_attempt *attempt = session->attempt;
	struct message_login *request = &attempt->request;
	bool other_user = strncmp(request->user, message->user, sizeof(request->user) - 1) != 0;

	*request = *message;
	request->user[sizeof(request->user) - 1] = 0;
	request->access[sizeof(request->access) - 1] = 0;
	request->remote[sizeof(request->remote) - 1] = 0;
	request->key[sizeof(request->key) - 1] = 0;
	request->text[sizeof(request->text) - 1] = 0;
	make_printable(request->access);
	make_printable(request->remote);
	strcpy(attempt->password, request->text);
	OPENSSL_cleanse(request->text, sizeof(request->text));
	/* A question is answered to the profile, and as the user, that it came from. */
	if (!attempt->questioning || request->method != LOGIN_ANSWER || other_user) {
		attempt->questioning = false;
		if (!auth_profile_of_access(&session->engine->running, request->access, &attempt->profile))
			attempt->profile = (struct auth_profile){.brute_force_prevention = true};
	}
	if (request->method == LOGIN_KEY_OFFERED || request->method == LOGIN_KEY)
		check_key(session);
	else if (request->method == LOGIN_PASSWORD || request->method == LOGIN_ANSWER)
		check_password(session);
}

static void on_message(struct ipc_connection *connection, const struct ipc_message *message, void *user)
{
	struct session *session = user;
	const struct login_attempt *attempt = session->attempt;

	if (message->type != MESSAGE_LOGIN) {
		session_message(connection, message, user);
		return;
	}
	if (message->fd >= 0)
		close(message->fd);
	if (!session->open && !session->leaving && !attempt->checking && !attempt->asking &&
	    !timer_runs(&attempt->refusing) && !attempt->denied &&
	    message->length == sizeof(struct message_login))
		take(session, message->body);
}

bool login_denied(struct session *session)
{
	struct message_cli_done done = {.error = -EACCES, .end = 1};

	if (!session->attempt->denied)
		return false;
	ipc_send(session->connection, MESSAGE_CLI_OUTPUT, "Access denied.\n", strlen("Access denied.\n"), -1);
	ipc_send(session->connection, MESSAGE_CLI_DONE, &done, sizeof(done), -1);
	return true;
}

static void on_connected(struct ipc_connection *connection, void *user)
{
	struct login_attempt *attempt = calloc(1, sizeof(*attempt));
	struct session *session;

	if (!attempt) {
		ipc_close(connection);
		return;
	}
	session = session_create(user, connection);
	if (session)
		session->attempt = attempt;
	else
		free(attempt);
}

void login_forget(struct session *session)
{
	struct login_attempt *attempt = session->attempt;

	if (!attempt)
		return;
	timer_stop(&attempt->refusing);
	login_sources_forget(session);
	login_session_end(session);
	OPENSSL_cleanse(attempt, sizeof(*attempt));
	free(attempt);
	session->attempt = NULL;
}

static const struct ipc_handlers handlers = {
    .connected = on_connected, .message = on_message, .closed = session_closed, .writable = session_writable};

int logins_listen(struct engine *engine, struct logins **out)
{
	struct logins *logins = calloc(1, sizeof(*logins));
	int error;

	if (!logins)
		return -ENOMEM;
	logins->engine = engine;
	error = password_worker_create(engine->loop, &logins->passwords);
	if (!error)
		error = ipc_server_create(engine->loop, PATH_LOGIN_SOCKET, 0600, &handlers, engine,
		                          &logins->server);
	if (error) {
		logins_destroy(logins);
		return error;
	}
	*out = logins;
	return 0;
}

void logins_destroy(struct logins *logins)
{
	if (!logins)
		return;
	ipc_server_destroy(logins->server);
	password_worker_destroy(logins->passwords);
	free(logins);
}
