/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_ARP_ADDRESS_H
#define DATAPATH_ARP_ADDRESS_H

/*
 * Which of the node's own addresses ARP uses and answers for. Pure functions of the policy and of whether the
 * node is active. IPv4 addresses are in network byte order.
 */

#include "lib/policy.h"

#include <stdbool.h>
#include <stdint.h>

enum arp_answer {
	ARP_SILENT,
	ARP_ANSWER_PRIVATE, /* with the interface's own MAC */
	ARP_ANSWER_SHARED,  /* with the shared MAC */
};

/*
 * Whether, and as whom, to answer a request for target that came in by interface (id). Private addresses
 * always, shared ones only while active (C22-033).
 */
enum arp_answer arp_answer(const struct policy *policy, bool active, uint16_t interface, uint32_t target);

/* The entry that publishes an address, or a network with it, on an interface (C04-011, C09-019), NULL: none does. */
const struct policy_arp_entry *arp_published(const struct policy *policy, uint16_t interface,
                                             uint32_t target);

/* The same of IPv6 (C05-016). */
const struct policy_arp_entry *nd_published(const struct policy *policy, uint16_t interface,
                                            const uint8_t target[16]);

/*
 * The address to ask from for target on interface: the shared one while active, else the private one, and
 * among several that whose network holds target. Returns ARP_SILENT where the node has none that it may use.
 */
enum arp_answer arp_ask_as(const struct policy *policy, bool active, uint16_t interface, uint32_t target,
                           uint32_t *sender);

/* The same of IPv6, for Neighbour Discovery (datapath/nd). Addresses of 16 bytes. */
enum arp_answer nd_answer(const struct policy *policy, bool active, uint16_t interface,
                          const uint8_t target[16]);
enum arp_answer nd_ask_as(const struct policy *policy, bool active, uint16_t interface,
                          const uint8_t target[16], uint8_t sender[16]);
bool nd_is_own(const struct policy *policy, uint16_t interface, const uint8_t address[16]);

/* Whether address is one of this node's or cluster's on interface: then nobody else's claim to it is learnt.
 */
bool arp_is_own(const struct policy *policy, uint16_t interface, uint32_t address);

#endif
