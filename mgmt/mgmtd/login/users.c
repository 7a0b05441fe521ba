/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/login/users.h"
#include "mgmt/mgmtd/login/ssh_key.h"

#include <stdio.h>
#include <string.h>

static const struct lyd_node *find_user(const struct configuration *configuration, const char *database,
                                        const char *name, const struct object_type **type)
{
	const struct object_type *databases = schema_type(configuration->schema, NULL, "LocalUserDatabase");
	const struct lyd_node *context = object_find(configuration, databases, NULL, database), *user;

	*type = schema_type(configuration->schema, databases, "User");
	user = context && *name ? object_find(configuration, *type, context, name) : NULL;
	return user && !object_disabled(*type, user) ? user : NULL;
}

bool user_exists(const struct configuration *configuration, const char *name)
{
	const struct object_type *type;

	return find_user(configuration, USERS_DATABASE, name, &type) != NULL;
}

static bool in_group(const struct configuration *configuration, const char *database, const char *name,
                     const char *group)
{
	const struct object_type *type;
	const struct lyd_node *user = find_user(configuration, database, name, &type), *item;

	for (item = user ? value_first(user, type_property(type, "Groups"), 0) : NULL; item;
	     item = value_next(item))
		if (!strcmp(lyd_get_value(item), group))
			return true;
	return false;
}

bool user_in_group(const struct configuration *configuration, const char *name, const char *group)
{
	return in_group(configuration, USERS_DATABASE, name, group);
}

const char *user_password(const struct configuration *configuration, const char *database, const char *name)
{
	const struct object_type *type;
	const struct lyd_node *user = find_user(configuration, database, name, &type);
	const char *hash = user ? value_of(type, user, "Password") : NULL;

	return hash && *hash ? hash : NULL;
}

bool user_known(const struct configuration *configuration, const char *database, const char *name)
{
	const struct object_type *databases = schema_type(configuration->schema, NULL, "LocalUserDatabase");
	const struct object_type *type = schema_type(configuration->schema, databases, "User");
	const struct lyd_node *context = object_find(configuration, databases, NULL, database);

	return context && *name && object_find(configuration, type, context, name);
}

const char *user_groups(const struct configuration *configuration, const char *database, const char *name,
                        char *text, size_t size)
{
	const struct object_type *type;
	const struct lyd_node *user = find_user(configuration, database, name, &type), *item;
	size_t length = 0;

	*text = 0;
	for (item = user ? value_first(user, type_property(type, "Groups"), 0) : NULL; item && length < size;
	     item = value_next(item))
		length += (size_t)snprintf(text + length, size - length, "%s%s", length ? "," : "",
		                           lyd_get_value(item));
	return text;
}

bool user_has_key(const struct configuration *configuration, const char *database, const char *name,
                  const char *key)
{
	const struct object_type *type, *keys = schema_type(configuration->schema, NULL, "SSHClientKey");
	const struct lyd_node *user = find_user(configuration, database, name, &type), *item;

	for (item = user ? value_first(user, type_property(type, "SSHKeys"), 0) : NULL; item;
	     item = value_next(item)) {
		const struct lyd_node *one = object_find(configuration, keys, NULL, lyd_get_value(item));

		if (one && ssh_key_equal(value_of(keys, one, "PublicKey"), key))
			return true;
	}
	return false;
}

unsigned user_cgi_rights(const struct configuration *configuration, const char *database, const char *name)
{
	return (in_group(configuration, database, name, "Administrators") ? CGI_RIGHT_ADMIN : 0u) |
	       (in_group(configuration, database, name, "Users") ? CGI_RIGHT_USER : 0u) |
	       (in_group(configuration, database, name, "NetAdmins") ? CGI_RIGHT_NETADMIN : 0u) |
	       (in_group(configuration, database, name, "Auditors") ? CGI_RIGHT_AUDIT : 0u);
}

bool users_can_log_in(const struct configuration *configuration, const char *database)
{
	const struct object_type *databases = schema_type(configuration->schema, NULL, "LocalUserDatabase"),
	                         *type = schema_type(configuration->schema, databases, "User");
	struct lyd_node *context = object_find(configuration, databases, NULL, database);

	for (struct lyd_node *user = context ? object_first(configuration, type, context) : NULL; user;
	     user = object_next(user)) {
		unsigned rights = user_cgi_rights(configuration, database, object_key(type, user));

		if (rights & (CGI_RIGHT_ADMIN | CGI_RIGHT_AUDIT) &&
		    (*value_of(type, user, "Password") ||
		     value_first(user, type_property(type, "SSHKeys"), 0)))
			return true;
	}
	return false;
}
