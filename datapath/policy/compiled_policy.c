/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/policy/compiled_policy.h"
#include "datapath/rule_usage/rule_usage.h"
#include "datapath/threshold/threshold.h"

#include "datapath/ipv6/ipv6_address.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

/* A flow's age is a difference of 32-bit ticks: leave room below half of their range. */
#define LIFETIME_MAX (1u << 30)

static uint32_t ticks(uint32_t seconds)
{
	return seconds > LIFETIME_MAX / FLOW_TICKS_PER_SECOND ? LIFETIME_MAX
	                                                      : seconds * FLOW_TICKS_PER_SECOND;
}

static void take_lifetimes(struct compiled_policy *policy)
{
	const struct policy_settings *settings = policy->policy.settings;

	policy->lifetimes[FLOW_STATELESS] = ticks(settings->flow_lifetime_other);
	policy->lifetimes[FLOW_TCP_INIT] = ticks(settings->flow_lifetime_tcp_init);
	policy->lifetimes[FLOW_TCP_SYN_RECEIVED] = ticks(settings->flow_lifetime_tcp_init);
	policy->lifetimes[FLOW_TCP_NO_DATA] = ticks(settings->flow_lifetime_tcp_no_data);
	policy->lifetimes[FLOW_TCP_OPEN] = ticks(settings->flow_lifetime_tcp_open);
	policy->lifetimes[FLOW_TCP_CLOSING] = ticks(settings->flow_lifetime_tcp_closing);
	policy->lifetime_udp = ticks(settings->flow_lifetime_udp);
	policy->lifetime_icmp = ticks(settings->flow_lifetime_icmp);
	policy->lifetime_tcp_stateless = ticks(settings->tcp.lifetime_stateless);
	policy->lifetime_sctp[0] = ticks(settings->flow_lifetime_sctp_stateful);
	policy->lifetime_sctp[1] = ticks(settings->flow_lifetime_sctp_stateless);
}

static void take_error_sources(struct compiled_policy *policy)
{
	for (uint32_t i = 0; i < policy->policy.address_count; i++) {
		const struct policy_address *address = &policy->policy.addresses[i];
		bool shared = address->kind == POLICY_ADDRESS_SHARED;
		uint32_t slot = 0;

		if (address->address.version != 4)
			continue;
		while (slot < policy->error_source_count &&
		       policy->error_sources[slot].interface != address->interface)
			slot++;
		if (slot == POLICY_INTERFACES_MAX ||
		    (slot < policy->error_source_count && (!shared || policy->error_sources[slot].shared)))
			continue;
		policy->error_sources[slot].interface = address->interface;
		policy->error_sources[slot].shared = shared;
		policy->error_sources[slot].address = rte_cpu_to_be_32(ip_address_to_ip4(&address->address));
		policy->error_source_count = RTE_MAX(policy->error_source_count, slot + 1);
	}
}

static void take_error_sources_ipv6(struct compiled_policy *policy)
{
	for (uint32_t i = 0; i < policy->policy.address_count; i++) {
		const struct policy_address *address = &policy->policy.addresses[i], **slot;
		uint32_t at = 0;

		if (address->address.version != 6 || ipv6_is_loopback(address->address.bytes))
			continue;
		while (at < policy->error_source_ipv6_count &&
		       policy->error_sources_ipv6[at]->interface != address->interface)
			at++;
		if (at == POLICY_INTERFACES_MAX)
			continue;
		slot = &policy->error_sources_ipv6[at];
		if (at == policy->error_source_ipv6_count)
			policy->error_source_ipv6_count++;
		else if (address->kind != POLICY_ADDRESS_SHARED || (*slot)->kind == POLICY_ADDRESS_SHARED)
			continue;
		*slot = address;
	}
}

static int take_verdicts(struct compiled_policy *policy)
{
	policy->verdicts = malloc((policy->policy.rule_count + 1) * sizeof(*policy->verdicts));
	if (!policy->verdicts)
		return -ENOMEM;
	for (uint32_t i = 0; i < policy->policy.rule_count; i++) {
		const struct policy_rule *rule = &policy->policy.rules[i];

		policy->verdicts[i] = (struct rule_verdict){.action = rule->action,
		                                            .send_reject = rule->send_reject,
		                                            .stateless = rule->stateless,
		                                            .log = rule->log,
		                                            .source_translation = rule->source_translation};
	}
	return 0;
}

static int take_equivalence(struct compiled_policy *policy)
{
	for (uint32_t i = 0; i < policy->policy.interface_count; i++) {
		const struct policy_interface *interface = &policy->policy.interfaces[i];

		if (!interface->equivalence)
			continue;
		if (!policy->equivalence)
			policy->equivalence = calloc(UINT16_MAX + 1u, sizeof(*policy->equivalence));
		if (!policy->equivalence)
			return -ENOMEM;
		policy->equivalence[interface->id] = interface->equivalence;
	}
	return 0;
}

int compiled_policy_create(const void *blob, size_t length, struct compiled_policy **out, char reason[128])
{
	static uint32_t serial;
	struct compiled_policy *policy = calloc(1, sizeof(*policy));
	int error = -ENOMEM;

	snprintf(reason, 128, "no memory");
	/* The caller's bytes may go away or lie anywhere. */
	if (!policy || !(policy->blob = aligned_alloc(64, RTE_ALIGN_CEIL(length + 1, 64))))
		goto failed;
	memcpy(policy->blob, blob, length);
	error = policy_open(policy->blob, length, &policy->policy, reason);
	if (!error)
		error = route_table_create(&policy->policy, &policy->routes, reason);
	if (!error)
		error = rule_table_create(&policy->policy, &policy->rules);
	if (!error)
		error = take_verdicts(policy);
	if (!error)
		error = rule_usage_create(policy, datapath.worker_count);
	if (!error)
		error = threshold_policy(policy);
	if (!error)
		error = vlan_table_create(&policy->policy, &policy->vlans);
	if (!error)
		error = take_equivalence(policy);
	if (error)
		goto failed;
	take_lifetimes(policy);
	take_error_sources(policy);
	take_error_sources_ipv6(policy);
	policy->serial = ++serial;
	reason[0] = '\0';
	*out = policy;
	return 0;
failed:
	compiled_policy_destroy(policy);
	return error;
}

void compiled_policy_destroy(struct compiled_policy *policy)
{
	if (!policy)
		return;
	free(policy->verdicts);
	rule_usage_destroy(policy);
	threshold_counts_release(policy->thresholds);
	vlan_table_destroy(policy->vlans);
	free(policy->equivalence);
	rule_table_destroy(policy->rules);
	route_table_destroy(policy->routes);
	free(policy->blob);
	free(policy);
}

const struct policy *compiled_policy_view(const struct compiled_policy *policy)
{
	return &policy->policy;
}

bool compiled_policy_route(const struct compiled_policy *policy, uint32_t destination,
                           struct policy_route *out)
{
	const struct route *route = route_lookup(policy->routes, destination);

	if (!route || route->kind == ROUTE_NO_HOST)
		return false;
	if (route->policy_route != UINT32_MAX) {
		*out = policy->policy.routes[route->policy_route];
		return true;
	}
	*out = (struct policy_route){.interface = POLICY_INTERFACE_CORE};
	out->network.first = out->network.last = ip_address_from_ip4(rte_be_to_cpu_32(destination));
	if (route->local_ip)
		out->local_ip = ip_address_from_ip4(rte_be_to_cpu_32(route->local_ip));
	return true;
}

uint32_t compiled_policy_lifetime(const struct compiled_policy *policy, uint8_t protocol,
                                  enum flow_state state, bool stateless)
{
	if (state != FLOW_STATELESS)
		return policy->lifetimes[state];
	switch (protocol) {
	case IPPROTO_TCP:
		return policy->lifetime_tcp_stateless;
	case IPPROTO_SCTP:
		return policy->lifetime_sctp[stateless];
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return policy->lifetime_udp;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return policy->lifetime_icmp;
	default:
		return policy->lifetimes[FLOW_STATELESS];
	}
}

uint32_t compiled_policy_error_source(const struct compiled_policy *policy, uint16_t interface, bool *shared)
{
	for (uint32_t i = 0; i < policy->error_source_count; i++) {
		if (policy->error_sources[i].interface == interface) {
			*shared = policy->error_sources[i].shared;
			return policy->error_sources[i].address;
		}
	}
	*shared = false;
	return 0;
}

const struct policy_address *compiled_policy_error_source_ipv6(const struct compiled_policy *policy,
                                                               uint16_t interface)
{
	for (uint32_t i = 0; i < policy->error_source_ipv6_count; i++) {
		if (policy->error_sources_ipv6[i]->interface == interface)
			return policy->error_sources_ipv6[i];
	}
	return NULL;
}
