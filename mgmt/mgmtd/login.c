/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/login.h"
#include "lib/ipc.h"
#include "lib/log.h"
#include "lib/messages.h"
#include "lib/paths.h"
#include "mgmt/mgmtd/console_port.h"
#include "mgmt/mgmtd/login_limit.h"
#include "mgmt/mgmtd/password_worker.h"
#include "mgmt/mgmtd/session.h"
#include "mgmt/mgmtd/users.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <qb/qbutil.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FAILURE_DELAY_MS 500
#define PROFILE          "MgmtAuthProfile"

struct logins {
	struct engine *engine;
	struct ipc_server *server;
	struct password_worker *passwords;
	struct login_limit limit;
};

/* One at a time: while a password is checked or a "no" waits, others are left. */
struct login_attempt {
	qb_loop_timer_handle timer;
	bool checking, refusing;
	uint64_t arrived_ns;
	struct message_login request; /* without the password */
};

const char *login_remote(const struct session *session)
{
	return session->attempt ? session->attempt->request.remote : "";
}

const char *login_database(const struct configuration *configuration, const char *access_name)
{
	const struct object_type *profiles =
	    schema_type(configuration->schema, NULL, "AuthenticationProfile");
	const struct object_type *type;
	const struct lyd_node *access = login_access(configuration, access_name, &type), *profile;
	const char *name;

	if (!access)
		return NULL;
	name = value_of(type, access, "AuthProfile");
	name = *name ? name : PROFILE;
	profile = object_find(configuration, profiles, NULL, name);
	if (!profile) /* configurations that were stored before there were profiles have no predefined one */
		return strcmp(name, PROFILE) ? NULL : USERS_DATABASE;
	name = value_of(profiles, profile, "LocalUserDB");
	return *name ? name : USERS_DATABASE;
}

static bool is_logged(const struct session *session)
{
	const struct configuration *running = &session->engine->running;
	const struct object_type *type;
	const struct lyd_node *access = login_access(running, session->attempt->request.access, &type);

	return !access || strcmp(value_of(type, access, "LogEnabled"), "No") != 0;
}

static void reply(struct session *session, int error)
{
	struct message_login_result result = {.error = error, .may_write = !error && session->may_write};

	ipc_send(session->connection, MESSAGE_LOGIN_RESULT, &result, sizeof(result), -1);
}

static void on_delay(void *user)
{
	struct session *session = user;

	session->attempt->refusing = false;
	reply(session, -EACCES);
}

/* Counted from the request on, so that the time of the answer does not tell what was wrong with it. */
static void refuse_later(struct session *session)
{
	struct login_attempt *attempt = session->attempt;
	uint64_t passed = qb_util_nano_current_get() - attempt->arrived_ns,
	         delay = FAILURE_DELAY_MS * QB_TIME_NS_IN_MSEC;

	/* Not the name: somebody may have typed the password in its place. */
	if (is_logged(session))
		qb_log(LOG_NOTICE, "login over SSH (%s) from %s failed", attempt->request.access,
		       attempt->request.remote);
	attempt->refusing = true;
	qb_loop_timer_add(session->engine->loop, QB_LOOP_LOW, passed < delay ? delay - passed : 0, session,
	                  on_delay, &attempt->timer);
}

/* The connection becomes a session of the user who asked. */
static void grant(struct session *session, unsigned rights)
{
	const struct message_login *request = &session->attempt->request;

	snprintf(session->user, sizeof(session->user), "%s", request->user);
	session->may_write = rights & CGI_RIGHT_ADMIN;
	session->open = true;
	if (is_logged(session))
		qb_log(LOG_NOTICE, "user %s logged in over SSH (%s) from %s%s", request->user,
		       request->access, request->remote, request->method == LOGIN_KEY ? " with a key" : "");
	reply(session, 0);
}

/* Whether a key is taken costs no time, and nothing is guessed with it: nobody has to wait for the answer. */
static void check_key(struct session *session)
{
	const struct configuration *running = &session->engine->running;
	const struct message_login *request = &session->attempt->request;
	const char *database = login_database(running, request->access);
	unsigned rights = 0;

	if (database && user_has_key(running, database, request->user, request->key))
		rights =
		    user_cgi_rights(running, database, request->user) & (CGI_RIGHT_ADMIN | CGI_RIGHT_AUDIT);
	if (rights && request->method == LOGIN_KEY)
		grant(session, rights);
	else
		reply(session, rights ? 0 : -EACCES);
}

static void on_password(void *user, bool matches)
{
	struct session *session = user;
	struct login_attempt *attempt = session->attempt;
	const struct message_login *request = &attempt->request;
	const struct configuration *running = &session->engine->running;
	const char *database = login_database(running, request->access);
	unsigned rights = database ? user_cgi_rights(running, database, request->user) : 0;

	attempt->checking = false;
	login_limit_end(&session->engine->logins->limit, request->remote, !matches,
	                qb_util_nano_current_get());
	if (!matches || !(rights & (CGI_RIGHT_ADMIN | CGI_RIGHT_AUDIT))) {
		refuse_later(session);
		return;
	}
	grant(session, rights);
}

static void check(struct session *session, const char *password)
{
	struct logins *logins = session->engine->logins;
	struct login_attempt *attempt = session->attempt;
	const struct message_login *request = &attempt->request;
	const char *database = login_database(&session->engine->running, request->access);
	int error;

	attempt->arrived_ns = qb_util_nano_current_get();
	if (!login_limit_begin(&logins->limit, request->remote, attempt->arrived_ns)) {
		reply(session, -EAGAIN);
		return;
	}
	error = password_worker_check(
	    logins->passwords, password,
	    database ? user_password(&session->engine->running, database, request->user) : NULL, on_password,
	    session);
	attempt->checking = !error;
	if (error) {
		login_limit_end(&logins->limit, request->remote, false, attempt->arrived_ns);
		reply(session, -EAGAIN);
	}
}

/* For the log: nothing of what a client sent may forge lines there. */
static void make_printable(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
}

static void take(struct session *session, const struct message_login *message)
{
	struct message_login *request = &session->attempt->request;
	char password[sizeof(request->text)];

	*request = *message;
	request->user[sizeof(request->user) - 1] = 0;
	request->access[sizeof(request->access) - 1] = 0;
	request->remote[sizeof(request->remote) - 1] = 0;
	request->key[sizeof(request->key) - 1] = 0;
	make_printable(request->access);
	make_printable(request->remote);
	memcpy(password, request->text, sizeof(password));
	password[sizeof(password) - 1] = 0;
	OPENSSL_cleanse(request->text, sizeof(request->text));
	if (request->method == LOGIN_PASSWORD)
		check(session, password);
	else if (request->method == LOGIN_KEY_OFFERED || request->method == LOGIN_KEY)
		check_key(session);
	OPENSSL_cleanse(password, sizeof(password));
}

static void on_message(struct ipc_connection *connection, const struct ipc_message *message, void *user)
{
	struct session *session = user;

	if (message->type != MESSAGE_LOGIN) {
		session_message(connection, message, user);
		return;
	}
	if (message->fd >= 0)
		close(message->fd);
	if (!session->open && !session->attempt->checking && !session->attempt->refusing &&
	    message->length == sizeof(struct message_login))
		take(session, message->body);
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
	struct logins *logins = session->engine->logins;

	if (!attempt)
		return;
	if (attempt->refusing)
		qb_loop_timer_del(session->engine->loop, attempt->timer);
	/* Who does not wait for the answer has used up a check all the same. */
	if (attempt->checking) {
		password_worker_forget(logins->passwords, session);
		login_limit_end(&logins->limit, attempt->request.remote, true, qb_util_nano_current_get());
	}
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
