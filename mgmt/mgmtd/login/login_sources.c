/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/log.h"
#include "lib/messages/login.h"
#include "lib/messages/radius.h"
#include "mgmt/mgmtd/login/login_attempt.h"
#include "mgmt/mgmtd/login/password_worker.h"
#include "mgmt/mgmtd/login/radius.h"
#include "mgmt/mgmtd/login/users.h"
#include "mgmt/radius/packet.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <qb/qbutil.h>
#include <string.h>

/* The check that login_limit_begin counted is over. */
static void end_check(struct session *session, bool failed)
{
	const struct login_attempt *attempt = session->attempt;

	login_limit_end(&session->engine->logins->limit, attempt->request.remote,
	                failed && attempt->profile.brute_force_prevention, qb_util_nano_current_get());
}

static void succeed(struct session *session, const char *source, bool remote, const char *groups,
                    unsigned rights)
{
	struct login_attempt *attempt = session->attempt;

	end_check(session, false);
	lockout_forget(&session->engine->logins->lockouts, attempt->profile.name, attempt->request.user);
	login_grant(session, source, remote, groups, rights);
}

static void fail(struct session *session, bool guessed)
{
	struct login_attempt *attempt = session->attempt;
	const struct auth_profile *profile = &attempt->profile;

	end_check(session, true);
	if (guessed &&
	    lockout_failed(&session->engine->logins->lockouts, profile->name, attempt->request.user,
	                   profile->attempts_max, profile->lockout_seconds, qb_util_nano_current_get()))
		auth_log(session, LOG_WARNING, "user_locked_out", NULL, profile->database, NULL);
	login_refuse(session);
}

static void on_password(void *user, bool matches)
{
	struct session *session = user;
	struct login_attempt *attempt = session->attempt;

	attempt->checking = false;
	login_ask(session, matches ? AUTH_LOCAL_MATCHES : AUTH_LOCAL_DIFFERS);
}

static void ask_local(struct session *session)
{
	struct login_attempt *attempt = session->attempt;
	const char *database = attempt->profile.database;
	struct message_login_result busy = {.error = -EAGAIN};
	int error = password_worker_check(
	    session->engine->logins->passwords, attempt->password,
	    *database ? user_password(&session->engine->running, database, attempt->request.user) : NULL,
	    on_password, session);

	OPENSSL_cleanse(attempt->password, sizeof(attempt->password));
	attempt->checking = !error;
	if (error) {
		end_check(session, false);
		login_reply(session, &busy);
	}
}

static void ask_user(struct session *session, const struct message_radius_answer *answer)
{
	struct login_attempt *attempt = session->attempt;
	struct message_login_result result = {.error = -EINPROGRESS, .echo = answer->echo};

	end_check(session, false);
	OPENSSL_cleanse(attempt->password, sizeof(attempt->password));
	/* It is that server that goes on asking. */
	memmove(attempt->asked[0], attempt->asked[answer->server], sizeof(attempt->asked[0]));
	memcpy(attempt->state, answer->state, sizeof(attempt->state));
	attempt->state_length = answer->state_length;
	attempt->questioning = true;
	attempt->rounds++;
	snprintf(result.question, sizeof(result.question), "%s", *answer->text ? answer->text : "Response: ");
	login_reply(session, &result);
}

static unsigned rights_of_groups(const char *groups)
{
	unsigned rights = 0;
	size_t length;

	for (; *groups; groups += length + (groups[length] == ',')) {
		length = strcspn(groups, ",");
		if (length == strlen("Administrators") && !strncmp(groups, "Administrators", length))
			rights |= CGI_RIGHT_ADMIN;
		if (length == strlen("Auditors") && !strncmp(groups, "Auditors", length))
			rights |= CGI_RIGHT_AUDIT;
	}
	return rights;
}

static void on_answer(void *user, const struct message_radius_answer *answer)
{
	struct session *session = user;
	struct login_attempt *attempt = session->attempt;
	const char *server = attempt->asked[answer->server < RADIUS_SERVERS_MAX ? answer->server : 0];

	attempt->asking = false;
	if (answer->code == RADIUS_ACCESS_ACCEPT) {
		succeed(session, server, true, answer->groups, rights_of_groups(answer->groups));
	} else if (answer->code == RADIUS_ACCESS_CHALLENGE && answer->state_length <= sizeof(answer->state) &&
	           answer->server < RADIUS_SERVERS_MAX && attempt->rounds < LOGIN_ROUNDS_MAX) {
		ask_user(session, answer);
	} else if (answer->code) {
		auth_log(session, LOG_WARNING, "received_radius_access-reject_message", NULL, server, NULL);
		login_ask(session, AUTH_RADIUS_REJECTS);
	} else {
		auth_log_silent(session, attempt->asked[0], answer->why);
		login_ask(session, attempt->rounds ? AUTH_RADIUS_FORGETS : AUTH_RADIUS_SILENT);
	}
}

/* Which server of the profile is the first to be asked this time. */
static unsigned rotate(struct logins *logins, const struct auth_profile *profile)
{
	unsigned i = 0;

	if (profile->balance != AUTH_BALANCE_ROUND_ROBIN || !profile->server_count)
		return 0;
	while (i < logins->rotations && strcmp(logins->rotation[i].profile, profile->name) != 0)
		i++;
	if (i == LOGIN_ROTATIONS_MAX)
		i = 0;
	if (i == logins->rotations)
		logins->rotations++;
	if (strcmp(logins->rotation[i].profile, profile->name) != 0) {
		snprintf(logins->rotation[i].profile, sizeof(logins->rotation[i].profile), "%s",
		         profile->name);
		logins->rotation[i].next = 0;
	}
	return logins->rotation[i].next++ % profile->server_count;
}

/* Names of the servers to ask, in their order: after a question it is the one that asked. */
static unsigned choose_servers(struct session *session)
{
	struct login_attempt *attempt = session->attempt;
	const struct auth_profile *profile = &attempt->profile;
	unsigned first;

	if (attempt->rounds)
		return 1;
	first = rotate(session->engine->logins, profile);
	for (unsigned i = 0; i < profile->server_count; i++)
		memcpy(attempt->asked[i], profile->server[(first + i) % profile->server_count],
		       sizeof(attempt->asked[i]));
	return profile->server_count;
}

/* Servers that cannot be asked are left out. asked[] keeps their order. */
static void fill_request(struct session *session, struct message_radius_request *request)
{
	struct login_attempt *attempt = session->attempt;
	unsigned count = choose_servers(session);

	*request = (struct message_radius_request){.all = attempt->profile.balance == AUTH_BALANCE_ALL,
	                                           .state_length = attempt->state_length};
	for (unsigned i = 0; i < count; i++) {
		int error = auth_server(&session->engine->running, attempt->asked[i],
		                        &request->server[request->server_count]);

		if (error)
			qb_log(LOG_ERR, "RADIUS server %s cannot be asked: %s", attempt->asked[i],
			       strerror(-error));
		else if (request->server_count++ != i)
			memcpy(attempt->asked[request->server_count - 1], attempt->asked[i],
			       sizeof(attempt->asked[i]));
	}
	memcpy(request->user, attempt->request.user, sizeof(request->user));
	memcpy(request->password, attempt->password, sizeof(request->password));
	memcpy(request->remote, attempt->request.remote, sizeof(request->remote));
	memcpy(request->state, attempt->state, sizeof(request->state));
}

static void ask_radius(struct session *session)
{
	struct login_attempt *attempt = session->attempt;
	struct message_radius_request request;
	struct message_radius_answer none = {.why = "no server can be asked"};
	struct message_login_result busy = {.error = -EAGAIN};
	int error = 0;

	/* No server can be told a longer one, so none can know it. */
	if (strlen(attempt->password) > RADIUS_PASSWORD_MAX) {
		login_ask(session, AUTH_RADIUS_REJECTS);
		return;
	}
	fill_request(session, &request);
	if (request.server_count && session->engine->radius)
		error = radius_ask(session->engine->radius, &request, on_answer, session);
	attempt->asking = !error && request.server_count && session->engine->radius;
	if (error) {
		end_check(session, false);
		login_reply(session, &busy);
	} else if (!attempt->asking) {
		on_answer(session, &none);
	}
	OPENSSL_cleanse(&request, sizeof(request));
}

void login_ask(struct session *session, enum auth_event event)
{
	struct login_attempt *attempt = session->attempt;
	const struct auth_profile *profile = &attempt->profile;
	const struct configuration *running = &session->engine->running;
	const char *database = profile->database, *user = attempt->request.user;
	struct auth_sources sources = {.local = *database,
	                               .remote = profile->server_count,
	                               .local_first = profile->local_first,
	                               .user_known = *database && user_known(running, database, user)};
	enum auth_action action =
	    event == AUTH_BEGINS && attempt->rounds ? AUTH_ASK_RADIUS : auth_decide(&sources, event);
	char groups[256];

	if (action == AUTH_ASK_RADIUS)
		ask_radius(session);
	else if (action == AUTH_ASK_LOCAL)
		ask_local(session);
	else if (action == AUTH_GRANT)
		succeed(session, database, false,
		        user_groups(running, database, user, groups, sizeof(groups)),
		        user_cgi_rights(running, database, user));
	else
		fail(session, event != AUTH_RADIUS_SILENT && event != AUTH_RADIUS_FORGETS);
}

void login_sources_forget(struct session *session)
{
	struct login_attempt *attempt = session->attempt;

	/* Who does not wait for the answer has used up a check all the same. */
	if (attempt->checking || attempt->asking)
		end_check(session, true);
	if (attempt->checking)
		password_worker_forget(session->engine->logins->passwords, session);
	if (attempt->asking)
		radius_forget(session->engine->radius, session);
	attempt->checking = attempt->asking = false;
}
