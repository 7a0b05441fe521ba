/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/diagnostics/flow_text.h"
#include "mgmt/mgmtd/policy/policy_build.h"

#include <netinet/in.h>

#define ENDPOINT_TEXT 128

const char *protocol_text(uint8_t protocol, char out[PROTOCOL_TEXT])
{
	static const struct {
		uint8_t number;
		const char *name;
	} names[] = {
	    {IPPROTO_ICMP, "ICMP"}, {IPPROTO_IGMP, "IGMP"},       {IPPROTO_TCP, "TCP"},
	    {IPPROTO_UDP, "UDP"},   {IPPROTO_GRE, "GRE"},         {IPPROTO_ESP, "ESP"},
	    {IPPROTO_AH, "AH"},     {IPPROTO_ICMPV6, "ICMPv6"},   {89, "OSPF"},
	    {IPPROTO_SCTP, "SCTP"}, {IPPROTO_UDPLITE, "UDPLite"},
	};

	snprintf(out, PROTOCOL_TEXT, "%u", protocol);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (names[i].number == protocol)
			snprintf(out, PROTOCOL_TEXT, "%s", names[i].name);
	return out;
}

bool protocol_has_ports(uint8_t protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP || protocol == IPPROTO_UDPLITE ||
	       protocol == IPPROTO_SCTP;
}

unsigned echo_port(uint8_t protocol, bool reply)
{
	if (protocol == IPPROTO_ICMP)
		return reply ? 0 : 8 << 8;
	return protocol == IPPROTO_ICMPV6 ? (reply ? 129u : 128u) << 8 : 0;
}

static bool is_echo(uint8_t protocol)
{
	return protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6;
}

/* "if1:10.1.0.10:4000"; in brackets the routing table that the interface is bound to, 0 for <all>. */
static const char *endpoint(const struct configuration *configuration, uint16_t interface, bool bracket,
                            const struct ip_address *address, uint8_t protocol, unsigned port,
                            char text[ENDPOINT_TEXT])
{
	bool has_port = protocol_has_ports(protocol) || is_echo(protocol);
	char ip[IP_ADDRESS_TEXT], number[16] = "";

	if (has_port)
		snprintf(number, sizeof(number), ":%u", port);
	snprintf(text, ENDPOINT_TEXT, "%s%s:%s%s", interface_name(configuration, interface),
	         bracket ? "(0)" : "", ip_address_format(address, ip), number);
	return text;
}

void flow_print(const struct configuration *configuration, const struct flow_row *row, bool verbose,
                FILE *out)
{
	bool echo = is_echo(row->protocol);
	char source[ENDPOINT_TEXT], destination[ENDPOINT_TEXT], name[PROTOCOL_TEXT];

	endpoint(configuration, row->source_interface, verbose, &row->source, row->protocol,
	         echo ? echo_port(row->protocol, false) : row->source_port, source);
	endpoint(configuration, row->destination_interface, false, &row->destination, row->protocol,
	         row->destination_port, destination);
	fprintf(out, "%-7s %-29s %-29s %u\n", protocol_text(row->protocol, name), source, destination,
	        row->timeout_s);
	if (!verbose)
		return;
	endpoint(configuration, row->source_interface, true, &row->reply_destination, row->protocol,
	         row->reply_destination_port, source);
	endpoint(configuration, row->destination_interface, false, &row->reply_source, row->protocol,
	         echo ? echo_port(row->protocol, true) : row->reply_source_port, destination);
	fprintf(out, "...rev: %-29s %-29s %u\n", source, destination, row->timeout_s);
	fprintf(out,
	        "        routing table main there, main back; %llu packets, %llu bytes there; "
	        "%llu packets, %llu bytes back\n",
	        (unsigned long long)row->packets[0], (unsigned long long)row->bytes[0],
	        (unsigned long long)row->packets[1], (unsigned long long)row->bytes[1]);
	if (row->path_mtu)
		fprintf(out, "        path MTU %u\n", row->path_mtu);
}
