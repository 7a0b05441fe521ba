/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/https_render.h"
#include "mgmt/mgmtd/resolve.h"

#include <stdlib.h>
#include <string.h>

#define LISTENERS_MAX 64

struct listener {
	struct ip_address address;
	uint16_t port;
};

struct listeners {
	struct listener listener[LISTENERS_MAX];
	size_t count;
};

static void add_listener(struct listeners *listeners, const struct ip_address *address, uint16_t port)
{
	if (address->version != 4 || address->bytes[0] == 127 || listeners->count == LISTENERS_MAX)
		return;
	for (size_t i = 0; i < listeners->count; i++)
		if (listeners->listener[i].port == port &&
		    !ip_address_compare(&listeners->listener[i].address, address))
			return;
	listeners->listener[listeners->count++] = (struct listener){*address, port};
}

/* The shared and the own private addresses of an interface. */
static void add_interface(const struct configuration *configuration, const char *name, uint16_t port,
                          struct listeners *listeners)
{
	const struct object_type *type = schema_type(configuration->schema, NULL, "EthernetInterface");
	const struct lyd_node *interface = object_find(configuration, type, NULL, name);
	struct ranges ranges = {0};
	struct ip_address private_ip;

	if (!interface || object_disabled(type, interface))
		return;
	resolve_addresses(configuration, interface, type_property(type, "IPAddress"), 0, &ranges);
	for (size_t i = 0; i < ranges.count; i++)
		add_listener(listeners, &ranges.range[i].first, port);
	ranges_free(&ranges);
	if (!configuration_in_cluster(configuration))
		return;
	private_ip = resolve_host(configuration, value_text(interface, type_property(type, "PrivateIP"),
	                                                    configuration_role(configuration)));
	add_listener(listeners, &private_ip, port);
}

static void find_listeners(const struct configuration *configuration, struct listeners *listeners)
{
	const struct object_type *type = schema_type(configuration->schema, NULL, "RemoteMgmtHTTP");

	for (const struct lyd_node *access = object_first(configuration, type, NULL); access;
	     access = object_next(access))
		if (!object_disabled(type, access))
			add_interface(configuration, value_of(type, access, "SourceInterface"),
			              (uint16_t)value_number(type, access, "HTTPSPort"), listeners);
}

static void write_tls(FILE *out, const char *indent)
{
	fprintf(out,
	        "%sssl.engine = \"enable\"\n"
	        "%sssl.pemfile = \"" HTTPS_CERTIFICATE "\"\n"
	        "%sssl.openssl.ssl-conf-cmd = (\"MinProtocol\" => \"TLSv1.2\", \"Options\" => "
	        "\"-SessionTicket,ServerPreference\")\n",
	        indent, indent, indent);
}

char *https_render(const struct configuration *configuration, const char *cgi_directory)
{
	struct listeners listeners = {0};
	char *text = NULL, address[IP_ADDRESS_TEXT];
	size_t length;
	FILE *out;

	find_listeners(configuration, &listeners);
	out = listeners.count ? open_memstream(&text, &length) : NULL;
	if (!out)
		return NULL;
	fprintf(out,
	        "# Written by hadrian-mgmtd from the RemoteMgmtHTTP objects; edits are lost.\n"
	        "server.modules = (\"mod_access\", \"mod_alias\", \"mod_cgi\", \"mod_openssl\")\n"
	        "server.document-root = \"" HTTPS_PAGES "\"\n"
	        "server.username = \"" HTTPS_USER "\"\n"
	        "server.groupname = \"" HTTPS_USER "\"\n"
	        "server.pid-file = \"" HTTPS_PID "\"\n"
	        "server.tag = \"\"\n"
	        "server.max-connections = 256\n"
	        "server.max-request-size = 64\n"
	        "server.stream-response-body = 2\n"
	        "index-file.names = (\"index.html\")\n"
	        "mimetype.assign = (\".html\" => \"text/html; charset=utf-8\")\n"
	        "server.port = %u\nserver.bind = \"%s\"\n",
	        listeners.listener[0].port, ip_address_format(&listeners.listener[0].address, address));
	write_tls(out, "");
	for (size_t i = 1; i < listeners.count; i++) {
		fprintf(out, "$SERVER[\"socket\"] == \"%s:%u\" {\n",
		        ip_address_format(&listeners.listener[i].address, address),
		        listeners.listener[i].port);
		write_tls(out, "\t");
		fputs("}\n", out);
	}
	fprintf(out,
	        "alias.url = (\"/nph-vpn.cgi\" => \"%s/nph-vpn.cgi\")\n"
	        "$HTTP[\"url\"] == \"/nph-vpn.cgi\" {\n\tcgi.assign = (\".cgi\" => \"\")\n}\n"
	        "$HTTP[\"url\"] !~ \"^/(nph-vpn\\.cgi|index\\.html)?$\" {\n\turl.access-deny = (\"\")\n}\n",
	        cgi_directory);
	fclose(out);
	return text;
}
