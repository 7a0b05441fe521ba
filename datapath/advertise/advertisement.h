/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_ADVERTISE_ADVERTISEMENT_H
#define DATAPATH_ADVERTISE_ADVERTISEMENT_H

/* Router Solicitations and Advertisements (RFC 4861 4.1, 4.2) as bytes. Pure; any thread. */

#include "lib/address.h"
#include "lib/policy.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ROUTER_SOLICITATION  133
#define ROUTER_ADVERTISEMENT 134

/* Ethernet, IPv6, message, options of the MAC and the MTU, and as many prefixes as an interface advertises. */
#define ADVERTISEMENT_FRAME_MAX (14 + 40 + 16 + 8 + 8 + 32 * POLICY_ADVERTISED_MAX)

/* The link-local address that the modified EUI-64 of a MAC makes (RFC 4291, appendix A). */
void advertisement_link_local(const uint8_t mac[6], uint8_t address[16]);

/*
 * Writes an advertisement to all nodes about count prefixes (at most POLICY_ADVERTISED_MAX) of one interface, whose first
 * says what the router is. off: the router is none any more. Returns the frame's length.
 */
size_t advertisement_build(const struct policy_advertisement *prefixes, unsigned count, bool off,
                           const uint8_t mac[6], const uint8_t source[16],
                           uint8_t frame[ADVERTISEMENT_FRAME_MAX]);

/* Whether a packet at its IPv6 header is a solicitation that a router may heed (RFC 4861 6.1.1). Any bytes are safe. */
bool solicitation_valid(const uint8_t *ip, size_t length);

#endif
