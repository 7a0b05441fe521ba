/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/https/cgi.h"
#include "lib/ipc.h"
#include "lib/log.h"
#include "lib/messages/cgi.h"
#include "lib/messages/type.h"
#include "lib/paths.h"
#include "lib/timer.h"
#include "mgmt/mgmtd/https/https_render.h"
#include "mgmt/mgmtd/login/login_limit.h"
#include "mgmt/mgmtd/login/password_worker.h"
#include "mgmt/mgmtd/login/users.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <pwd.h>
#include <qb/qbutil.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BODY_MAX         8192
#define FAILURE_DELAY_MS 500

struct cgi {
	struct engine *engine;
	struct ipc_server *server;
	struct password_worker *passwords;
	struct login_limit limit;
};

/* A connection. One request at a time: while its password is checked or its "no" waits, others are left. */
struct client {
	struct cgi *cgi;
	struct ipc_connection *connection;
	struct timer refusing; /* its "no" waits */
	bool checking;
	uint64_t arrived_ns;
	struct message_cgi_request request; /* without the password */
};

static void reply(struct ipc_connection *connection, uint32_t status, const char *body)
{
	struct {
		struct message_cgi_reply head;
		char body[BODY_MAX];
	} message = {.head = {.status = status, .length = (uint32_t)strnlen(body, BODY_MAX)}};

	memcpy(message.body, body, message.head.length);
	ipc_send(connection, MESSAGE_CGI_REPLY, &message, sizeof(message.head) + message.head.length, -1);
}

static void on_delay(void *user)
{
	struct client *client = user;

	reply(client->connection, 401, "");
}

/* Counted from the request on, so that the time of the answer does not tell what was wrong with it. */
static void refuse_later(struct client *client)
{
	uint64_t passed = qb_util_nano_current_get() - client->arrived_ns,
	         delay = FAILURE_DELAY_MS * QB_TIME_NS_IN_MSEC;

	(void)timer_start(&client->refusing, client->cgi->engine->loop, QB_LOOP_LOW,
	                  passed < delay ? delay - passed : 0, client, on_delay);
}

/* The users of the database that the first enabled RemoteMgmtHTTP names. */
static const char *database(const struct configuration *configuration)
{
	const struct object_type *type = schema_type(configuration->schema, NULL, "RemoteMgmtHTTP");

	for (const struct lyd_node *access = object_first(configuration, type, NULL); access;
	     access = object_next(access)) {
		const char *name = value_of(type, access, "LocalUserDB");

		if (!object_disabled(type, access) && *name)
			return name;
	}
	return USERS_DATABASE;
}

static void answer(struct client *client)
{
	const struct configuration *running = &client->cgi->engine->running;
	const struct message_cgi_request *request = &client->request;
	char body[BODY_MAX];
	uint32_t status = cgi_answer(
	    request->query, user_cgi_rights(running, database(running), request->user), body, sizeof(body));

	if (status == 401) {
		qb_log(LOG_NOTICE, "user %s has no right to what %s asked of %s", request->user,
		       request->remote, request->script);
		refuse_later(client);
		return;
	}
	reply(client->connection, status, body);
}

static void on_password(void *user, bool matches)
{
	struct client *client = user;

	client->checking = false;
	login_limit_end(&client->cgi->limit, client->request.remote, !matches, qb_util_nano_current_get());
	if (matches) {
		answer(client);
		return;
	}
	/* Not the name: somebody may have typed the password in its place. */
	qb_log(LOG_NOTICE, "login of a user over HTTPS from %s failed", client->request.remote);
	refuse_later(client);
}

static void handle(struct client *client, const char *password)
{
	struct cgi *cgi = client->cgi;
	const struct configuration *running = &cgi->engine->running;
	const struct message_cgi_request *request = &client->request;
	int error;

	client->arrived_ns = qb_util_nano_current_get();
	if (!login_limit_begin(&cgi->limit, request->remote, client->arrived_ns)) {
		reply(client->connection, 503,
		      "Too many logins from this address failed or wait; try again in half a minute.\n");
		return;
	}
	error = password_worker_check(cgi->passwords, password,
	                              user_password(running, database(running), request->user), on_password,
	                              client);
	client->checking = !error;
	if (error) {
		login_limit_end(&cgi->limit, request->remote, false, client->arrived_ns);
		reply(client->connection, 503, "Too many logins wait; try again in a second.\n");
	}
}

static void on_connected(struct ipc_connection *connection, void *user)
{
	struct client *client = calloc(1, sizeof(*client));

	if (!client) {
		ipc_close(connection);
		return;
	}
	client->cgi = user;
	client->connection = connection;
	ipc_set_user(connection, client);
}

/* For the log: nothing of what a client sent may forge lines there. */
static void make_printable(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
}

static void on_message(struct ipc_connection *connection, const struct ipc_message *message, void *user)
{
	struct client *client = user;
	struct message_cgi_request *request = &client->request;
	char password[sizeof(request->password)];

	if (message->fd >= 0)
		close(message->fd);
	if (client->checking || timer_runs(&client->refusing))
		return;
	if (message->type != MESSAGE_CGI_REQUEST || message->length != sizeof(*request)) {
		reply(connection, 400, "");
		return;
	}
	memcpy(request, message->body, sizeof(*request));
	request->user[sizeof(request->user) - 1] = 0;
	request->password[sizeof(request->password) - 1] = 0;
	request->script[sizeof(request->script) - 1] = 0;
	request->query[sizeof(request->query) - 1] = 0;
	request->remote[sizeof(request->remote) - 1] = 0;
	make_printable(request->remote);
	make_printable(request->script);
	strcpy(password, request->password);
	OPENSSL_cleanse(request->password, sizeof(request->password));
	handle(client, password);
	OPENSSL_cleanse(password, sizeof(password));
}

static void on_closed(struct ipc_connection *connection, void *user)
{
	struct client *client = user;
	struct cgi *cgi = client->cgi;

	(void)connection;
	timer_stop(&client->refusing);
	/* Who does not wait for the answer has used up a check all the same. */
	if (client->checking) {
		password_worker_forget(cgi->passwords, client);
		login_limit_end(&cgi->limit, client->request.remote, true, qb_util_nano_current_get());
	}
	free(client);
}

static const struct ipc_handlers handlers = {
    .connected = on_connected, .message = on_message, .closed = on_closed};

/* The directory and the socket are the web server's group's to enter, nobody else's. */
static int give_to_web_server(const char *path, mode_t mode)
{
	const struct passwd *user = getpwnam(HTTPS_USER);

	if (!user)
		return -ENOENT;
	return chown(path, 0, user->pw_gid) || chmod(path, mode) ? -errno : 0;
}

int cgi_listen(struct engine *engine, struct cgi **out)
{
	struct cgi *cgi = calloc(1, sizeof(*cgi));
	int error = 0;

	if (!cgi)
		return -ENOMEM;
	cgi->engine = engine;
	error = password_worker_create(engine->loop, &cgi->passwords);
	if (!error && mkdir(PATH_RUN_DIRECTORY "/www", 0750) && errno != EEXIST)
		error = -errno;
	if (!error)
		error = give_to_web_server(PATH_RUN_DIRECTORY "/www", 0750);
	if (!error)
		error = ipc_server_create(engine->loop, PATH_CGI_SOCKET, 0660, &handlers, cgi, &cgi->server);
	if (!error)
		error = give_to_web_server(PATH_CGI_SOCKET, 0660);
	if (error) {
		cgi_destroy(cgi);
		return error;
	}
	*out = cgi;
	return 0;
}

void cgi_destroy(struct cgi *cgi)
{
	if (!cgi)
		return;
	ipc_server_destroy(cgi->server);
	password_worker_destroy(cgi->passwords);
	free(cgi);
}
