/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_POLICY_COMPILED_POLICY_H
#define DATAPATH_POLICY_COMPILED_POLICY_H

/* A policy as workers use it. Immutable once made; see datapath/core/datapath.h for create and destroy. */

#include "datapath/core/datapath.h"
#include "datapath/flow/flow_table.h"
#include "datapath/route/route.h"
#include "datapath/rule/rule.h"
#include "datapath/vlan/vlan.h"

/* What a new flow is told of its rule in most cases: so little that all rules' stay near the core. */
struct rule_verdict {
	uint8_t action; /* as in struct policy_rule */
	uint8_t source_translation;
	uint8_t send_reject : 1, stateless : 1, log : 1;
};

/* What a worker has counted of a rule (datapath/rule_usage). */
struct rule_use {
	uint64_t flows;          /* that it has decided about, or refused */
	uint64_t packets, bytes; /* of those that have ended */
};

struct compiled_policy {
	void *blob;
	struct policy policy;
	uint32_t serial; /* no two policies of a process have the same, 0 is none */
	struct route_table *routes;
	struct rule_table *rules;
	struct rule_verdict *verdicts; /* [policy.rule_count] */
	struct rule_use
	    *usage[WORKERS_MAX]; /* each [policy.rule_count + 1], the last of no rule; NULL: no worker */
	struct threshold_counts *thresholds;  /* NULL: no threshold rule (datapath/threshold) */
	uint16_t *equivalence;                /* by interface id, 0: none; NULL: of no interface */
	struct vlan_table *vlans;             /* NULL: there are none */
	uint32_t lifetimes[FLOW_STATE_COUNT]; /* ticks; FLOW_STATELESS: of unknown protocols */
	uint32_t lifetime_udp, lifetime_icmp, lifetime_tcp_stateless;
	uint32_t lifetime_sctp[2]; /* stateful, stateless */
	/* The address from which this node reports errors on an interface (network byte order, 0: none). */
	struct {
		uint16_t interface;
		uint8_t shared;
		uint32_t address;
	} error_sources[POLICY_INTERFACES_MAX];
	uint32_t error_source_count;
	/* The same of IPv6: addresses of the policy. What has none here has no IPv6 (C05-011). */
	const struct policy_address *error_sources_ipv6[POLICY_INTERFACES_MAX];
	uint32_t error_source_ipv6_count;
};

/* Packets of one's flows may come and go by the other too (C03-022). Any thread. */
static inline bool compiled_policy_equivalent(const struct compiled_policy *policy, uint16_t a, uint16_t b)
{
	return policy->equivalence && policy->equivalence[a] &&
	       policy->equivalence[a] == policy->equivalence[b];
}

/* Ticks that a flow of that protocol and state, by a rule that is Stateless or not, may be idle (C28-002 to C28-004). */
uint32_t compiled_policy_lifetime(const struct compiled_policy *policy, uint8_t protocol,
                                  enum flow_state state, bool stateless);
/*
 * The interface's shared address or, where it has none, its private one; *shared says which. Network byte
 * order, 0: none. Any thread.
 */
uint32_t compiled_policy_error_source(const struct compiled_policy *policy, uint16_t interface, bool *shared);

/* The same of IPv6; NULL: none, and then IPv6 is not spoken on the interface. Any thread. */
const struct policy_address *compiled_policy_error_source_ipv6(const struct compiled_policy *policy,
                                                               uint16_t interface);

#endif
