/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/dhcp_client/packet.h"

#include <arpa/inet.h>
#include <rte_ip.h>
#include <string.h>

#define UDP_PROTOCOL 17
#define IP_LENGTH    20
#define UDP_LENGTH   8
#define FRAGMENT     0x3fff /* of the field of flags and offset: more, or not the first */

/* Offsets in the message, behind the UDP header. */
enum {
	OPERATION = 0,
	HARDWARE_TYPE = 1,
	HARDWARE_LENGTH = 2,
	XID = 4,
	SECONDS = 8,
	FLAGS = 10,
	CLIENT_ADDRESS = 12,
	YOUR_ADDRESS = 16,
	HARDWARE = 28,
	SERVER_NAME = 44,
	FILE_NAME = 108,
	COOKIE = 236,
	OPTIONS = 240,
};

#define OPERATION_REQUEST 1
#define OPERATION_REPLY   2
#define ETHERNET          1
#define FLAG_BROADCAST    0x80
#define OVERLOAD_FILE     1
#define OVERLOAD_NAME     2

enum {
	OPTION_PAD = 0,
	OPTION_NETMASK = 1,
	OPTION_ROUTERS = 3,
	OPTION_DNS = 6,
	OPTION_BROADCAST = 28,
	OPTION_NBNS = 44,
	OPTION_REQUESTED = 50,
	OPTION_LEASE = 51,
	OPTION_OVERLOAD = 52,
	OPTION_TYPE = 53,
	OPTION_SERVER = 54,
	OPTION_PARAMETERS = 55,
	OPTION_SIZE = 57,
	OPTION_RENEWAL = 58,
	OPTION_REBINDING = 59,
	OPTION_IDENTIFIER = 61,
	OPTION_END = 255,
};

static const uint8_t cookie[4] = {99, 130, 83, 99};

static uint16_t get16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t get32(const uint8_t *at)
{
	return (uint32_t)get16(at) << 16 | get16(at + 2);
}

static uint32_t get_address(const uint8_t *at)
{
	uint32_t address;

	memcpy(&address, at, sizeof(address));
	return address;
}

bool dhcp_address_valid(uint32_t address)
{
	uint8_t first = (uint8_t)(ntohl(address) >> 24);

	return first > 0 && first < 224 && first != 127;
}

bool dhcp_netmask_valid(uint32_t netmask)
{
	uint32_t zeros = ~ntohl(netmask);

	return netmask && zeros && !(zeros & (zeros + 1));
}

/* Of a UDP datagram with its pseudo header, as it is in memory: 0xffff where the checksum in it is right. */
static uint16_t udp_sum(const uint8_t *ip, const uint8_t *udp, uint16_t length)
{
	uint32_t sum = rte_raw_cksum(ip + 12, 8);

	sum += htons(UDP_PROTOCOL);
	sum += htons(length);
	sum += rte_raw_cksum(udp, length);
	return __rte_raw_cksum_reduce(sum);
}

struct options {
	struct dhcp_reply *out;
	uint8_t overload; /* bits: which fields hold options too */
};

/* Of several addresses those that can be some; of an option that is there twice the first counts. */
static void take_addresses(const uint8_t *value, size_t length, uint32_t *out, unsigned most)
{
	unsigned count = 0;

	if (out[0])
		return;
	for (size_t at = 0; at + 4 <= length && count < most; at += 4)
		if (dhcp_address_valid(get_address(value + at)))
			out[count++] = get_address(value + at);
}

static void take_number(const uint8_t *value, size_t length, uint32_t *out)
{
	if (length == 4 && !*out)
		*out = get32(value);
}

static void take_option(struct options *options, uint8_t code, const uint8_t *value, size_t length)
{
	struct dhcp_lease *lease = &options->out->lease;

	switch (code) {
	case OPTION_NETMASK:
		if (length == 4 && dhcp_netmask_valid(get_address(value)))
			lease->netmask = get_address(value);
		break;
	case OPTION_ROUTERS:
		take_addresses(value, length, &lease->router, 1);
		break;
	case OPTION_BROADCAST:
		if (length == 4)
			lease->broadcast = get_address(value);
		break;
	case OPTION_DNS:
		take_addresses(value, length, lease->dns, DHCP_SERVERS_MAX);
		break;
	case OPTION_NBNS:
		take_addresses(value, length, lease->nbns, DHCP_SERVERS_MAX);
		break;
	case OPTION_SERVER:
		take_addresses(value, length, &lease->server, 1);
		break;
	case OPTION_LEASE:
		take_number(value, length, &lease->lease_s);
		break;
	case OPTION_RENEWAL:
		take_number(value, length, &lease->renew_s);
		break;
	case OPTION_REBINDING:
		take_number(value, length, &lease->rebind_s);
		break;
	case OPTION_TYPE:
		if (length == 1 && !options->out->type)
			options->out->type = value[0];
		break;
	case OPTION_OVERLOAD:
		if (length == 1)
			options->overload |= value[0];
		break;
	}
}

/* False where an option runs over the end. */
static bool read_options(const uint8_t *bytes, size_t length, struct options *options)
{
	for (size_t at = 0; at < length && bytes[at] != OPTION_END;) {
		if (bytes[at] == OPTION_PAD) {
			at++;
			continue;
		}
		if (length - at < 2 || length - at - 2 < bytes[at + 1])
			return false;
		take_option(options, bytes[at], bytes + at + 2, bytes[at + 1]);
		at += 2 + (size_t)bytes[at + 1];
	}
	return true;
}

static bool read_all_options(const uint8_t *message, size_t length, struct dhcp_reply *out)
{
	struct options options = {.out = out};
	uint8_t overload;

	if (memcmp(message + COOKIE, cookie, sizeof(cookie)) != 0 ||
	    !read_options(message + OPTIONS, length - OPTIONS, &options))
		return false;
	overload = options.overload;
	if (overload & OVERLOAD_FILE && !read_options(message + FILE_NAME, COOKIE - FILE_NAME, &options))
		return false;
	return !(overload & OVERLOAD_NAME) ||
	       read_options(message + SERVER_NAME, FILE_NAME - SERVER_NAME, &options);
}

/* The message in a UDP datagram from a server; NULL: it is none. */
static const uint8_t *read_headers(const uint8_t *ip, size_t length, struct dhcp_reply *out, size_t *rest)
{
	size_t header = length < IP_LENGTH ? 0 : (size_t)(ip[0] & 0x0f) * 4, total;
	const uint8_t *udp = ip + header;
	uint16_t udp_length;

	if (header < IP_LENGTH || ip[0] >> 4 != 4 || ip[9] != UDP_PROTOCOL)
		return NULL;
	total = get16(ip + 2);
	if (total > length || total < header + UDP_LENGTH + OPTIONS || get16(ip + 6) & FRAGMENT ||
	    rte_raw_cksum(ip, header) != 0xffff)
		return NULL;
	udp_length = get16(udp + 4);
	if (get16(udp) != DHCP_SERVER_PORT || get16(udp + 2) != DHCP_CLIENT_PORT ||
	    udp_length < UDP_LENGTH + OPTIONS || udp_length > total - header ||
	    (get16(udp + 6) && udp_sum(ip, udp, udp_length) != 0xffff))
		return NULL;
	out->source = get_address(ip + 12);
	out->destination = get_address(ip + 16);
	*rest = udp_length - UDP_LENGTH;
	return udp + UDP_LENGTH;
}

static bool worth_heeding(const struct dhcp_reply *reply)
{
	if (!dhcp_address_valid(reply->source))
		return false;
	if (reply->type == DHCP_NAK)
		return true;
	return (reply->type == DHCP_OFFER || reply->type == DHCP_ACK) && reply->lease.server &&
	       reply->lease.lease_s && dhcp_address_valid(reply->lease.address);
}

bool dhcp_reply_read(const uint8_t *ip, size_t length, struct dhcp_reply *out)
{
	struct dhcp_reply reply = {.xid = 0};
	size_t rest = 0;
	const uint8_t *message = read_headers(ip, length, &reply, &rest);

	if (!message || message[OPERATION] != OPERATION_REPLY || message[HARDWARE_TYPE] != ETHERNET ||
	    message[HARDWARE_LENGTH] != sizeof(reply.mac))
		return false;
	reply.xid = get32(message + XID);
	memcpy(reply.mac.bytes, message + HARDWARE, sizeof(reply.mac.bytes));
	reply.lease.address = get_address(message + YOUR_ADDRESS);
	if (!read_all_options(message, rest, &reply) || !worth_heeding(&reply))
		return false;
	*out = reply;
	return true;
}

static uint8_t *put16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
	return at + 2;
}

static uint8_t *put_option(uint8_t *at, uint8_t code, const void *value, uint8_t length)
{
	*at++ = code;
	*at++ = length;
	memcpy(at, value, length);
	return at + length;
}

static void write_options(const struct dhcp_request *request, uint8_t *at)
{
	static const uint8_t wanted[] = {OPTION_NETMASK, OPTION_ROUTERS, OPTION_DNS,     OPTION_BROADCAST,
	                                 OPTION_NBNS,    OPTION_LEASE,   OPTION_RENEWAL, OPTION_REBINDING};
	uint8_t type = (uint8_t)request->type, identifier[7] = {ETHERNET}, size[2];
	bool asks = request->type == DHCP_DISCOVER || request->type == DHCP_REQUEST;

	memcpy(at, cookie, sizeof(cookie));
	at = put_option(at + sizeof(cookie), OPTION_TYPE, &type, 1);
	memcpy(identifier + 1, request->identifier.bytes, sizeof(request->identifier.bytes));
	at = put_option(at, OPTION_IDENTIFIER, identifier, sizeof(identifier));
	if (request->requested)
		at = put_option(at, OPTION_REQUESTED, &request->requested, 4);
	if (request->server)
		at = put_option(at, OPTION_SERVER, &request->server, 4);
	put16(size, 576);
	if (asks)
		at = put_option(at, OPTION_SIZE, size, sizeof(size));
	if (asks)
		at = put_option(at, OPTION_PARAMETERS, wanted, sizeof(wanted));
	*at = OPTION_END;
}

static void write_message(const struct dhcp_request *request, uint8_t *message)
{
	bool answered = request->type == DHCP_DISCOVER || request->type == DHCP_REQUEST;

	message[OPERATION] = OPERATION_REQUEST;
	message[HARDWARE_TYPE] = ETHERNET;
	message[HARDWARE_LENGTH] = sizeof(request->mac.bytes);
	put16(message + XID, (uint16_t)(request->xid >> 16));
	put16(message + XID + 2, (uint16_t)request->xid);
	put16(message + SECONDS, request->elapsed_s);
	/* Answers by broadcast where it has no address yet. */
	if (answered && !request->source)
		message[FLAGS] = FLAG_BROADCAST;
	memcpy(message + CLIENT_ADDRESS, &request->source, 4);
	memcpy(message + HARDWARE, request->mac.bytes, sizeof(request->mac.bytes));
	write_options(request, message + COOKIE);
}

size_t dhcp_request_write(const struct dhcp_request *request, uint8_t packet[DHCP_PACKET_MAX])
{
	uint8_t *udp = packet + IP_LENGTH;
	uint16_t sum;

	memset(packet, 0, DHCP_PACKET_MAX);
	packet[0] = 0x45;
	packet[1] = 0x10; /* low delay, as clients ask for */
	put16(packet + 2, DHCP_PACKET_MAX);
	packet[8] = 64;
	packet[9] = UDP_PROTOCOL;
	memcpy(packet + 12, &request->source, 4);
	memcpy(packet + 16, &request->destination, 4);
	sum = (uint16_t)~rte_raw_cksum(packet, IP_LENGTH);
	memcpy(packet + 10, &sum, sizeof(sum));
	put16(udp, DHCP_CLIENT_PORT);
	put16(udp + 2, DHCP_SERVER_PORT);
	put16(udp + 4, DHCP_PACKET_MAX - IP_LENGTH);
	write_message(request, udp + UDP_LENGTH);
	sum = (uint16_t)~udp_sum(packet, udp, DHCP_PACKET_MAX - IP_LENGTH);
	sum = sum ? sum : 0xffff;
	memcpy(udp + 6, &sum, sizeof(sum));
	return DHCP_PACKET_MAX;
}
