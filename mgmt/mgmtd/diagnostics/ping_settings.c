/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/messages/probe.h"
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/configuration/value.h"
#include "mgmt/mgmtd/diagnostics/ping.h"
#include "mgmt/mgmtd/policy/policy_build.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define ECHO_PORT      7  /* RFC 862 */
#define HTTP_PORT      80 /* where a TCP ping goes without -port */
#define LENGTH_DEFAULT 4

static int wrong(char reason[PING_REASON_MAX], const char *what)
{
	snprintf(reason, PING_REASON_MAX, "%s", what);
	return -EINVAL;
}

/* Leaves *out alone where the option is not there. */
static int read_number(const struct line *line, const char *name, unsigned least, unsigned most,
                       unsigned *out, char reason[PING_REASON_MAX])
{
	const struct argument *option = line_option(line, name);
	unsigned first, last;

	if (!option)
		return 0;
	if (number_range_parse(option->text, most, &first, &last) || first != last || first < least) {
		snprintf(reason, PING_REASON_MAX, "-%s cannot be '%.64s'. Allowed: %u to %u", name,
		         option->text, least, most);
		return -EINVAL;
	}
	*out = first;
	return 0;
}

static int read_protocol(const struct line *line, struct message_probe_start *out,
                         char reason[PING_REASON_MAX])
{
	bool tcp = line_option(line, "tcp"), udp = line_option(line, "udp");
	unsigned port = tcp ? HTTP_PORT : ECHO_PORT;
	int error;

	if (tcp && udp)
		return wrong(reason, "give -tcp or -udp, not both");
	if (!tcp && !udp && line_option(line, "port"))
		return wrong(reason, "-port goes with -tcp or -udp: ICMP has no ports");
	error = read_number(line, "port", 1, 65535, &port, reason);
	out->protocol = tcp ? IPPROTO_TCP : udp ? IPPROTO_UDP : IPPROTO_ICMP;
	out->port = tcp || udp ? (uint16_t)port : 0;
	return error;
}

/* -request, else so many letters; of TCP only what was asked for. */
static int read_payload(const struct line *line, struct message_probe_start *out,
                        char reason[PING_REASON_MAX])
{
	const struct argument *request = line_option(line, "request");
	unsigned length = out->protocol == IPPROTO_TCP ? 0 : LENGTH_DEFAULT;

	if (request && line_option(line, "length"))
		return wrong(reason, "give -request or -length, not both");
	if (request && strlen(request->text) > PROBE_LENGTH_MAX) {
		snprintf(reason, PING_REASON_MAX, "-request is longer than %d bytes", PROBE_LENGTH_MAX);
		return -EINVAL;
	}
	if (request) {
		out->length = (uint16_t)strlen(request->text);
		memcpy(out->payload, request->text, out->length);
		return 0;
	}
	if (read_number(line, "length", 0, PROBE_LENGTH_MAX, &length, reason))
		return -EINVAL;
	out->length = (uint16_t)length;
	for (unsigned i = 0; i < length; i++)
		out->payload[i] = (uint8_t)('a' + i % 26);
	return 0;
}

static int read_address(const struct configuration *configuration, const char *value, const char *what,
                        struct ip_address *out, char reason[PING_REASON_MAX])
{
	*out = resolve_host(configuration, value);
	if (out->version)
		return 0;
	snprintf(reason, PING_REASON_MAX,
	         "%s cannot be '%.64s'. Allowed: an IPv4 or IPv6 address, or the name of an IPAddress that "
	         "is one host",
	         what, value);
	return -EINVAL;
}

static int read_source(const struct configuration *configuration, const struct line *line,
                       struct message_probe_start *out, char reason[PING_REASON_MAX])
{
	const struct argument *ip = line_option(line, "srcip"), *interface = line_option(line, "srciface");
	uint16_t id = interface ? interface_id(configuration, interface->text) : POLICY_INTERFACE_NONE;

	if (ip && read_address(configuration, ip->text, "-srcip", &out->source, reason))
		return -EINVAL;
	if (ip && out->source.version != out->destination.version)
		return wrong(reason, "-srcip must be of the same IP version as the destination");
	if (!interface)
		return 0;
	if (line_option(line, "routingtable"))
		return wrong(reason, "-routingtable has no meaning with -srciface: the interface decides");
	if (!ip)
		return wrong(reason, "-srciface needs -srcip: the address that the packet comes from");
	if (id == POLICY_INTERFACE_NONE || id == POLICY_INTERFACE_ANY || id == POLICY_INTERFACE_CORE) {
		snprintf(reason, PING_REASON_MAX,
		         "-srciface cannot be '%.64s'. Allowed: the name of an interface", interface->text);
		return -EINVAL;
	}
	out->interface = id;
	out->simulate = 1;
	return 0;
}

static int read_table(const struct line *line, char reason[PING_REASON_MAX])
{
	const struct argument *table = line_option(line, "routingtable");

	if (!table || !strcasecmp(table->text, "main"))
		return 0;
	snprintf(reason, PING_REASON_MAX,
	         "-routingtable cannot be '%.64s'. Allowed in this release: main, which is taken without it",
	         table->text);
	return -EINVAL;
}

int ping_settings_read(const struct configuration *configuration, const struct line *line,
                       struct ping_settings *out, char reason[PING_REASON_MAX])
{
	struct message_probe_start *probe = &out->probe;
	unsigned count = 1;
	int error;

	*out = (struct ping_settings){.detail = PING_PLAIN};
	if (line_word_count(line) != 2)
		return wrong(reason, "one destination is needed: ping 10.4.0.2");
	if (line_option(line, "vv"))
		out->detail = PING_VERY_VERBOSE;
	else if (line_option(line, "verbose") || line_option(line, "v"))
		out->detail = PING_VERBOSE;
	error =
	    read_address(configuration, line_word(line, 1), "the destination", &probe->destination, reason);
	if (!error)
		error = read_protocol(line, probe, reason);
	if (!error)
		error = read_payload(line, probe, reason);
	if (!error)
		error = read_source(configuration, line, probe, reason);
	if (!error)
		error = read_table(line, reason);
	if (!error)
		error = read_number(line, "count", 1, PING_COUNT_MAX, &count, reason);
	out->count = count;
	return error;
}
