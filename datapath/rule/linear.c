/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/rule/linear.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

static bool interface_matches(const struct policy *policy, struct policy_slice slice, uint16_t interface)
{
	for (uint32_t i = slice.first; i < slice.first + slice.count; i++) {
		if (policy->interface_ids[i] == interface || policy->interface_ids[i] == POLICY_INTERFACE_ANY)
			return true;
	}
	return false;
}

static struct ip_address address_of(uint8_t version, const union rule_address *address)
{
	struct ip_address out = {.version = 6};

	if (version == 4)
		return ip_address_from_ip4(address->ip4);
	memcpy(out.bytes, address->ip6, sizeof(out.bytes));
	return out;
}

static bool network_matches(const struct policy *policy, struct policy_slice slice,
                            const struct ip_address *address)
{
	for (uint32_t i = slice.first; i < slice.first + slice.count; i++) {
		if (ip_range_contains(&policy->ranges[i], address))
			return true;
	}
	return false;
}

static bool between(uint16_t value, struct policy_port_range range)
{
	return value >= range.first && value <= range.last;
}

static bool service_matches(const struct policy_service *service, const struct rule_query *query)
{
	if (query->protocol < service->protocol_first || query->protocol > service->protocol_last)
		return false;
	switch (query->protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_SCTP:
	case IPPROTO_UDPLITE:
		return between(query->source_port, service->source_ports) &&
		       between(query->destination_port, service->destination_ports);
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return query->icmp_type >= service->icmp_type_first &&
		       query->icmp_type <= service->icmp_type_last &&
		       query->icmp_code >= service->icmp_code_first &&
		       query->icmp_code <= service->icmp_code_last;
	default:
		return true;
	}
}

static bool services_match(const struct policy *policy, struct policy_slice slice,
                           const struct rule_query *query)
{
	for (uint32_t i = slice.first; i < slice.first + slice.count; i++) {
		if (service_matches(&policy->services[i], query))
			return true;
	}
	return false;
}

bool linear_holds(const struct policy *policy, const struct policy_rule *rule, const struct rule_query *query)
{
	struct ip_address source = address_of(query->version, &query->source);
	struct ip_address destination = address_of(query->version, &query->destination);

	return interface_matches(policy, rule->source_interfaces, query->source_interface) &&
	       interface_matches(policy, rule->destination_interfaces, query->destination_interface) &&
	       network_matches(policy, rule->destination_networks, &destination) &&
	       network_matches(policy, rule->source_networks, &source) &&
	       services_match(policy, rule->services, query);
}

uint32_t linear_match(const struct policy *policy, const struct rule_query *query)
{
	for (uint32_t i = 0; i < policy->rule_count; i++) {
		if (linear_holds(policy, &policy->rules[i], query))
			return i;
	}
	return RULE_NONE;
}
