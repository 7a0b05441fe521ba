/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ip_address ip_address_from_ip4(uint32_t ip4)
{
	uint32_t network = htonl(ip4);
	struct ip_address address = {.version = 4};

	memcpy(address.bytes, &network, sizeof(network));
	return address;
}

uint32_t ip_address_to_ip4(const struct ip_address *address)
{
	uint32_t network;

	if (address->version != 4)
		return 0;
	memcpy(&network, address->bytes, sizeof(network));
	return ntohl(network);
}

/* Not inet_pton: it refuses the leading zeros that the guide writes (C02-021). */
static int parse_ip4(const char *text, struct ip_address *out)
{
	uint8_t octets[4];

	for (int i = 0; i < 4; i++) {
		unsigned value = 0;
		int digits = 0;

		while (*text >= '0' && *text <= '9' && digits < 3) {
			value = value * 10 + (unsigned)(*text++ - '0');
			digits++;
		}
		if (digits == 0 || value > 255)
			return -EINVAL;
		if (*text++ != (i < 3 ? '.' : '\0'))
			return -EINVAL;
		octets[i] = (uint8_t)value;
	}
	*out = (struct ip_address){.version = 4};
	memcpy(out->bytes, octets, sizeof(octets));
	return 0;
}

int ip_address_parse(const char *text, struct ip_address *out)
{
	struct ip_address address = {.version = 6};

	if (!strchr(text, ':'))
		return parse_ip4(text, out);
	if (inet_pton(AF_INET6, text, address.bytes) != 1)
		return -EINVAL;
	*out = address;
	return 0;
}

const char *ip_address_format(const struct ip_address *address, char out[IP_ADDRESS_TEXT])
{
	out[0] = '\0';
	if (address->version == 4)
		inet_ntop(AF_INET, address->bytes, out, IP_ADDRESS_TEXT);
	else if (address->version == 6)
		inet_ntop(AF_INET6, address->bytes, out, IP_ADDRESS_TEXT);
	return out;
}

int ip_address_compare(const struct ip_address *a, const struct ip_address *b)
{
	if (a->version != b->version)
		return a->version < b->version ? -1 : 1;
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

static unsigned address_bits(const struct ip_address *address)
{
	return address->version == 4 ? 32 : 128;
}

/* Sets every bit behind the first length ones to bit. */
static void fill_host_bits(struct ip_address *address, unsigned length, bool bit)
{
	for (unsigned i = length; i < address_bits(address); i++) {
		uint8_t mask = (uint8_t)(0x80u >> (i % 8));

		if (bit)
			address->bytes[i / 8] |= mask;
		else
			address->bytes[i / 8] &= (uint8_t)~mask;
	}
}

static int parse_network(const char *address_text, const char *length_text, struct ip_range *out)
{
	struct ip_range range;
	char *end;
	unsigned long length;

	if (ip_address_parse(address_text, &range.first))
		return -EINVAL;
	if (*length_text < '0' || *length_text > '9')
		return -EINVAL;
	length = strtoul(length_text, &end, 10);
	if (*end || length > address_bits(&range.first))
		return -EINVAL;
	range.last = range.first;
	fill_host_bits(&range.last, (unsigned)length, false);
	if (ip_address_compare(&range.first, &range.last))
		return -EDOM;
	fill_host_bits(&range.last, (unsigned)length, true);
	*out = range;
	return 0;
}

const char *ip_address_client(const char *text, char out[IP_ADDRESS_TEXT])
{
	struct ip_address address;

	snprintf(out, IP_ADDRESS_TEXT, "%s", text);
	if (ip_address_parse(text, &address) || address.version != 6)
		return out;
	memset(address.bytes + 8, 0, 8);
	return ip_address_format(&address, out);
}

int ip_range_parse(const char *text, struct ip_range *out)
{
	char copy[IP_RANGE_TEXT];
	struct ip_range range;
	char *separator;

	if (strlen(text) >= sizeof(copy))
		return -EINVAL;
	strcpy(copy, text);
	separator = strpbrk(copy, "/-");
	if (!separator) {
		if (ip_address_parse(copy, &range.first))
			return -EINVAL;
		range.last = range.first;
		*out = range;
		return 0;
	}
	bool network = *separator == '/';

	*separator++ = '\0';
	if (network)
		return parse_network(copy, separator, out);
	if (ip_address_parse(copy, &range.first) || ip_address_parse(separator, &range.last) ||
	    range.first.version != range.last.version)
		return -EINVAL;
	if (ip_address_compare(&range.first, &range.last) > 0)
		return -ERANGE;
	*out = range;
	return 0;
}

bool ip_range_prefix_length(const struct ip_range *range, unsigned *length)
{
	unsigned bits = address_bits(&range->first);
	unsigned common = 0;
	struct ip_address low = range->first, high = range->first;

	while (common < bits) {
		uint8_t mask = (uint8_t)(0x80u >> (common % 8));

		if ((range->first.bytes[common / 8] ^ range->last.bytes[common / 8]) & mask)
			break;
		common++;
	}
	fill_host_bits(&low, common, false);
	fill_host_bits(&high, common, true);
	if (ip_address_compare(&low, &range->first) || ip_address_compare(&high, &range->last))
		return false;
	*length = common;
	return true;
}

const char *ip_range_format(const struct ip_range *range, char out[IP_RANGE_TEXT])
{
	char first[IP_ADDRESS_TEXT], last[IP_ADDRESS_TEXT];
	unsigned length;

	ip_address_format(&range->first, first);
	if (ip_address_compare(&range->first, &range->last) == 0)
		snprintf(out, IP_RANGE_TEXT, "%s", first);
	else if (ip_range_prefix_length(range, &length))
		snprintf(out, IP_RANGE_TEXT, "%s/%u", first, length);
	else
		snprintf(out, IP_RANGE_TEXT, "%s-%s", first, ip_address_format(&range->last, last));
	return out;
}

bool ip_range_contains(const struct ip_range *range, const struct ip_address *address)
{
	return address->version == range->first.version && ip_address_compare(&range->first, address) <= 0 &&
	       ip_address_compare(address, &range->last) <= 0;
}

static int hexadecimal_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int mac_address_parse(const char *text, struct mac_address *out)
{
	struct mac_address address;
	char separator = '\0';

	for (int i = 0; i < 6; i++) {
		int high = hexadecimal_digit(text[0]);
		int low = high < 0 ? -1 : hexadecimal_digit(text[1]);

		if (low < 0)
			return -EINVAL;
		address.bytes[i] = (uint8_t)(high << 4 | low);
		text += 2;
		if (i == 0) {
			separator = *text;
			if (separator != '-' && separator != ':')
				return -EINVAL;
		}
		if (*text++ != (i < 5 ? separator : '\0'))
			return -EINVAL;
	}
	*out = address;
	return 0;
}

const char *mac_address_format(const struct mac_address *address, char separator, char out[MAC_ADDRESS_TEXT])
{
	const uint8_t *b = address->bytes;

	snprintf(out, MAC_ADDRESS_TEXT, "%02x%c%02x%c%02x%c%02x%c%02x%c%02x", b[0], separator, b[1],
	         separator, b[2], separator, b[3], separator, b[4], separator, b[5]);
	return out;
}

bool mac_address_is_zero(const struct mac_address *address)
{
	static const struct mac_address zero;

	return memcmp(address, &zero, sizeof(zero)) == 0;
}
