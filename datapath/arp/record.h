/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_ARP_RECORD_H
#define DATAPATH_ARP_RECORD_H

/* A neighbour as the active node mirrors it (class RECORD_NEIGHBOUR). Pure; any thread. */

#include "lib/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NEIGHBOUR_RECORD_VERSION 1

/* Little-endian, but for next_hop. Later versions append. */
struct neighbour_record {
	uint16_t interface;
	struct mac_address mac;
	uint32_t next_hop; /* network byte order */
};

/* False where it is shorter than version 1, or has an interface, address or MAC that no neighbour can have.
 */
bool neighbour_record_read(const void *payload, size_t length, struct neighbour_record *out);

#endif
