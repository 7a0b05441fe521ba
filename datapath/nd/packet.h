/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_ND_PACKET_H
#define DATAPATH_ND_PACKET_H

/* Neighbour Solicitations and Advertisements (RFC 4861) as bytes. Pure; any thread. */

#include "lib/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ND_FRAME_LENGTH 86 /* Ethernet, IPv6, message, one option of eight bytes */

enum nd_type { ND_SOLICITATION = 135, ND_ADVERTISEMENT = 136 };

struct nd_packet {
	enum nd_type type;
	uint8_t source[16],
	    destination[16]; /* of the IP header; source zero: the sender has no address yet */
	uint8_t target[16];
	bool has_mac; /* the option with the sender's (of an advertisement: the target's) MAC is there */
	struct mac_address mac;
	bool router, solicited, override; /* of an advertisement */
};

/*
 * Reads a packet at its IPv6 header. False where it is none that we may heed (RFC 4861 7.1.1, 7.1.2): cut short,
 * another type, a hop limit other than 255, a wrong checksum or code, a target that is a group or no host's, options
 * of no length, addresses that do not go with it, or a MAC that is a group's or zero.
 */
bool nd_parse(const uint8_t *ip, size_t length, struct nd_packet *out);

/* Writes a frame from packet->mac to the MAC destination, with the option. */
void nd_build(const struct nd_packet *packet, const struct mac_address *destination,
              uint8_t frame[ND_FRAME_LENGTH]);

/* A solicitation of who has no address yet: without the option (RFC 4861 4.3). Returns its length. */
size_t nd_build_probe(const struct nd_packet *packet, const struct mac_address *destination,
                      uint8_t frame[ND_FRAME_LENGTH]);

/* The same frame from another Ethernet address than the one that it tells of. */
void nd_set_source(uint8_t frame[ND_FRAME_LENGTH], const struct mac_address *source);

/* The group in which a host listens for questions about that address, and the MAC of a group. */
void nd_solicited_node(const uint8_t address[16], uint8_t group[16]);
struct mac_address nd_group_mac(const uint8_t group[16]);

/*
 * The checksum of an ICMPv6 message of length bytes behind the IPv6 header at ip (without extension headers): whether it is
 * right, and put into it.
 */
bool nd_checksum_valid(const uint8_t *ip, size_t length);
void nd_checksum_put(uint8_t *ip, size_t length);

extern const uint8_t nd_all_nodes[16];

#endif
