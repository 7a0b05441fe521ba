/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/login/console_port.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct lyd_node *find(const struct configuration *configuration, const char *name,
                                   const struct object_type **type)
{
	*type = schema_type(configuration->schema, NULL, "COMPortAccess");
	return object_find(configuration, *type, NULL, name);
}

static uint8_t parity_of(const char *value)
{
	if (!strcmp(value, "Even"))
		return CONSOLE_PARITY_EVEN;
	return strcmp(value, "Odd") ? CONSOLE_PARITY_NONE : CONSOLE_PARITY_ODD;
}

static uint8_t flow_of(const char *value)
{
	if (!strcmp(value, "RTSCTS"))
		return CONSOLE_FLOW_RTSCTS;
	return strcmp(value, "XONXOFF") ? CONSOLE_FLOW_NONE : CONSOLE_FLOW_XONXOFF;
}

struct message_console console_port(const struct configuration *configuration, const char *name)
{
	const struct object_type *type;
	const struct lyd_node *port = find(configuration, name, &type);

	/* Configurations that were stored before there were consoles have none. */
	if (!port && strcmp(name, CONSOLE_PORT) != 0)
		return (struct message_console){.error = -ENOENT};
	return (struct message_console){
	    .login = *value_of(type, port, "AuthProfile") != 0,
	    .bits_per_second = (uint32_t)strtoul(value_of(type, port, "BitsPerSecond"), NULL, 10),
	    .rows = (uint16_t)value_number(type, port, "Rows"),
	    .columns = (uint16_t)value_number(type, port, "Cols"),
	    .data_bits = (uint8_t)value_number(type, port, "DataBits"),
	    .stop_bits = (uint8_t)value_number(type, port, "StopBits"),
	    .parity = parity_of(value_of(type, port, "Parity")),
	    .flow = flow_of(value_of(type, port, "FlowControl"))};
}

const struct lyd_node *login_access(const struct configuration *configuration, const char *access,
                                    const struct object_type **type)
{
	size_t prefix = strlen(LOGIN_ACCESS_CONSOLE);
	const struct lyd_node *object;

	if (!strncmp(access, LOGIN_ACCESS_CONSOLE, prefix)) {
		object = find(configuration, access + prefix, type);
		return object && *value_of(*type, object, "AuthProfile") ? object : NULL;
	}
	*type = schema_type(configuration->schema, NULL, "RemoteMgmtSSH");
	object = object_find(configuration, *type, NULL, access);
	return object && !object_disabled(*type, object) ? object : NULL;
}
