/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/listeners.h"
#include "mgmt/mgmtd/sshd.h"
#include "mgmt/ssh/settings.h"

#include <stdlib.h>
#include <string.h>

static void write_listener(const struct object_type *type, const struct listener *listener, FILE *out)
{
	const char *banner = value_of(type, listener->access, "Banner");
	char address[IP_ADDRESS_TEXT];
	unsigned keys = 0;

	if (!strcmp(value_of(type, listener->access, "AllowHostKeyRSA"), "Yes"))
		keys |= SSH_SETTINGS_RSA;
	if (!strcmp(value_of(type, listener->access, "AllowHostKeyECDSA"), "Yes"))
		keys |= SSH_SETTINGS_ECDSA;
	fprintf(out, "listen %s %u %s %u %u ", ip_address_format(&listener->address, address), listener->port,
	        object_key(type, listener->access), value_number(type, listener->access, "SessionIdleTime"),
	        keys);
	if (!*banner)
		fputc('-', out);
	for (size_t i = 0; banner[i] && i < SSH_BANNER_MAX; i++)
		fprintf(out, "%02x", (unsigned char)banner[i]);
	fputc('\n', out);
}

char *sshd_render(const struct configuration *configuration)
{
	const struct object_type *type = schema_type(configuration->schema, NULL, "RemoteMgmtSSH");
	struct listeners listeners = {0};
	char *text = NULL;
	size_t length;
	FILE *out;

	listeners_find(configuration, "RemoteMgmtSSH", "Port", &listeners);
	out = listeners.count ? open_memstream(&text, &length) : NULL;
	if (!out)
		return NULL;
	for (size_t i = 0; i < listeners.count; i++)
		write_listener(type, &listeners.listener[i], out);
	fclose(out);
	return text;
}
