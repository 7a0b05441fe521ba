/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/slaac/router_advertisement.h"

#include "datapath/advertise/advertisement.h"
#include "datapath/ipv6/ipv6_address.h"
#include "datapath/nd/packet.h"

#include <string.h>

#define ETHERNET_LENGTH 14
#define HEADER_LENGTH   40
#define MESSAGE_LENGTH  16 /* of an advertisement, before its options */
#define ICMPV6          58
#define HOP_LIMIT       255

#define OPTION_PREFIX   3
#define OPTION_SERVERS  25
#define OPTION_UNIT     8
#define FLAG_AUTONOMOUS 0x40
#define PREFIX_LENGTH   64 /* an interface identifier has the other 64 bits */
#define TWO_HOURS       7200

static uint32_t number(const uint8_t *at, size_t bytes)
{
	uint32_t value = 0;

	for (size_t i = 0; i < bytes; i++)
		value = value << 8 | at[i];
	return value;
}

static void read_prefix(const uint8_t *option, struct router_advertisement *out)
{
	struct advertised_prefix *prefix = &out->prefixes[out->prefix_count];
	uint32_t valid = number(option + 4, 4), preferred = number(option + 8, 4);
	uint8_t whole[16] = {0};

	memcpy(whole, option + 16, PREFIX_LENGTH / 8);
	if (out->prefix_count == ADVERTISED_PREFIXES_MAX || option[2] != PREFIX_LENGTH ||
	    !(option[3] & FLAG_AUTONOMOUS) || preferred > valid || !ipv6_address_valid(whole))
		return;
	memcpy(prefix->prefix, whole, sizeof(prefix->prefix));
	prefix->valid_s = valid;
	prefix->preferred_s = preferred;
	out->prefix_count++;
}

static void read_servers(const uint8_t *option, size_t length, struct router_advertisement *out)
{
	out->servers_s = number(option + 4, 4);
	for (size_t at = 8; at + 16 <= length && out->server_count < AUTOCONFIGURATION_SERVERS; at += 16)
		if (ipv6_address_valid(option + at) || ipv6_is_link_local(option + at))
			memcpy(out->servers[out->server_count++], option + at, 16);
}

static bool read_options(const uint8_t *options, size_t length, struct router_advertisement *out)
{
	for (size_t at = 0; at < length;) {
		size_t option = length - at < 2 ? 0 : options[at + 1] * (size_t)OPTION_UNIT;

		if (option == 0 || option > length - at)
			return false;
		if (options[at] == OPTION_PREFIX && option == 32)
			read_prefix(options + at, out);
		else if (options[at] == OPTION_SERVERS && option >= 24 && out->server_count == 0)
			read_servers(options + at, option, out);
		at += option;
	}
	return true;
}

bool router_advertisement_read(const uint8_t *ip, size_t length, struct router_advertisement *out)
{
	const uint8_t *message = ip + HEADER_LENGTH;
	struct router_advertisement read = {.lifetime_s = 0};
	size_t payload;

	if (length < HEADER_LENGTH + MESSAGE_LENGTH || ip[0] >> 4 != 6 || ip[6] != ICMPV6 ||
	    ip[7] != HOP_LIMIT || !ipv6_is_link_local(ip + 8))
		return false;
	payload = number(ip + 4, 2);
	if (payload < MESSAGE_LENGTH || payload > length - HEADER_LENGTH ||
	    message[0] != ROUTER_ADVERTISEMENT || message[1] != 0 || !nd_checksum_valid(ip, payload))
		return false;
	memcpy(read.router, ip + 8, sizeof(read.router));
	read.lifetime_s = (uint16_t)number(message + 6, 2);
	if (!read_options(message + MESSAGE_LENGTH, payload - MESSAGE_LENGTH, &read))
		return false;
	*out = read;
	return true;
}

void router_solicitation_build(const uint8_t mac[6], uint8_t frame[ROUTER_SOLICITATION_SIZE])
{
	static const uint8_t all_routers[16] = {0xff, 0x02, [15] = 2};
	struct mac_address group = nd_group_mac(all_routers);
	uint8_t *ip = frame + ETHERNET_LENGTH;

	memset(frame, 0, ROUTER_SOLICITATION_SIZE);
	memcpy(frame, group.bytes, 6);
	memcpy(frame + 6, mac, 6);
	frame[12] = 0x86;
	frame[13] = 0xdd;
	ip[0] = 0x60;
	ip[5] = 8;
	ip[6] = ICMPV6;
	ip[7] = HOP_LIMIT;
	memcpy(ip + 24, all_routers, sizeof(all_routers));
	ip[HEADER_LENGTH] = ROUTER_SOLICITATION;
	nd_checksum_put(ip, 8);
}

uint32_t slaac_valid(uint32_t remaining_s, uint32_t told_s)
{
	if (told_s > TWO_HOURS || told_s > remaining_s)
		return told_s;
	return remaining_s <= TWO_HOURS ? remaining_s : TWO_HOURS;
}
