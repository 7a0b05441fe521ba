/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/https/listeners.h"
#include "mgmt/mgmtd/ssh/sshd.h"
#include "mgmt/ssh/settings.h"

#include <stdlib.h>
#include <string.h>

static void write_access(const struct object_type *type, const struct lyd_node *access, FILE *out)
{
	const char *banner = value_of(type, access, "Banner");
	unsigned keys = 0;

	if (!strcmp(value_of(type, access, "AllowHostKeyRSA"), "Yes"))
		keys |= SSH_SETTINGS_RSA;
	if (!strcmp(value_of(type, access, "AllowHostKeyECDSA"), "Yes"))
		keys |= SSH_SETTINGS_ECDSA;
	fprintf(out, "access %s %u %u ", object_key(type, access),
	        value_number(type, access, "SessionIdleTime"), keys);
	if (!*banner)
		fputc('-', out);
	for (size_t i = 0; banner[i] && i < SSH_BANNER_MAX; i++)
		fprintf(out, "%02x", (unsigned char)banner[i]);
	fputc('\n', out);
}

static void write_networks(const struct configuration *configuration, const struct object_type *type,
                           const struct lyd_node *access, FILE *out)
{
	struct ranges ranges = {0};
	char text[IP_RANGE_TEXT];

	resolve_addresses(configuration, access, type_property(type, "SourceNetwork"), 0, &ranges);
	for (size_t i = 0; i < ranges.count; i++)
		fprintf(out, "network %s\n", ip_range_format(&ranges.range[i], text));
	ranges_free(&ranges);
}

/* Returns how many addresses it has. */
static size_t write_all(const struct configuration *configuration, const struct object_type *type,
                        const struct lyd_node *access, size_t room, FILE *out)
{
	struct listeners listeners = {0};
	char address[IP_ADDRESS_TEXT];

	listeners_of(configuration, type, access, "Port", &listeners);
	if (!listeners.count || listeners.count > room)
		return 0;
	write_access(type, access, out);
	for (size_t i = 0; i < listeners.count; i++)
		fprintf(out, "listen %s %u\n", ip_address_format(&listeners.listener[i].address, address),
		        listeners.listener[i].port);
	write_networks(configuration, type, access, out);
	return listeners.count;
}

char *sshd_render(const struct configuration *configuration)
{
	const struct object_type *type = schema_type(configuration->schema, NULL, "RemoteMgmtSSH");
	size_t length, count = 0;
	char *text = NULL;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return NULL;
	for (const struct lyd_node *access = object_first(configuration, type, NULL); access;
	     access = object_next(access))
		if (!object_disabled(type, access))
			count += write_all(configuration, type, access, SSH_LISTENERS_MAX - count, out);
	fclose(out);
	if (count)
		return text;
	free(text);
	return NULL;
}
