/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/blacklist/blacklist.h"
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/discovery/request.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TIMEOUT_MAX UINT32_MAX

static const char *text_of(const struct line *line, const char *name)
{
	const struct argument *argument = line_option(line, name);

	return argument ? argument->text : NULL;
}

/* A decimal number, followed by nothing but what end is set to. */
static bool read_number(const char *text, uint64_t most, uint64_t *out, const char **end)
{
	char *rest;

	if (*text < '0' || *text > '9' || strlen(text) > 16)
		return false;
	*out = strtoull(text, &rest, 10);
	*end = rest;
	return *out <= most;
}

static int read_address(struct session *session, const char *option, const char *text, struct ip_address *out)
{
	*out = resolve_host(&session->engine->running, text);
	if (out->version)
		return 0;
	fprintf(session->out,
	        "-%s=%.64s: it must be one IP address, or the name of an IPAddress that is one; networks and "
	        "ranges cannot be on the blacklist.\n",
	        option, text);
	return -EINVAL;
}

static int read_protocol(struct session *session, const char *text, struct blacklist_entry *entry)
{
	static const struct {
		const char *name;
		uint8_t number;
	} names[] = {{"tcp", IPPROTO_TCP},       {"udp", IPPROTO_UDP},   {"icmp", IPPROTO_ICMP},
	             {"icmpv6", IPPROTO_ICMPV6}, {"sctp", IPPROTO_SCTP}, {"gre", IPPROTO_GRE},
	             {"esp", IPPROTO_ESP},       {"ah", IPPROTO_AH}};
	const char *end = "";
	uint64_t number = 0;

	if (!strcasecmp(text, "all"))
		return 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcasecmp(text, names[i].name)) {
			entry->protocol_first = entry->protocol_last = names[i].number;
			return 0;
		}
	if (!read_number(text, UINT8_MAX, &number, &end) || *end) {
		fprintf(
		    session->out,
		    "-proto=%.64s: it must be tcp, udp, icmp, icmpv6, sctp, gre, esp, ah, all, or a number "
		    "from 0 to 255.\n",
		    text);
		return -EINVAL;
	}
	entry->protocol_first = entry->protocol_last = (uint8_t)number;
	return 0;
}

static int read_ports(struct session *session, const char *text, struct blacklist_entry *entry)
{
	uint64_t first = 0, last = 0;
	const char *end = "";
	bool good = read_number(text, UINT16_MAX, &first, &end);

	last = first;
	if (good && *end == '-')
		good = read_number(end + 1, UINT16_MAX, &last, &end);
	if (!good || *end || last < first) {
		fprintf(session->out,
		        "-port=%.64s: it must be a number from 0 to 65535, or a range of them "
		        "such as 100-200.\n",
		        text);
		return -EINVAL;
	}
	if (entry->protocol_first != entry->protocol_last) {
		fprintf(session->out, "-port needs -proto: it must be tcp, udp, icmp, icmpv6 or sctp.\n");
		return -EINVAL;
	}
	entry->port_first = (uint16_t)first;
	entry->port_last = (uint16_t)last;
	return 0;
}

static int read_timeout(struct session *session, const char *text, struct blacklist_entry *entry)
{
	const char *end = "";
	uint64_t seconds;

	if (!read_number(text, TIMEOUT_MAX, &seconds, &end) || *end) {
		fprintf(session->out,
		        "-timeout=%.64s: it must be a number of seconds up to %u; 0 has no end.\n", text,
		        TIMEOUT_MAX);
		return -EINVAL;
	}
	entry->timeout_s = (uint32_t)seconds;
	return 0;
}

int blacklist_read(struct session *session, const struct line *line, struct blacklist_words *out)
{
	const char *interface = text_of(line, "srciface"), *source = text_of(line, "srcip"),
	           *destination = text_of(line, "destip"), *protocol = text_of(line, "proto"),
	           *port = text_of(line, "port"), *timeout = text_of(line, "timeout");
	struct blacklist_entry *entry = &out->entry;
	int error = 0;

	*out = (struct blacklist_words){
	    .entry = {.protocol_last = UINT8_MAX, .port_last = UINT16_MAX, .system = BLACKLIST_CLI}};
	if (interface)
		error = discovery_interface(session, interface, &entry->interface);
	if (!error && source)
		error = read_address(session, "srcip", source, &entry->source);
	if (!error && destination)
		error = read_address(session, "destip", destination, &entry->destination);
	if (!error && protocol)
		error = read_protocol(session, protocol, entry);
	if (!error && port)
		error = read_ports(session, port, entry);
	if (!error && timeout)
		error = read_timeout(session, timeout, entry);
	if (error)
		return error;
	if (source && destination && entry->source.version != entry->destination.version) {
		fputs("-srcip and -destip must be addresses of one IP version.\n", session->out);
		return -EINVAL;
	}
	return 0;
}
