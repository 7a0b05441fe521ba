/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_ICMP_ICMP_RETURN_H
#define DATAPATH_ICMP_ICMP_RETURN_H

/* ICMP errors that others send: about a flow, or alone (C08-023, C28-031, C28-032). Worker thread. */

#include "datapath/flow/flow.h"

/*
 * Whether an error (PARSED_ICMP_ERROR) about the flow that struct packet names may go on: its checksum is right, and of
 * path MTU discovery ICMPSettings and the services of the flow's rule let it. What is for the node itself needs no
 * service. Returns COUNTER_COUNT or the reason to drop it.
 */
enum counter icmp_return_admit(struct worker_state *state, struct rte_mbuf *mbuf);

/*
 * Makes the key of an error that belongs to no flow that of the message itself, which the rules may allow: its own
 * addresses, type and code. From then on it is PARSED_ICMP_ALONE.
 */
void icmp_return_alone(struct rte_mbuf *mbuf);

/*
 * Whether the rule has a service that is of ICMP, not of any protocol, and holds the message of that key: only such a
 * rule lets messages pass that belong to no flow.
 */
bool icmp_return_named(const struct policy *policy, uint32_t rule, const struct flow_key *key);

/* Where the message begins in an ICMP or ICMPv6 packet, from its IP header on. Any thread. */
uint32_t icmp_message_offset(struct rte_mbuf *mbuf, bool ipv6);

/* Whether the checksum of the ICMP or ICMPv6 message in a packet (data at its IP header) is right. Any thread. */
bool icmp_checksum_valid(struct rte_mbuf *mbuf, bool ipv6);

#endif
