/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/advertise/advertisement.h"

#include "datapath/ipv6/ipv6_address.h"
#include "datapath/nd/packet.h"

#include <arpa/inet.h>
#include <string.h>

#define ETHERNET_LENGTH 14
#define HEADER_LENGTH   40
#define ICMPV6          58
#define HOP_LIMIT       255

#define OPTION_SOURCE 1
#define OPTION_PREFIX 3
#define OPTION_MTU    5
#define OPTION_UNIT   8

#define FLAG_MANAGED    0x80
#define FLAG_OTHER      0x40
#define FLAG_ON_LINK    0x80
#define FLAG_AUTONOMOUS 0x40

void advertisement_link_local(const uint8_t mac[6], uint8_t address[16])
{
	memset(address, 0, 16);
	address[0] = 0xfe;
	address[1] = 0x80;
	memcpy(address + 8, mac, 3);
	address[8] ^= 0x02;
	address[11] = 0xff;
	address[12] = 0xfe;
	memcpy(address + 13, mac + 3, 3);
}

static uint8_t *put16(uint8_t *at, uint32_t value)
{
	uint16_t word = htons(value > UINT16_MAX ? UINT16_MAX : (uint16_t)value);

	memcpy(at, &word, sizeof(word));
	return at + sizeof(word);
}

static uint8_t *put32(uint8_t *at, uint32_t value)
{
	uint32_t word = htonl(value);

	memcpy(at, &word, sizeof(word));
	return at + sizeof(word);
}

static uint8_t *put_router(uint8_t *at, const struct policy_advertisement *router, bool off)
{
	*at++ = ROUTER_ADVERTISEMENT;
	*at++ = 0;
	at = put16(at, 0);
	*at++ = router->hop_limit;
	*at++ = (router->flags & POLICY_ADVERTISE_MANAGED ? FLAG_MANAGED : 0) |
	        (router->flags & POLICY_ADVERTISE_OTHER ? FLAG_OTHER : 0);
	at = put16(at, off ? 0 : router->lifetime_s);
	at = put32(at, router->reachable_ms);
	return put32(at, router->retransmit_ms);
}

static uint8_t *put_prefix(uint8_t *at, const struct policy_advertisement *prefix)
{
	*at++ = OPTION_PREFIX;
	*at++ = 32 / OPTION_UNIT;
	*at++ = prefix->prefix_length;
	*at++ = (prefix->flags & POLICY_ADVERTISE_ON_LINK ? FLAG_ON_LINK : 0) |
	        (prefix->flags & POLICY_ADVERTISE_AUTONOMOUS ? FLAG_AUTONOMOUS : 0);
	at = put32(at, prefix->valid_s);
	at = put32(at, prefix->preferred_s);
	at = put32(at, 0);
	memcpy(at, prefix->prefix.bytes, 16);
	return at + 16;
}

size_t advertisement_build(const struct policy_advertisement *prefixes, unsigned count, bool off,
                           const uint8_t mac[6], const uint8_t source[16],
                           uint8_t frame[ADVERTISEMENT_FRAME_MAX])
{
	struct mac_address group = nd_group_mac(nd_all_nodes);
	uint8_t *ip = frame + ETHERNET_LENGTH, *message = ip + HEADER_LENGTH, *at;
	size_t length;

	memset(frame, 0, ETHERNET_LENGTH + HEADER_LENGTH);
	memcpy(frame, group.bytes, 6);
	memcpy(frame + 6, mac, 6);
	put16(frame + 12, 0x86dd);
	at = put_router(message, prefixes, off);
	*at++ = OPTION_SOURCE;
	*at++ = 1;
	memcpy(at, mac, 6);
	at += 6;
	if (prefixes->mtu) {
		*at++ = OPTION_MTU;
		*at++ = 1;
		at = put32(put16(at, 0), prefixes->mtu);
	}
	for (unsigned i = 0; i < count; i++)
		at = put_prefix(at, &prefixes[i]);
	length = (size_t)(at - message);
	ip[0] = 0x60;
	put16(ip + 4, (uint32_t)length);
	ip[6] = ICMPV6;
	ip[7] = HOP_LIMIT;
	memcpy(ip + 8, source, 16);
	memcpy(ip + 24, nd_all_nodes, 16);
	nd_checksum_put(ip, length);
	return ETHERNET_LENGTH + HEADER_LENGTH + length;
}

bool solicitation_valid(const uint8_t *ip, size_t length)
{
	const uint8_t *message = ip + HEADER_LENGTH;
	bool has_mac = false;
	size_t payload;

	if (length < HEADER_LENGTH + 8 || ip[0] >> 4 != 6 || ip[6] != ICMPV6 || ip[7] != HOP_LIMIT)
		return false;
	payload = (size_t)(ip[4] << 8 | ip[5]);
	if (payload < 8 || payload > length - HEADER_LENGTH || message[0] != ROUTER_SOLICITATION ||
	    message[1] != 0 || !nd_checksum_valid(ip, payload))
		return false;
	for (size_t at = 8; at < payload;) {
		size_t option = payload - at < 2 ? 0 : message[at + 1] * (size_t)OPTION_UNIT;

		if (option == 0 || option > payload - at)
			return false;
		has_mac |= message[at] == OPTION_SOURCE;
		at += option;
	}
	/* Who has no address yet has no MAC to tell. */
	return !ipv6_is_multicast(ip + 8) && !(has_mac && ipv6_is_unspecified(ip + 8));
}
