/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_MONITOR_TARGETS_H
#define DATAPATH_MONITOR_TARGETS_H

/* The hosts that tell whether an interface works (C22-026), and the questions to them. Control thread. */

#include "lib/policy.h"

#define TARGETS_MAX (2 * POLICY_MONITOR_TARGETS_MAX)

struct targets {
	unsigned count;
	struct ip_address address[TARGETS_MAX];
};

/*
 * The interface's MonitorTargets. Where none are configured, the gateways behind it and then neighbours whose MAC is known,
 * ten of each IP version at most: a host that was there before is as good a witness, since the verdict counts only where the
 * peer has an answer and this node has none.
 */
void targets_collect(const struct policy *policy, const struct policy_interface *interface,
                     struct targets *out);

/*
 * Asks each for its MAC, by ARP or Neighbour Discovery, always with this node's own MAC and as itself: with its private
 * address, or without one by an ARP probe (RFC 5227) and as the link-local address that its MAC makes. Never with a shared
 * address, so that a standby may ask. The answer comes to monitor_answer.
 */
void targets_ask(const struct policy *policy, uint16_t interface, const struct targets *targets);

#endif
