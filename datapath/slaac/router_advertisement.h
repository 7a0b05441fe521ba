/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_SLAAC_ROUTER_ADVERTISEMENT_H
#define DATAPATH_SLAAC_ROUTER_ADVERTISEMENT_H

/* Router Advertisements as a host reads them (RFC 4861 6.1.2, RFC 4862 5.5.3, RFC 8106). Pure; any thread. */

#include "lib/messages/autoconfiguration.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ADVERTISED_PREFIXES_MAX  AUTOCONFIGURATION_PREFIXES
#define ROUTER_SOLICITATION_SIZE 62 /* Ethernet, IPv6, message */

struct advertised_prefix {
	uint8_t prefix[16];            /* of 64 bits */
	uint32_t valid_s, preferred_s; /* UINT32_MAX: for ever */
};

struct router_advertisement {
	uint8_t router[16];
	uint16_t lifetime_s; /* as a default router; 0: it is none */
	uint8_t prefix_count, server_count;
	uint32_t servers_s;                                         /* lifetime of the servers */
	struct advertised_prefix prefixes[ADVERTISED_PREFIXES_MAX]; /* of which addresses may be made */
	uint8_t servers[AUTOCONFIGURATION_SERVERS][16];
};

/*
 * Reads a packet at its IPv6 header. False where it is none that a host may heed: cut short, not of a router on the link (hop
 * limit 255, link-local source), a wrong checksum or code, options of no length. Prefixes of other lengths than 64, without the
 * autonomous flag, link-local, or preferred for longer than valid are left out. Any bytes are safe.
 */
bool router_advertisement_read(const uint8_t *ip, size_t length, struct router_advertisement *out);

/* Writes a solicitation of who has no address yet, which routers answer to all nodes. */
void router_solicitation_build(const uint8_t mac[6], uint8_t frame[ROUTER_SOLICITATION_SIZE]);

/*
 * How long an address is valid from now on, in seconds, that was for remaining_s (0: there was none) and is told to be for
 * told_s: a stranger cannot end it sooner than in two hours (RFC 4862 5.5.3 e).
 */
uint32_t slaac_valid(uint32_t remaining_s, uint32_t told_s);

#endif
