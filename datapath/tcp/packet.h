/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_TCP_PACKET_H
#define DATAPATH_TCP_PACKET_H

/* TCP packets that the firewall makes. Worker thread. */

#include "datapath/flow/flow_table.h"
#include "datapath/tcp/cookie.h"
#include "datapath/tcp/options.h"

#include <rte_mbuf.h>

/* No data. Host byte order but for addresses and ports, which are as in a packet (IPv4: the first four bytes). */
struct tcp_packet {
	bool ipv6;
	uint8_t source[16], destination[16];
	uint16_t source_port, destination_port;
	uint32_t sequence, acknowledged;
	uint16_t window;
	uint8_t flags;
	struct tcp_offer offer; /* its options; mss 0: none at all */
};

/* Takes the ends from a packet (data at its IP header, checked). */
void tcp_packet_ends(struct rte_mbuf *mbuf, struct tcp_packet *out);
/* Takes them from what packets of a flow's direction come in with. */
void tcp_packet_ends_of_flow(const struct flow *flow, unsigned direction, struct tcp_packet *out);
/* What both ends are called in cookies; source is the client. */
struct tcp_ends tcp_packet_cookie_ends(const struct tcp_packet *packet, uint16_t interface);
void tcp_packet_turn_round(struct tcp_packet *packet);

/*
 * Writes the packet into an mbuf of one segment, in the place of what is there, with all checksums; struct parsed
 * says its flags and its length, its key is the caller's. Returns 0 or -EINVAL.
 */
int tcp_packet_write(struct rte_mbuf *mbuf, const struct tcp_packet *packet);

#endif
