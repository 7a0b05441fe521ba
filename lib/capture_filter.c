/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/capture_filter.h"

#include <netinet/in.h>
#include <string.h>

#define ETHERNET_LENGTH 14
#define ETHERTYPE_IPV4  0x0800
#define ETHERTYPE_IPV6  0x86dd
#define VLAN_TAGS_MAX   2
#define EXTENSIONS_MAX  8 /* headers of IPv6 that are skipped */

static uint16_t number16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static void read_ports(const uint8_t *frame, size_t length, struct capture_headers *out)
{
	bool has =
	    out->protocol == IPPROTO_TCP || out->protocol == IPPROTO_UDP || out->protocol == IPPROTO_SCTP;

	if (!has || out->later_fragment || length < out->transport + 4)
		return;
	out->has_ports = true;
	out->port[0] = number16(frame + out->transport);
	out->port[1] = number16(frame + out->transport + 2);
}

static void read_ipv4(const uint8_t *frame, size_t length, struct capture_headers *out)
{
	const uint8_t *header = frame + out->network;
	unsigned header_length;

	if (length < out->network + 20 || header[0] >> 4 != 4 || (header[0] & 15) < 5)
		return;
	header_length = (header[0] & 15) * 4;
	out->is_ip = true;
	out->protocol = header[9];
	out->later_fragment = number16(header + 6) & 0x1fff;
	for (unsigned side = 0; side < 2; side++) {
		out->address[side].version = 4;
		memcpy(out->address[side].bytes, header + 12 + side * 4, 4);
	}
	out->transport = out->network + header_length;
	read_ports(frame, length, out);
}

/* Skips the extension headers (RFC 8200, chapter 4); one that is cut off is where it ends. */
static void skip_extensions(const uint8_t *frame, size_t length, struct capture_headers *out)
{
	for (unsigned i = 0; i < EXTENSIONS_MAX && length >= out->transport + 8; i++) {
		const uint8_t *header = frame + out->transport;

		switch (out->protocol) {
		case IPPROTO_HOPOPTS:
		case IPPROTO_ROUTING:
		case IPPROTO_DSTOPTS:
			out->transport += (header[1] + 1u) * 8;
			break;
		case IPPROTO_AH:
			out->transport += (header[1] + 2u) * 4;
			break;
		case IPPROTO_FRAGMENT:
			out->transport += 8;
			out->later_fragment |= (number16(header + 2) & 0xfff8) != 0;
			break;
		default:
			return;
		}
		out->protocol = header[0];
		if (out->later_fragment)
			return;
	}
}

static void read_ipv6(const uint8_t *frame, size_t length, struct capture_headers *out)
{
	const uint8_t *header = frame + out->network;

	if (length < out->network + 40 || header[0] >> 4 != 6)
		return;
	out->is_ip = true;
	out->protocol = header[6];
	for (unsigned side = 0; side < 2; side++) {
		out->address[side].version = 6;
		memcpy(out->address[side].bytes, header + 8 + side * 16, 16);
	}
	out->transport = out->network + 40;
	skip_extensions(frame, length, out);
	read_ports(frame, length, out);
}

bool capture_headers_read(const uint8_t *frame, size_t length, struct capture_headers *out)
{
	*out = (struct capture_headers){.network = ETHERNET_LENGTH};
	if (length < ETHERNET_LENGTH)
		return false;
	memcpy(out->mac[1].bytes, frame, 6);
	memcpy(out->mac[0].bytes, frame + 6, 6);
	out->ethertype = number16(frame + 12);
	for (unsigned i = 0; i < VLAN_TAGS_MAX && (out->ethertype == 0x8100 || out->ethertype == 0x88a8) &&
	                     length >= out->network + 4;
	     i++) {
		out->ethertype = number16(frame + out->network + 2);
		out->network += 4;
	}
	if (out->ethertype == ETHERTYPE_IPV4)
		read_ipv4(frame, length, out);
	else if (out->ethertype == ETHERTYPE_IPV6)
		read_ipv6(frame, length, out);
	return true;
}

static bool numbers_are_valid(const struct capture_numbers *numbers)
{
	if (numbers->count > CAPTURE_NUMBERS_MAX)
		return false;
	for (uint32_t i = 0; i < numbers->count; i++)
		if (numbers->range[i].first > numbers->range[i].last)
			return false;
	return true;
}

static bool addresses_are_valid(const struct capture_addresses *addresses)
{
	if (addresses->count > CAPTURE_ADDRESSES_MAX)
		return false;
	for (uint32_t i = 0; i < addresses->count; i++) {
		const struct ip_range *range = &addresses->range[i];

		if ((range->first.version != 4 && range->first.version != 6) ||
		    range->first.version != range->last.version ||
		    ip_address_compare(&range->first, &range->last) > 0)
			return false;
	}
	return true;
}

bool capture_filter_is_valid(const struct capture_filter *filter)
{
	bool valid = numbers_are_valid(&filter->protocol);

	for (unsigned side = 0; side < CAPTURE_SIDES; side++)
		valid = valid && numbers_are_valid(&filter->port[side]) &&
		        addresses_are_valid(&filter->address[side]) &&
		        filter->mac[side].count <= CAPTURE_MACS_MAX;
	return valid;
}

bool capture_filter_is_empty(const struct capture_filter *filter)
{
	uint32_t count = filter->protocol.count;

	for (unsigned side = 0; side < CAPTURE_SIDES; side++)
		count |= filter->port[side].count | filter->address[side].count | filter->mac[side].count;
	return count == 0;
}

static bool has_number(const struct capture_numbers *numbers, uint16_t number)
{
	for (uint32_t i = 0; i < numbers->count; i++)
		if (number >= numbers->range[i].first && number <= numbers->range[i].last)
			return true;
	return false;
}

static bool has_address(const struct capture_addresses *addresses, const struct ip_address *address)
{
	for (uint32_t i = 0; i < addresses->count; i++)
		if (ip_range_contains(&addresses->range[i], address))
			return true;
	return false;
}

static bool has_mac(const struct capture_macs *macs, const struct mac_address *mac)
{
	for (uint32_t i = 0; i < macs->count; i++)
		if (!memcmp(&macs->mac[i], mac, sizeof(*mac)))
			return true;
	return false;
}

/* Whether a side of a kind looks at that end of the packet (0: source, 1: destination). */
static bool looks_at(enum capture_side side, unsigned end)
{
	return side == CAPTURE_EITHER || (side == CAPTURE_SOURCE) == (end == 0);
}

static bool side_matches(const struct capture_filter *filter, enum capture_side side,
                         const struct capture_headers *headers)
{
	bool port = !filter->port[side].count, address = !filter->address[side].count;
	bool mac = !filter->mac[side].count;

	for (unsigned end = 0; end < 2; end++) {
		if (!looks_at(side, end))
			continue;
		port = port || (headers->has_ports && has_number(&filter->port[side], headers->port[end]));
		address = address ||
		          (headers->is_ip && has_address(&filter->address[side], &headers->address[end]));
		mac = mac || has_mac(&filter->mac[side], &headers->mac[end]);
	}
	return port && address && mac;
}

bool capture_filter_matches_headers(const struct capture_filter *filter,
                                    const struct capture_headers *headers)
{
	if (filter->protocol.count && !(headers->is_ip && has_number(&filter->protocol, headers->protocol)))
		return false;
	return side_matches(filter, CAPTURE_EITHER, headers) &&
	       side_matches(filter, CAPTURE_SOURCE, headers) &&
	       side_matches(filter, CAPTURE_DESTINATION, headers);
}

bool capture_filter_matches(const struct capture_filter *filter, const uint8_t *frame, size_t length)
{
	struct capture_headers headers;

	return capture_headers_read(frame, length, &headers) &&
	       capture_filter_matches_headers(filter, &headers);
}
