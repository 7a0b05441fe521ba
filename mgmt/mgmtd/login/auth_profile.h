/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_AUTH_PROFILE_H
#define MGMT_MGMTD_AUTH_PROFILE_H

/* AuthenticationProfile and RadiusServer objects as what uses them needs them. One thread, nothing is changed. */

#include "lib/messages/radius.h"
#include "mgmt/mgmtd/configuration/configuration.h"

enum auth_balance { AUTH_BALANCE_NONE, AUTH_BALANCE_ROUND_ROBIN, AUTH_BALANCE_ALL };
enum auth_multiple { AUTH_ALLOW_MULTIPLE, AUTH_ALLOW_ONE, AUTH_REPLACE_EXISTING };

/* A copy: it outlives the configuration. */
struct auth_profile {
	char name[64];
	char database[64]; /* "": none */
	char server[RADIUS_SERVERS_MAX][64];
	unsigned server_count;
	enum auth_balance balance;
	enum auth_multiple multiple;
	bool local_first, brute_force_prevention;
	unsigned sessions_max;    /* with AUTH_ALLOW_MULTIPLE */
	unsigned timeout_seconds; /* without a command; 0: none */
	unsigned attempts_max;    /* 0: no lockout */
	unsigned lockout_seconds;
};

/*
 * The profile of an access (login_access). False where there is no such access, it is disabled, or its profile does not exist.
 */
bool auth_profile_of_access(const struct configuration *configuration, const char *access,
                            struct auth_profile *out);
/*
 * The server's address, secret and so on. Returns 0, -ENOENT where it is gone or its address is none, or -EBADMSG where
 * its secret cannot be opened. The caller wipes *out.
 */
int auth_server(const struct configuration *configuration, const char *name,
                struct message_radius_server *out);

#endif
