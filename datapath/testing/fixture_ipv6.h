/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_TESTING_FIXTURE_IPV6_H
#define DATAPATH_TESTING_FIXTURE_IPV6_H

/*
 * The fixture with IPv6 beside IPv4: 2001:db8:1::/64 on LAN and 2001:db8:2::/64 on WAN, shared address ::1 and private
 * ::2 in each, neighbours ::10, and a route to 2001:db8:3::/48 by the one on WAN. One thread.
 */

#include "datapath/testing/fixture.h"

#define CLIENT6     "2001:db8:1::10"
#define SERVER6     "2001:db8:2::10"
#define BEHIND6     "2001:db8:3::77"
#define LAN_SHARED6 "2001:db8:1::1"
#define WAN_SHARED6 "2001:db8:2::1"

/* Checked fixture: everything is allowed. */
void fixture_ipv6_setup(void);
/* As fixture_policy. */
struct policy_builder *fixture_ipv6_policy(void);
/* A rule about all IPv6 from LAN to WAN. */
void fixture_ipv6_rule(struct policy_builder *builder, enum policy_action action, bool reject,
                       enum policy_source_translation translation);

struct ip_address fixture_ipv6_address(const char *text);
/* Packets at their IP header, checksums right. The payload is zeros but for the transport header's fields. */
struct rte_mbuf *fixture_ipv6(const char *source, const char *destination, uint8_t protocol,
                              uint16_t payload);
struct rte_mbuf *fixture_ipv6_udp(const char *source, uint16_t source_port, const char *destination,
                                  uint16_t destination_port);
struct rte_mbuf *fixture_ipv6_tcp(const char *source, uint16_t source_port, const char *destination,
                                  uint16_t destination_port, uint8_t flags);
struct rte_mbuf *fixture_ipv6_echo(const char *source, const char *destination, uint8_t type,
                                   uint16_t identifier);
/* Puts an extension header of eight bytes (next header, 0, third, fourth) behind the IP header. */
struct rte_mbuf *fixture_ipv6_extend(struct rte_mbuf *mbuf, uint8_t header, uint8_t third, uint8_t fourth);
static inline struct rte_ipv6_hdr *fixture_ipv6_header(struct rte_mbuf *mbuf)
{
	return rte_pktmbuf_mtod(mbuf, struct rte_ipv6_hdr *);
}

/* In an Ethernet frame for that MAC into the port, as fixture_receive; and as fixture_pass. */
void fixture_ipv6_receive(uint16_t interface, struct rte_ether_addr mac, struct rte_mbuf *mbuf);
struct rte_mbuf *fixture_ipv6_pass(uint16_t from, struct rte_mbuf *mbuf, uint16_t to);

#endif
