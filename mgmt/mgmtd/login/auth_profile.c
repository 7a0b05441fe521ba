/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/login/auth_profile.h"
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/configuration/secret.h"
#include "mgmt/mgmtd/login/console_port.h"
#include "mgmt/mgmtd/login/users.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <string.h>

#define PROFILE "MgmtAuthProfile"

/* What a configuration that was stored before there were profiles does. */
static const struct auth_profile predefined = {.name = PROFILE,
                                               .database = USERS_DATABASE,
                                               .multiple = AUTH_ALLOW_MULTIPLE,
                                               .sessions_max = 32,
                                               .brute_force_prevention = true};

static enum auth_balance balance_of(const char *value)
{
	if (!strcmp(value, "RoundRobin"))
		return AUTH_BALANCE_ROUND_ROBIN;
	return strcmp(value, "TryAll") ? AUTH_BALANCE_NONE : AUTH_BALANCE_ALL;
}

static enum auth_multiple multiple_of(const char *value)
{
	if (!strcmp(value, "AllowOne"))
		return AUTH_ALLOW_ONE;
	return strcmp(value, "ReplaceExisting") ? AUTH_ALLOW_MULTIPLE : AUTH_REPLACE_EXISTING;
}

static void read_servers(const struct object_type *type, const struct lyd_node *profile,
                         struct auth_profile *out)
{
	const struct lyd_node *value = value_first(profile, type_property(type, "RemoteServer"), 0);

	for (; value && out->server_count < RADIUS_SERVERS_MAX; value = value_next(value))
		snprintf(out->server[out->server_count++], sizeof(out->server[0]), "%s",
		         lyd_get_value(value));
}

static void read_profile(const struct object_type *type, const struct lyd_node *profile,
                         struct auth_profile *out)
{
	*out = (struct auth_profile){0};
	snprintf(out->name, sizeof(out->name), "%s", object_key(type, profile));
	snprintf(out->database, sizeof(out->database), "%s", value_of(type, profile, "LocalUserDB"));
	read_servers(type, profile, out);
	out->balance = balance_of(value_of(type, profile, "RemoteLoadBalance"));
	out->multiple = multiple_of(value_of(type, profile, "MultipleLogins"));
	out->local_first = !strcmp(value_of(type, profile, "AuthOrder"), "LocalFirst");
	out->brute_force_prevention =
	    strcmp(value_of(type, profile, "BruteForceAttackPrevention"), "No") != 0;
	out->sessions_max = value_number(type, profile, "MaxMultipleSessions");
	out->timeout_seconds = value_number(type, profile, "SessionTimeout");
	out->attempts_max = value_number(type, profile, "LoginAttempts");
	out->lockout_seconds = value_number(type, profile, "MaxLockoutTime");
}

bool auth_profile_of_access(const struct configuration *configuration, const char *access_name,
                            struct auth_profile *out)
{
	const struct object_type *profiles =
	    schema_type(configuration->schema, NULL, "AuthenticationProfile");
	const struct object_type *type;
	const struct lyd_node *access = login_access(configuration, access_name, &type), *profile;
	const char *name;

	if (!access)
		return false;
	name = value_of(type, access, "AuthProfile");
	name = *name ? name : PROFILE;
	profile = object_find(configuration, profiles, NULL, name);
	if (profile)
		read_profile(profiles, profile, out);
	else
		*out = predefined;
	return profile || !strcmp(name, PROFILE);
}

int auth_server(const struct configuration *configuration, const char *name,
                struct message_radius_server *out)
{
	const struct object_type *type = schema_type(configuration->schema, NULL, "RadiusServer");
	const struct lyd_node *server = object_find(configuration, type, NULL, name);
	char secret[SECRET_CLEAR_MAX + 1];
	int error = server ? secret_open(value_of(type, server, "SharedSecret"), secret) : -ENOENT;

	if (error)
		return error;
	*out = (struct message_radius_server){
	    .address = resolve_host(configuration, value_of(type, server, "IPAddress")),
	    .port = (uint16_t)value_number(type, server, "Port"),
	    .chap = !strcmp(value_of(type, server, "AuthMethod"), "CHAP"),
	    .require_message_authenticator =
	        strcmp(value_of(type, server, "RequireMessageAuthenticator"), "No") != 0,
	    .timeout_ms = value_number(type, server, "RetryTimeout"),
	    .retries = value_number(type, server, "NumRetries")};
	snprintf(out->name, sizeof(out->name), "%s", name);
	snprintf(out->secret, sizeof(out->secret), "%.100s", secret);
	snprintf(out->nas_identifier, sizeof(out->nas_identifier), "%s",
	         value_of(type, server, "NASIdentifier"));
	OPENSSL_cleanse(secret, sizeof(secret));
	return out->address.version ? 0 : -ENOENT;
}
