/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_ADDRESS_H
#define LIB_ADDRESS_H

/*
 * IP addresses, address ranges and Ethernet addresses: the plain values that every layer shares.
 * All functions are pure and may be called from any thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IP_ADDRESS_TEXT  48 /* bytes that hold any formatted address with its NUL */
#define IP_RANGE_TEXT    (2 * IP_ADDRESS_TEXT)
#define MAC_ADDRESS_TEXT 18

/* An IPv4 or IPv6 address. Bytes in network order; an IPv4 address uses the first four, the rest are zero. */
struct ip_address {
	uint32_t version; /* 4, 6, or 0 for "no address" */
	uint8_t bytes[16];
};

/* All addresses from first to last, both included and of one version. */
struct ip_range {
	struct ip_address first;
	struct ip_address last;
};

struct mac_address {
	uint8_t bytes[6];
};

/* Host byte order in and out. */
struct ip_address ip_address_from_ip4(uint32_t ip4);
/* The address as a number in host byte order; 0 where it is not IPv4. */
uint32_t ip_address_to_ip4(const struct ip_address *address);

/*
 * Parses "192.0.2.1" (leading zeros in an octet are decimal, as the guide's 10.49.02.01, C02-021) or an RFC
 * 4291 IPv6 address, dotted quad in the last 32 bits included (C05-024). Returns 0, or -EINVAL and leaves
 * *out alone.
 */
int ip_address_parse(const char *text, struct ip_address *out);
/* Writes the RFC 5952 form; "" for no address. Returns out. */
const char *ip_address_format(const struct ip_address *address, char out[IP_ADDRESS_TEXT]);
/* <0, 0, >0 as memcmp; version 4 sorts before 6. */
int ip_address_compare(const struct ip_address *a, const struct ip_address *b);

/*
 * Whom limits that count by address take for one: the address, or of IPv6 its /64, of which one client has all
 * addresses. What is no address is taken as it is. Returns out.
 */
const char *ip_address_client(const char *text, char out[IP_ADDRESS_TEXT]);

/*
 * Parses a host, a network "a/n" or a range "a-b" (C05-002). Returns 0; -EINVAL for other text or mixed
 * versions; -ERANGE where a range ends before it starts; -EDOM where a network has host bits set.
 */
int ip_range_parse(const char *text, struct ip_range *out);
/* "a", "a/n" where the range is exactly one network, else "a-b". Returns out. */
const char *ip_range_format(const struct ip_range *range, char out[IP_RANGE_TEXT]);
bool ip_range_contains(const struct ip_range *range, const struct ip_address *address);
/* True, and the length in bits, where the range is exactly one network (a host is a /32 or /128). */
bool ip_range_prefix_length(const struct ip_range *range, unsigned *length);

/* Parses aa-bb-cc-dd-ee-ff or aa:bb:cc:dd:ee:ff (C05-007). Returns 0 or -EINVAL. */
int mac_address_parse(const char *text, struct mac_address *out);
/* Writes aa-bb-cc-dd-ee-ff with the given separator. Returns out. */
const char *mac_address_format(const struct mac_address *address, char separator, char out[MAC_ADDRESS_TEXT]);
bool mac_address_is_zero(const struct mac_address *address);

#endif
