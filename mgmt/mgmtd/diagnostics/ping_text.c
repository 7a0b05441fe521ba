/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/messages/probe.h"
#include "mgmt/mgmtd/diagnostics/flow_text.h"
#include "mgmt/mgmtd/diagnostics/ping.h"
#include "mgmt/mgmtd/policy/policy_build.h"

#include <netinet/in.h>

#define END_TEXT (IP_ADDRESS_TEXT + 8)

static bool is_echo(uint8_t protocol)
{
	return protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6;
}

/* The guide calls both families' ICMP. */
static const char *name_of(uint8_t protocol, char text[PROTOCOL_TEXT])
{
	return is_echo(protocol) ? "ICMP" : protocol_text(protocol, text);
}

static const char *end_text(const struct ip_address *address, unsigned port, char text[END_TEXT])
{
	char ip[IP_ADDRESS_TEXT];

	snprintf(text, END_TEXT, "%s:%u", ip_address_format(address, ip), port);
	return text;
}

void ping_print_sent(const struct configuration *configuration, const struct ping_settings *settings,
                     const struct message_probe_event *event, FILE *out)
{
	const struct flow_ends *ends = &event->ends;
	unsigned from = is_echo(ends->protocol) ? echo_port(ends->protocol, false) >> 8 : ends->port[0];
	char protocol[PROTOCOL_TEXT], to_text[END_TEXT], from_text[END_TEXT];

	end_text(&ends->address[1], ends->port[1], to_text);
	end_text(&ends->address[0], from, from_text);
	if (settings->probe.simulate)
		fprintf(out,
		        "Simulating %u-byte %s ping to %s\n  from (%s) %s\n"
		        "(Response is not displayed when '-srciface' is used)\n",
		        event->length, name_of(ends->protocol, protocol), to_text,
		        interface_name(configuration, settings->probe.interface), from_text);
	else
		fprintf(out, "Sending %u-byte %s ping to %s from %s\n", event->length,
		        name_of(ends->protocol, protocol), to_text, from_text);
	if (settings->detail != PING_PLAIN && !settings->probe.simulate)
		fprintf(out, "  by interface %s, routing table \"main\"\n",
		        interface_name(configuration, ends->interface[1]));
}

static const char *error_text(const struct message_probe_event *event)
{
	static const char *const unreachable[] = {"network", "host", "protocol", "port",
	                                          "fragmentation needed"};
	static const char *const unreachable6[] = {"no route", "prohibited", "scope", "address", "port"};
	bool ipv6 = event->ends.address[1].version == 6;

	if (event->icmp_type == (ipv6 ? 1 : 3)) {
		if (event->icmp_code < 5)
			return ipv6 ? unreachable6[event->icmp_code] : unreachable[event->icmp_code];
		return event->icmp_code == 13 ? "prohibited" : "unreachable";
	}
	if (ipv6 && event->icmp_type == 2)
		return "packet too big";
	return event->icmp_type == (ipv6 ? 3 : 11) ? "TTL exceeded" : "bad header";
}

static void print_error(const struct message_probe_event *event, const char *to, FILE *out)
{
	char from[IP_ADDRESS_TEXT];

	fprintf(out, "ICMP error from %s to %s: destination unreachable or not reached (%s, type %u code %u)",
	        ip_address_format(&event->ends.address[0], from), to, error_text(event), event->icmp_type,
	        event->icmp_code);
}

void ping_print_answer(const struct ping_settings *settings, const struct message_probe_event *event,
                       FILE *out)
{
	const struct flow_ends *ends = &event->ends;
	unsigned to = is_echo(ends->protocol) ? echo_port(ends->protocol, true) >> 8 : ends->port[1];
	char protocol[PROTOCOL_TEXT], to_text[END_TEXT], from_text[END_TEXT];

	end_text(&ends->address[0], ends->port[0], from_text);
	end_text(&ends->address[1], to, to_text);
	if (event->kind == PROBE_ERROR)
		print_error(event, to_text, out);
	else if (event->kind == PROBE_RESET)
		fprintf(out, "TCP reset from %s to %s", from_text, to_text);
	else if (event->kind == PROBE_CLOSED)
		fprintf(out, "TCP end from %s to %s", from_text, to_text);
	else
		fprintf(out, "%u-byte %s reply from %s to %s", event->length,
		        name_of(ends->protocol, protocol), from_text, to_text);
	if (settings->detail != PING_PLAIN)
		fprintf(out, " time=%llu.%03llu ms TTL=%u", (unsigned long long)event->after_us / 1000,
		        (unsigned long long)event->after_us % 1000, event->hops);
	fputc('\n', out);
}
