/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/capture/decode.h"
#include "lib/capture_filter.h"

#include <netinet/in.h>
#include <string.h>
#include <time.h>

#define ETHERTYPE_ARP 0x0806
#define HEX_WIDTH     16
#define RULE          "-----------------------------------------------------------------------\n"

static unsigned number16(const uint8_t *bytes)
{
	return (unsigned)bytes[0] << 8 | bytes[1];
}

static uint32_t number32(const uint8_t *bytes)
{
	return (uint32_t)number16(bytes) << 16 | number16(bytes + 2);
}

static const char *protocol_name(uint8_t protocol, char number[8])
{
	static const char *const names[256] = {
	    [IPPROTO_ICMP] = "ICMP", [IPPROTO_IGMP] = "IGMP",     [IPPROTO_IPIP] = "IPIP",
	    [IPPROTO_TCP] = "TCP",   [IPPROTO_UDP] = "UDP",       [IPPROTO_IPV6] = "IPv6",
	    [IPPROTO_GRE] = "GRE",   [IPPROTO_ESP] = "ESP",       [IPPROTO_AH] = "AH",
	    [IPPROTO_SCTP] = "SCTP", [IPPROTO_ICMPV6] = "ICMPv6", [89] = "OSPF",
	    [112] = "VRRP"};

	if (names[protocol])
		return names[protocol];
	snprintf(number, 8, "%u", protocol);
	return number;
}

static const char *icmp_name(uint8_t type)
{
	static const char *const names[] = {[0] = "Echo reply",         [3] = "Destination unreachable",
	                                    [4] = "Source quench",      [5] = "Redirect",
	                                    [8] = "Echo request",       [9] = "Router advertisement",
	                                    [11] = "Time exceeded",     [12] = "Parameter problem",
	                                    [13] = "Timestamp request", [14] = "Timestamp reply"};

	return type < sizeof(names) / sizeof(*names) ? names[type] : NULL;
}

static const char *icmpv6_name(uint8_t type)
{
	static const char *const errors[] = {[1] = "Destination unreachable",
	                                     [2] = "Packet too big",
	                                     [3] = "Time exceeded",
	                                     [4] = "Parameter problem"};
	static const char *const others[] = {"Echo request",           "Echo reply",
	                                     "Listener query",         "Listener report",
	                                     "Listener done",          "Router solicitation",
	                                     "Router advertisement",   "Neighbor solicitation",
	                                     "Neighbor advertisement", "Redirect"};

	if (type < sizeof(errors) / sizeof(*errors))
		return errors[type];
	return type >= 128 && type < 128 + sizeof(others) / sizeof(*others) ? others[type - 128] : NULL;
}

static void print_icmp(const char *protocol, const char *name, bool echo, const uint8_t *header,
                       uint32_t left, FILE *out)
{
	if (name)
		fprintf(out, "%s %s", protocol, name);
	else
		fprintf(out, "%s Type:%u", protocol, header[0]);
	if (echo && left >= 8)
		fprintf(out, "  ID:%u  Seq:%u\n", number16(header + 4), number16(header + 6));
	else
		fprintf(out, "  Code:%u\n", header[1]);
}

static void print_tcp(const uint8_t *header, uint32_t length, FILE *out)
{
	static const char *const flags[] = {"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"};
	uint32_t header_length = (header[12] >> 4) * 4u;
	const char *before = "";

	fprintf(out, "TCP %u->%u  Seq:%u  Ack:%u  Flags:", number16(header), number16(header + 2),
	        number32(header + 4), number32(header + 8));
	for (unsigned i = 0; i < 8; i++)
		if (header[13] >> i & 1) {
			fprintf(out, "%s%s", before, flags[i]);
			before = ",";
		}
	fprintf(out, "  Win:%u  DataLen:%u\n", number16(header + 14),
	        length > header_length ? length - header_length : 0);
}

/* length: of the transport header and its data, as the network header says; left: of the bytes that are there. */
static void print_transport(const struct capture_headers *headers, const uint8_t *header, uint32_t left,
                            uint32_t length, FILE *out)
{
	uint8_t protocol = headers->protocol;
	char number[8];

	if (headers->later_fragment)
		fprintf(out, "%s Fragment  DataLen:%u\n", protocol_name(protocol, number), length);
	else if (protocol == IPPROTO_ICMP && left >= 2)
		print_icmp("ICMP", icmp_name(header[0]), header[0] == 8 || header[0] == 0, header, left, out);
	else if (protocol == IPPROTO_ICMPV6 && left >= 2)
		print_icmp("ICMPv6", icmpv6_name(header[0]), header[0] == 128 || header[0] == 129, header,
		           left, out);
	else if (protocol == IPPROTO_TCP && left >= 16)
		print_tcp(header, length, out);
	else if (protocol == IPPROTO_UDP && left >= 6)
		fprintf(out, "UDP %u->%u  DataLen:%u\n", number16(header), number16(header + 2),
		        number16(header + 4) > 8 ? number16(header + 4) - 8 : 0);
	else
		fprintf(out, "%s DataLen:%u%s\n", protocol_name(protocol, number), length,
		        left < 2 ? "  (cut short)" : "");
}

static void print_ip(const struct captured_packet *packet, const struct capture_headers *headers, FILE *out)
{
	const uint8_t *network = packet->bytes + headers->network;
	bool v4 = headers->address[0].version == 4;
	uint32_t header_length = headers->transport - headers->network;
	uint32_t total = v4 ? number16(network + 2) : 40 + number16(network + 4);
	uint32_t length = total > header_length ? total - header_length : 0;
	/* Small frames are padded; what follows the packet is none of it. */
	uint32_t left = packet->captured > headers->transport ? packet->captured - headers->transport : 0;
	char from[IP_ADDRESS_TEXT], to[IP_ADDRESS_TEXT], number[8];

	if (left > length)
		left = length;
	fprintf(out, "%s %s->%s  IHL:%u  DataLen:%u %s:%u Proto:%s\n", v4 ? "IP" : "IP6",
	        ip_address_format(&headers->address[0], from), ip_address_format(&headers->address[1], to),
	        header_length, length, v4 ? "TTL" : "HopLimit", network[v4 ? 8 : 7],
	        protocol_name(headers->protocol, number));
	print_transport(headers, left ? packet->bytes + headers->transport : NULL, left, length, out);
}

static void print_arp(const uint8_t *arp, FILE *out)
{
	struct ip_address sender = ip_address_from_ip4(number32(arp + 14)),
	                  target = ip_address_from_ip4(number32(arp + 24));
	char from[IP_ADDRESS_TEXT], to[IP_ADDRESS_TEXT], mac[MAC_ADDRESS_TEXT];
	struct mac_address sender_mac;
	unsigned operation = number16(arp + 6);

	memcpy(sender_mac.bytes, arp + 8, 6);
	ip_address_format(&sender, from);
	ip_address_format(&target, to);
	mac_address_format(&sender_mac, '-', mac);
	if (operation == 1)
		fprintf(out, "ARP Request  Who has %s? Tell %s (%s)\n", to, from, mac);
	else if (operation == 2)
		fprintf(out, "ARP Reply  %s is at %s\n", from, mac);
	else
		fprintf(out, "ARP Operation:%u\n", operation);
}

static void print_text(const struct captured_packet *packet, FILE *out)
{
	char from[MAC_ADDRESS_TEXT], to[MAC_ADDRESS_TEXT];
	struct capture_headers headers;

	if (!capture_headers_read(packet->bytes, packet->captured, &headers)) {
		fprintf(out, "ETH DataLen:%u  (cut short)\n" RULE, packet->length);
		return;
	}
	if (headers.is_ip) {
		print_ip(packet, &headers, out);
		fputs(RULE, out);
		return;
	}
	fprintf(out, "ETH %s->%s  Type:0x%04x  DataLen:%u\n", mac_address_format(&headers.mac[0], '-', from),
	        mac_address_format(&headers.mac[1], '-', to), headers.ethertype,
	        packet->length > headers.network ? packet->length - headers.network : 0);
	if (headers.ethertype == ETHERTYPE_ARP && packet->captured >= headers.network + 28)
		print_arp(packet->bytes + headers.network, out);
	fputs(RULE, out);
}

/* As Wireshark's text2pcap reads it: every packet begins at offset 0. */
static void print_hex(const struct captured_packet *packet, FILE *out)
{
	for (uint32_t line = 0; line < packet->captured; line += HEX_WIDTH) {
		uint32_t end = packet->captured - line < HEX_WIDTH ? packet->captured - line : HEX_WIDTH;

		fprintf(out, "%06x ", line);
		for (uint32_t i = 0; i < HEX_WIDTH; i++) {
			if (i < end)
				fprintf(out, " %02x", packet->bytes[line + i]);
			else
				fputs("   ", out);
		}
		fputs("  ", out);
		for (uint32_t i = 0; i < end; i++) {
			uint8_t byte = packet->bytes[line + i];

			fputc(byte > 32 && byte < 127 ? byte : '.', out);
		}
		fputc('\n', out);
	}
	fputc('\n', out);
}

/* K12 text format, as Wireshark writes and reads it. */
static void print_k12(const struct captured_packet *packet, FILE *out)
{
	time_t seconds = (time_t)(packet->time_us / 1000000);
	unsigned micro = (unsigned)(packet->time_us % 1000000);
	struct tm local;
	char clock[16];

	strftime(clock, sizeof(clock), "%H:%M:%S", localtime_r(&seconds, &local));
	fprintf(out, "+---------+---------------+----------+\n%s,%03u,%03u   ETHER\n|0   |", clock,
	        micro / 1000, micro % 1000);
	for (uint32_t i = 0; i < packet->captured; i++)
		fprintf(out, "%02x|", packet->bytes[i]);
	fputs("\n\n", out);
}

void capture_print(const struct captured_packet *packet, enum capture_format format, FILE *out)
{
	switch (format) {
	case CAPTURE_TEXT:
		print_text(packet, out);
		break;
	case CAPTURE_HEX:
		print_hex(packet, out);
		break;
	case CAPTURE_K12:
		print_k12(packet, out);
		break;
	}
}
