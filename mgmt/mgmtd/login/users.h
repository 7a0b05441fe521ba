/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_USERS_H
#define MGMT_MGMTD_USERS_H

/* The users of local databases. The running configuration counts, never the candidate. One thread. */

#include "mgmt/mgmtd/configuration/configuration.h"

#define USERS_DATABASE "AdminUsers"

bool user_exists(const struct configuration *configuration, const char *name);
bool user_in_group(const struct configuration *configuration, const char *name, const char *group);
/* The hash, valid as long as the configuration; NULL for no such user, or a disabled one. */
const char *user_password(const struct configuration *configuration, const char *database, const char *name);

/* Also of a disabled user. */
bool user_known(const struct configuration *configuration, const char *database, const char *name);
/* Its groups, separated by commas, as many as fit. Returns text. */
const char *user_groups(const struct configuration *configuration, const char *database, const char *name,
                        char *text, size_t size);

/*
 * The user of the database has this key ("TYPE BASE64") among its SSHKeys. False for no such user, or a disabled
 * one.
 */
bool user_has_key(const struct configuration *configuration, const char *database, const char *name,
                  const char *key);

/* Whether any user of the database could log in to the command line: is enabled, in a group that may, and has a password or a key. */
bool users_can_log_in(const struct configuration *configuration, const char *database);

/*
 * Rights at the HTTPS scripts (MC-010). root and admin are Administrators, user is Users, netadmin is
 * NetAdmins, audit is Auditors.
 */
enum cgi_right {
	CGI_RIGHT_ADMIN = 1,
	CGI_RIGHT_USER = 2,
	CGI_RIGHT_NETADMIN = 4,
	CGI_RIGHT_AUDIT = 8,
};
/* The rights that the user's groups give, any of enum cgi_right. */
unsigned user_cgi_rights(const struct configuration *configuration, const char *database, const char *name);

#endif
