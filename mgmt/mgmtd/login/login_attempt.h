/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_LOGIN_ATTEMPT_H
#define MGMT_MGMTD_LOGIN_ATTEMPT_H

/* What the parts of a login share: login.c (messages), login_sources.c (who is asked), login_sessions.c (what a
 * session may be). Runs on the loop's thread. */

#include "lib/messages/login.h"
#include "lib/messages/radius.h"
#include "lib/timer.h"
#include "mgmt/mgmtd/login/auth_decision.h"
#include "mgmt/mgmtd/login/auth_profile.h"
#include "mgmt/mgmtd/login/lockout.h"
#include "mgmt/mgmtd/login/login.h"
#include "mgmt/mgmtd/login/login_limit.h"
#include "mgmt/mgmtd/session/session.h"

#define LOGIN_ROUNDS_MAX    8 /* questions of a RADIUS server in one login */
#define LOGIN_ROTATIONS_MAX 32

struct password_worker;

struct logins {
	struct engine *engine;
	struct ipc_server *server;
	struct password_worker *passwords;
	struct login_limit limit;
	struct lockouts lockouts;
	struct {
		char profile[64];
		unsigned next;
	} rotation[LOGIN_ROTATIONS_MAX]; /* RemoteLoadBalance=RoundRobin: where the next query begins */
	unsigned rotations;
	uint32_t last_id;
};

/* One at a time: while sources are asked or a "no" waits, other requests of the connection are left. */
struct login_attempt {
	bool checking;         /* at the password worker */
	bool asking;           /* at RADIUS servers */
	bool questioning;      /* the user: its next message may be an answer */
	struct timer refusing; /* its "no" waits */
	bool denied; /* the credentials are right, but give no rights: all that follows is "Access denied." */
	uint64_t arrived_ns;
	struct message_login request;      /* without the password */
	char password[LOGIN_PASSWORD_MAX]; /* as long as a source may yet be asked */
	struct auth_profile profile;
	char asked[RADIUS_SERVERS_MAX][64]; /* names of the servers that are asked */
	unsigned rounds;                    /* questions so far */
	uint8_t state[256];                 /* of the last question, by asked[0] */
	uint32_t state_length;
	struct login_session session;                           /* once it is open */
	void (*confirmed)(struct session *session, bool right); /* of login_confirm, or NULL */
	struct timer idle_timer;
};

/* login.c: ends the login. */
void login_grant(struct session *session, const char *source, bool remote, const char *groups,
                 unsigned rights);
void login_refuse(struct session *session);
void login_reply(struct session *session, const struct message_login_result *result);
bool login_is_logged(const struct session *session);

/* login_sources.c: asks whoever the profile says about the password (or the answer) in the attempt. */
void login_ask(struct session *session, enum auth_event event);
/* The session goes while its sources are asked. */
void login_sources_forget(struct session *session);

/*
 * login_sessions.c: whether the profile lets the user have one more session; with ReplaceExisting the others are ended.
 * And the begin and end of one.
 */
bool login_session_allowed(struct session *session, const char *user);
void login_session_begin(struct session *session);
void login_session_end(struct session *session);

/* auth_log.c: an event of the category AUTHSYS (C02-074) in the log. user and groups may be NULL. */
void auth_log(const struct session *session, int priority, const char *event, const char *user,
              const char *source, const char *groups);
/* The same for servers that did not answer, and why (struct message_radius_answer). */
void auth_log_silent(const struct session *session, const char *source, const char *reason);

#endif
