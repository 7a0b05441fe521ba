/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_ARP_RECORD_H
#define DATAPATH_ARP_RECORD_H

/* A neighbour as the active node mirrors it (class RECORD_NEIGHBOUR). Pure; any thread. */

#include "lib/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NEIGHBOUR_RECORD_VERSION 2

/*
 * Little-endian, but for next hops. Later versions append. Of IPv4 version 1 is sent; of IPv6 next_hop is 0, which a
 * reader of version 1 refuses.
 */
struct neighbour_record {
	uint16_t interface;
	struct mac_address mac;
	uint32_t next_hop; /* network byte order */
	/* Version 2. */
	uint8_t next_hop_ipv6[16];
};

#define NEIGHBOUR_RECORD_LENGTH_1 12 /* bytes of version 1 */

/* Fills *out and returns its version; *length is what is to be sent of it. */
uint8_t neighbour_record_write(uint16_t interface, const struct ip_address *next_hop,
                               const struct mac_address *mac, struct neighbour_record *out, uint32_t *length);

/* Of a record that was read. */
struct ip_address neighbour_record_next_hop(const struct neighbour_record *record);

/* False where it is shorter than version 1, or has an interface, address or MAC that no neighbour can have.
 */
bool neighbour_record_read(const void *payload, size_t length, struct neighbour_record *out);

#endif
