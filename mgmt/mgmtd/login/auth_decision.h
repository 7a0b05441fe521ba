/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_AUTH_DECISION_H
#define MGMT_MGMTD_AUTH_DECISION_H

/*
 * Which source is asked about a user name and a password, and whose word is the last (C02-069 ... C02-071): a pure
 * function, so that every course of a login can be tested.
 */

#include <stdbool.h>

/* What an AuthenticationProfile has, and whether the local database has the user (also one that is disabled). */
struct auth_sources {
	bool local, remote, local_first, user_known;
};

enum auth_event {
	AUTH_BEGINS,
	AUTH_LOCAL_MATCHES,
	AUTH_LOCAL_DIFFERS,
	AUTH_RADIUS_ACCEPTS,
	AUTH_RADIUS_REJECTS,
	AUTH_RADIUS_CHALLENGES,
	AUTH_RADIUS_SILENT,  /* no server answers the password */
	AUTH_RADIUS_FORGETS, /* the server that asked a question does not answer what the user replied */
};

enum auth_action {
	AUTH_ASK_LOCAL, /* also where there is no such user or database: the check takes as long, and fails */
	AUTH_ASK_RADIUS,
	AUTH_ASK_USER,
	AUTH_GRANT,
	AUTH_REFUSE,
};

/*
 * LocalLast: RADIUS servers first, and what one of them says is final; the local database only where all are silent.
 * LocalFirst: who is in the local database is checked there, and that is final; others are asked for at the servers.
 * A reply to a server's question is no password, so no other source is asked about it.
 */
enum auth_action auth_decide(const struct auth_sources *sources, enum auth_event event);

#endif
