/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_TESTING_FIXTURE_H
#define DATAPATH_TESTING_FIXTURE_H

/*
 * A worker between two ports made of rings, for tests: LAN (interface 1, shared 10.1.0.1, private 10.1.0.2,
 * MTU 1500) and WAN (interface 2, shared 198.51.100.1, private 198.51.100.2, MTU 1400), neighbours 10.1.0.10
 * and 198.51.100.10, and a route to 203.0.113.0/24 by 198.51.100.10. One worker, which the test walks by
 * itself. One thread.
 */

#include "datapath/testing/fake.h"
#include "datapath/worker/state.h"

#include <check.h>
#include <rte_icmp.h>
#include <rte_ip.h>
#include <rte_tcp.h>
#include <rte_udp.h>

#define LAN 1
#define WAN 2

#define IP(a, b, c, d) RTE_BE32((uint32_t)(a) << 24 | (b) << 16 | (c) << 8 | (d))
#define CLIENT         IP(10, 1, 0, 10)
#define SERVER         IP(198, 51, 100, 10)
#define LAN_SHARED     IP(10, 1, 0, 1)
#define LAN_PRIVATE    IP(10, 1, 0, 2)
#define WAN_SHARED     IP(198, 51, 100, 1)

/* The same on every port: last byte 1 own, 2 shared, 3 the neighbour. */
struct rte_ether_addr fixture_mac(uint16_t interface, uint8_t which);
#define MAC_OWN       1
#define MAC_SHARED    2
#define MAC_NEIGHBOUR 3

/* EAL, once a process. */
void fixture_eal(void);
/* Checked fixture: all of the above with fixture_policy(allow everything). Active. */
void fixture_setup(void);

/* A builder with the interfaces, addresses, routes and lifetimes; rules are the test's. */
struct policy_builder *fixture_policy(void);
/* Adds a rule on everything but what is given. 0 matches all: interfaces, protocol, destination (one host),
 * port. */
void fixture_rule(struct policy_builder *builder, uint16_t from, uint16_t to, uint32_t destination,
                  uint8_t protocol, uint16_t port, enum policy_action action, bool reject);
/* The same for an allowed flow from LAN to WAN, its source translated (address: of POLICY_SOURCE_NAT_ADDRESS). */
void fixture_nat_rule(struct policy_builder *builder, enum policy_source_translation translation,
                      uint32_t address);
/* Finishes the builder and puts it in force; the former policy is destroyed after the next walk. */
void fixture_apply(struct policy_builder *builder);

struct worker_state *fixture_worker(void);
uint64_t fixture_counter(enum counter counter);

/* --- packets: built at their IP header, checksums right
 * ------------------------------------------------------------- */

struct rte_mbuf *fixture_ip(uint32_t source, uint32_t destination, uint8_t protocol, uint16_t payload);
struct rte_mbuf *fixture_udp(uint32_t source, uint16_t source_port, uint32_t destination,
                             uint16_t destination_port);
/* Of a connection whose first numbers are 999 both ways: data begins at 1000, 1000 is acknowledged. */
struct rte_mbuf *fixture_tcp(uint32_t source, uint16_t source_port, uint32_t destination,
                             uint16_t destination_port, uint8_t flags, uint16_t payload);
struct rte_mbuf *fixture_echo(uint32_t source, uint32_t destination, uint8_t type, uint16_t identifier);
void fixture_checksum(struct rte_mbuf *mbuf);
static inline struct rte_ipv4_hdr *fixture_header(struct rte_mbuf *mbuf)
{
	return rte_pktmbuf_mtod(mbuf, struct rte_ipv4_hdr *);
}

/* Puts a packet at its IP header into an Ethernet frame from the neighbour for that MAC, and into the port.
 */
void fixture_receive(uint16_t interface, uint8_t mac, struct rte_mbuf *mbuf);
/* A whole frame. */
void fixture_receive_frame(uint16_t interface, struct rte_mbuf *mbuf);
/* Linux sent a packet. */
void fixture_from_host(uint16_t interface, struct rte_mbuf *mbuf);
/* One turn of the worker. */
void fixture_walk(void);
/* What the worker sent from the port, or NULL. The caller frees it. */
struct rte_mbuf *fixture_sent(uint16_t interface);
/* The same from its IP header on. */
struct rte_mbuf *fixture_sent_ip(uint16_t interface);
/* What it gave the control thread, or NULL. */
struct rte_mbuf *fixture_to_control(void);
/* Receives, walks, and returns what came out of the other port. */
struct rte_mbuf *fixture_pass(uint16_t from, struct rte_mbuf *mbuf, uint16_t to);
/* Moves the worker's clock. */
void fixture_seconds(uint32_t seconds);

#endif
