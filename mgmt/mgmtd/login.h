/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_LOGIN_H
#define MGMT_MGMTD_LOGIN_H

/*
 * Logins of hadrian-sshd at PATH_LOGIN_SOCKET. A connection whose login is granted is a session of that user
 * from then on, so nothing that the user's programs send can make it anybody else's. Runs on the loop's thread.
 */

#include "mgmt/mgmtd/engine.h"

struct session;
struct logins;

/* Returns 0 or -errno. */
int logins_listen(struct engine *engine, struct logins **out);
/* Closes the sessions too. NULL is fine. */
void logins_destroy(struct logins *logins);
/* The address that a session of the login socket comes from, "" where there is none. */
const char *login_remote(const struct session *session);
/* The session is going: what its login still waits for is dropped. */
void login_forget(struct session *session);

/*
 * The users that may log in over a RemoteMgmtSSH: of its AuthProfile's LocalUserDB. NULL where there is no such
 * access, it is disabled, or its profile does not exist. Valid as long as the configuration.
 */
const char *login_database(const struct configuration *configuration, const char *access);

#endif
