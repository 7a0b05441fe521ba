/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/log.h"
#include "lib/messages/login.h"
#include "mgmt/mgmtd/login/login_attempt.h"
#include "mgmt/mgmtd/login/users.h"

#include <qb/qbutil.h>
#include <string.h>

const struct login_session *login_session(const struct session *session)
{
	return session->open && session->attempt ? &session->attempt->session : NULL;
}

/* Another open session of that user, of a login with the same profile. */
static bool is_another(const struct session *one, const struct session *session, const char *user)
{
	return one != session && login_session(one) && !strcmp(one->user, user) &&
	       !strcmp(one->attempt->session.profile, session->attempt->profile.name);
}

bool login_session_allowed(struct session *session, const char *user)
{
	const struct auth_profile *profile = &session->attempt->profile;
	unsigned count = 0, most = profile->multiple == AUTH_ALLOW_ONE ? 1 : profile->sessions_max;

	for (struct session *one = session->engine->sessions; one; one = one->next) {
		if (!is_another(one, session, user))
			continue;
		count++;
		if (profile->multiple == AUTH_REPLACE_EXISTING)
			session_dismiss(one, "The session ended: the user logged in again.");
	}
	if (profile->multiple == AUTH_REPLACE_EXISTING || count < most)
		return true;
	auth_log(session, LOG_WARNING, "too_many_logins", user, profile->database, NULL);
	return false;
}

static void on_idle(void *user);

static void start_idle_timer(struct session *session, uint64_t delay_ns)
{
	(void)timer_start(&session->attempt->idle_timer, session->engine->loop, QB_LOOP_LOW, delay_ns,
	                  session, on_idle);
}

static void on_idle(void *user)
{
	struct session *session = user;
	struct login_attempt *attempt = session->attempt;
	uint64_t idle = qb_util_nano_current_get() - attempt->session.used_ns,
	         most = attempt->profile.timeout_seconds * (uint64_t)QB_TIME_NS_IN_SEC;

	if (!session->open)
		return;
	if (session->waiting)
		start_idle_timer(session, most);
	else if (idle < most)
		start_idle_timer(session, most - idle);
	else
		session_dismiss(session, "The session ended: no command was typed for SessionTimeout.");
}

void login_session_begin(struct session *session)
{
	struct login_attempt *attempt = session->attempt;
	struct login_session *begun = &attempt->session;

	begun->id = ++session->engine->logins->last_id;
	memcpy(begun->access, attempt->request.access, sizeof(begun->access));
	memcpy(begun->profile, attempt->profile.name, sizeof(begun->profile));
	memcpy(begun->address, attempt->request.remote, sizeof(begun->address));
	begun->since = time(NULL);
	begun->used_ns = qb_util_nano_current_get();
	if (attempt->profile.timeout_seconds)
		start_idle_timer(session, attempt->profile.timeout_seconds * (uint64_t)QB_TIME_NS_IN_SEC);
}

void login_session_end(struct session *session)
{
	timer_stop(&session->attempt->idle_timer);
}

void login_used(struct session *session)
{
	if (session->attempt)
		session->attempt->session.used_ns = qb_util_nano_current_get();
}

static bool has_server(const struct configuration *configuration, const struct auth_profile *profile,
                       const char *name)
{
	const struct object_type *type = schema_type(configuration->schema, NULL, "RadiusServer");

	for (unsigned i = 0; i < profile->server_count; i++)
		if (!strcmp(profile->server[i], name))
			return object_find(configuration, type, NULL, name) != NULL;
	return false;
}

/* Why what a local user came in with is good no more, or NULL. */
static const char *why_not_local(const struct session *session)
{
	const struct configuration *running = &session->engine->running;
	const struct login_session *begun = &session->attempt->session;
	const struct message_login *request = &session->attempt->request;
	const char *hash = user_password(running, begun->source, session->user);
	unsigned rights = user_cgi_rights(running, begun->source, session->user);

	if (!user_known(running, begun->source, session->user))
		return "the user was deleted";
	if (!(rights & (CGI_RIGHT_ADMIN | CGI_RIGHT_AUDIT)) ||
	    session->may_write != ((rights & CGI_RIGHT_ADMIN) != 0))
		return "the user's rights have changed";
	if (*begun->hash && (!hash || strcmp(hash, begun->hash) != 0))
		return "the user's password has changed; log in with the new one";
	if (request->method == LOGIN_KEY &&
	    !user_has_key(running, begun->source, session->user, request->key))
		return "the key that it was opened with is not the user's any more";
	return NULL;
}

/* Why who came in that way could not come in again, to the same rights; or NULL. A RADIUS server is not asked again. */
static const char *why_not(const struct session *session)
{
	const struct configuration *running = &session->engine->running;
	const struct login_session *begun = &session->attempt->session;
	struct auth_profile profile;

	if (!auth_profile_of_access(running, begun->access, &profile) ||
	    strcmp(profile.name, begun->profile) != 0 ||
	    (begun->remote ? !has_server(running, &profile, begun->source)
	                   : strcmp(profile.database, begun->source) != 0))
		return "the access that it came through has changed";
	return begun->remote ? NULL : why_not_local(session);
}

void logins_review(struct engine *engine)
{
	for (struct session *session = engine->sessions; session; session = session->next) {
		const char *why = login_session(session) ? why_not(session) : NULL;
		char reason[128];

		if (!why)
			continue;
		snprintf(reason, sizeof(reason), "The session ended: %s.", why);
		session_dismiss(session, reason);
	}
}
