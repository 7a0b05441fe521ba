/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_LOGIN_H
#define MGMT_MGMTD_LOGIN_H

/*
 * Logins of hadrian-sshd at PATH_LOGIN_SOCKET. A connection whose login is granted is a session of that user
 * from then on, so nothing that the user's programs send can make it anybody else's. Runs on the loop's thread.
 */

#include "lib/address.h"
#include "mgmt/mgmtd/engine/engine.h"
#include "mgmt/mgmtd/login/password.h"

#include <stdbool.h>
#include <time.h>

struct session;
struct logins;

/* How a session came in. */
struct login_session {
	uint32_t id;
	char access[64], profile[64];
	char source[64]; /* the LocalUserDatabase or RadiusServer that knew the user */
	bool remote;     /* it is a RadiusServer */
	char groups[256];
	char hash[PASSWORD_HASH_MAX]; /* of the local password that was typed; "" for another way in */
	char address[IP_ADDRESS_TEXT];
	time_t since;
	uint64_t used_ns; /* when the last command came */
};

/* Returns 0 or -errno. */
int logins_listen(struct engine *engine, struct logins **out);
/* Closes the sessions too. NULL is fine. */
void logins_destroy(struct logins *logins);
/* The address that a session of the login socket comes from, "" where there is none. */
const char *login_remote(const struct session *session);
/* The session is going: what its login still waits for is dropped. */
void login_forget(struct session *session);
/* The session opens its command line; true where it is told that access is denied, and ends (C02-073). */
bool login_denied(struct session *session);
/* A command came: the idle time begins anew. */
void login_used(struct session *session);
/*
 * Whether who sits at a session has a password of his own here, and is asked for it before what needs it (MA-035): not root at the console, nor who came in
 * by a RADIUS server.
 */
bool login_has_password(const struct session *session);
/*
 * Compares it. done is called later, once, unless the session waits no more. Wrong ones count as failed logins of that address. Returns 0, -EAGAIN where too many
 * were wrong or are being compared, or another -errno.
 */
int login_confirm(struct session *session, const char *password,
                  void (*done)(struct session *session, bool right));
/* The session waits no more. */
void login_confirm_forget(struct session *session);
/* NULL for sessions of the console, and for those that are not logged in. */
const struct login_session *login_session(const struct session *session);
/* The running configuration was committed: sessions that could not log in to the same rights any more are ended. */
void logins_review(struct engine *engine);

#endif
