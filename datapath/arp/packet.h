/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_ARP_PACKET_H
#define DATAPATH_ARP_PACKET_H

/* ARP for IPv4 over Ethernet (RFC 826) as bytes. Pure; any thread. IPv4 addresses are in network byte order.
 */

#include "lib/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARP_FRAME_LENGTH 42

enum arp_operation { ARP_REQUEST = 1, ARP_REPLY = 2 };

struct arp_packet {
	enum arp_operation operation;
	struct mac_address sender_mac, target_mac;
	uint32_t sender, target;
};

/*
 * Reads an Ethernet frame of type 0x0806 (a VLAN tag already off). False where it is none that we may heed:
 * cut short, other hardware or protocol or operation, a sender's MAC that is a group address, zero or not the
 * frame's source, or a sender's IP address that no host can have (0.0.0.0 is fine in a request: RFC 5227).
 */
bool arp_parse(const uint8_t *frame, size_t length, struct arp_packet *out);

/* Writes a frame from packet->sender_mac to destination. */
void arp_build(const struct arp_packet *packet, const struct mac_address *destination,
               uint8_t frame[ARP_FRAME_LENGTH]);

/* The same frame from another Ethernet address than the one that it is about. */
void arp_set_source(uint8_t frame[ARP_FRAME_LENGTH], const struct mac_address *source);

extern const struct mac_address arp_broadcast;

#endif
