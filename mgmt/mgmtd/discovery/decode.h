/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_DISCOVERY_DECODE_H
#define MGMT_MGMTD_DISCOVERY_DECODE_H

#include "lib/messages/neighbour.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Writes what a Router Solicitation or Advertisement (RFC 4861) at its IPv6 header says: a line, and for each option one that
 * is indented. Any bytes are safe to give.
 */
void discovery_decode(const uint8_t *ip, size_t length, FILE *out);

/* Writes what an ARP frame at its Ethernet header says, a line. Any bytes are safe to give. */
void arp_decode(const uint8_t *frame, size_t length, FILE *out);

/* Writes how the state of a neighbour changed (C04-012), a line. */
void arp_print_state(const struct discovery_state *state, FILE *out);
/* "Dynamic" and the like, as the guide writes them; "None" where there is no entry. */
const char *arp_state_name(uint8_t state);

#endif
