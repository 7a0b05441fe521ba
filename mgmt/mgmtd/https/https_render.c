/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/https/https_render.h"
#include "mgmt/mgmtd/https/listeners.h"

#include <stdlib.h>
#include <string.h>

static void write_tls(FILE *out, const char *indent)
{
	fprintf(out,
	        "%sssl.engine = \"enable\"\n"
	        "%sssl.pemfile = \"" HTTPS_CERTIFICATE "\"\n"
	        "%sssl.openssl.ssl-conf-cmd = (\"MinProtocol\" => \"TLSv1.2\", \"Options\" => "
	        "\"-SessionTicket,ServerPreference\")\n",
	        indent, indent, indent);
}

/* As lighttpd wants it before ":PORT". */
static const char *bracketed(const struct ip_address *address, char out[IP_ADDRESS_TEXT + 2])
{
	char text[IP_ADDRESS_TEXT];

	snprintf(out, IP_ADDRESS_TEXT + 2, address->version == 6 ? "[%s]" : "%s",
	         ip_address_format(address, text));
	return out;
}

char *https_render(const struct configuration *configuration, const char *cgi_directory)
{
	struct listeners listeners = {0};
	char *text = NULL, address[IP_ADDRESS_TEXT + 2];
	size_t length;
	FILE *out;

	listeners_find(configuration, "RemoteMgmtHTTP", "HTTPSPort", &listeners);
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
	        listeners.listener[0].port, bracketed(&listeners.listener[0].address, address));
	write_tls(out, "");
	for (size_t i = 1; i < listeners.count; i++) {
		fprintf(out, "$SERVER[\"socket\"] == \"%s:%u\" {\n",
		        bracketed(&listeners.listener[i].address, address), listeners.listener[i].port);
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
