/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/policy.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define WORKERS_LIMIT 16

struct check {
	const struct policy *policy;
	char *reason;
};

static int fail(const struct check *check, const char *what, uint32_t index, const char *problem)
{
	snprintf(check->reason, 128, "%s %u: %s", what, index, problem);
	return -EBADMSG;
}

/* Where a section's array starts, or NULL where it does not lie in the blob. */
static const void *section_at(const struct policy_header *header, const struct policy_section *section,
                              size_t element_size)
{
	if (section->offset % 8 || section->offset < sizeof(*header) || section->offset > header->length ||
	    section->count > (header->length - section->offset) / element_size)
		return NULL;
	return (const uint8_t *)header + section->offset;
}

static bool terminated(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

static bool address_valid(const struct ip_address *address)
{
	return address->version == 4 || address->version == 6;
}

static bool range_valid(const struct ip_range *range)
{
	return address_valid(&range->first) && range->first.version == range->last.version &&
	       ip_address_compare(&range->first, &range->last) <= 0;
}

static bool interface_known(const struct policy *policy, uint16_t id)
{
	return policy_interface_by_id(policy, id) != NULL;
}

static int check_interfaces(const struct check *check)
{
	const struct policy *policy = check->policy;

	if (policy->interface_count > POLICY_INTERFACES_MAX)
		return fail(check, "interfaces", policy->interface_count, "too many");
	for (uint32_t i = 0; i < policy->interface_count; i++) {
		const struct policy_interface *interface = &policy->interfaces[i];

		if (!terminated(interface->name, sizeof(interface->name)) || !interface->name[0] ||
		    !terminated(interface->device, sizeof(interface->device)))
			return fail(check, "interface", i, "name or device is not a text");
		if (interface->id == POLICY_INTERFACE_NONE || interface->id > 0xfeff ||
		    policy_interface_by_id(policy, interface->id) != interface)
			return fail(check, "interface", i, "id is invalid or used twice");
		if (interface->driver > POLICY_DRIVER_PCI || interface->ha_type > POLICY_HA_SYNC ||
		    interface->mac_mode > POLICY_MAC_INTERFACE)
			return fail(check, "interface", i, "unknown driver, HA type or address mode");
		if (interface->mtu < 68 || interface->mtu > 65535)
			return fail(check, "interface", i, "MTU out of range");
	}
	return 0;
}

/* Id of the Ethernet interface below; its depth is bounded by POLICY_VLAN_LEVELS. 0: something is wrong. */
static bool vlan_valid(const struct policy *policy, uint32_t index)
{
	const struct policy_interface *vlan = &policy->interfaces[index], *carrier = vlan;
	unsigned levels = 0;

	if (vlan->vlan_id < 1 || vlan->vlan_id > 4094 || !policy_vlan_type_valid(vlan->vlan_type) ||
	    vlan->ha_type != POLICY_HA_NON_CRITICAL)
		return false;
	for (; carrier->carrier; levels++) {
		const struct policy_interface *next = policy_interface_by_id(policy, carrier->carrier);

		if (!next || next >= carrier || levels == POLICY_VLAN_LEVELS)
			return false;
		carrier = next;
	}
	return carrier->ha_type != POLICY_HA_SYNC;
}

static int check_vlans(const struct check *check)
{
	const struct policy *policy = check->policy;
	uint32_t ports = 0;

	for (uint32_t i = 0; i < policy->interface_count; i++) {
		const struct policy_interface *interface = &policy->interfaces[i];

		if (!terminated(interface->zone, sizeof(interface->zone)))
			return fail(check, "interface", i, "its zone is not a text");
		if (!interface->carrier && ++ports > POLICY_PORTS_MAX)
			return fail(check, "interface", i, "too many with a device");
		if (!interface->carrier)
			continue;
		if (!vlan_valid(policy, i))
			return fail(check, "interface", i, "is no valid VLAN");
		for (uint32_t j = 0; j < i; j++)
			if (policy->interfaces[j].carrier == interface->carrier &&
			    policy->interfaces[j].vlan_id == interface->vlan_id)
				return fail(check, "interface", i, "has the VLAN ID of another");
	}
	return 0;
}

static int check_arp_entries(const struct check *check)
{
	const struct policy *policy = check->policy;

	for (uint32_t i = 0; i < policy->arp_entry_count; i++) {
		const struct policy_arp_entry *entry = &policy->arp_entries[i];

		if (!interface_known(policy, entry->interface) || !address_valid(&entry->address) ||
		    entry->mode > POLICY_ARP_PUBLISH ||
		    entry->host_bits > (entry->address.version == 4 ? 32 : 128) ||
		    (entry->mode == POLICY_ARP_STATIC ? mac_address_is_zero(&entry->mac)
		                                      : entry->mac.bytes[0] & 1))
			return fail(check, "ARP entry", i, "its interface, address or mode is invalid");
	}
	return 0;
}

static int check_addresses(const struct check *check)
{
	const struct policy *policy = check->policy;

	for (uint32_t i = 0; i < policy->address_count; i++) {
		const struct policy_address *address = &policy->addresses[i];

		if (!interface_known(policy, address->interface))
			return fail(check, "address", i, "its interface is not in the policy");
		if (!address_valid(&address->address) || address->kind > POLICY_ADDRESS_PRIVATE ||
		    address->prefix_length > (address->address.version == 4 ? 32 : 128))
			return fail(check, "address", i, "invalid address, kind or prefix length");
	}
	return 0;
}

static int check_routes(const struct check *check)
{
	const struct policy *policy = check->policy;

	for (uint32_t i = 0; i < policy->route_count; i++) {
		const struct policy_route *route = &policy->routes[i];
		unsigned length;

		if (!range_valid(&route->network) || !ip_range_prefix_length(&route->network, &length))
			return fail(check, "route", i, "network is not one prefix");
		if ((route->gateway.version && route->gateway.version != route->network.first.version) ||
		    (route->local_ip.version && route->local_ip.version != route->network.first.version))
			return fail(check, "route", i, "gateway or local IP of another version");
		if (route->mtu && route->mtu < (route->network.first.version == 6 ? 1280 : 68))
			return fail(check, "route", i, "MTU out of range");
		if (route->interface != POLICY_INTERFACE_CORE && !interface_known(policy, route->interface))
			return fail(check, "route", i, "its interface is not in the policy");
	}
	return 0;
}

static int check_advertisements(const struct check *check)
{
	const struct policy *policy = check->policy;

	for (uint32_t i = 0; i < policy->advertisement_count; i++) {
		const struct policy_advertisement *advertisement = &policy->advertisements[i];

		if (!interface_known(policy, advertisement->interface) ||
		    advertisement->prefix.version != 6 || advertisement->prefix_length > 128)
			return fail(check, "advertisement", i, "its interface or prefix is invalid");
		/* Nanoseconds of it are counted. */
		if (advertisement->minimum_s < 1 || advertisement->minimum_s > advertisement->maximum_s ||
		    advertisement->maximum_s > 86400)
			return fail(check, "advertisement", i, "its intervals are invalid");
	}
	return 0;
}

static int check_monitor_targets(const struct check *check)
{
	const struct policy *policy = check->policy;

	if (policy->monitor_target_count > 2 * POLICY_MONITOR_TARGETS_MAX * POLICY_PORTS_MAX)
		return fail(check, "monitor targets", policy->monitor_target_count, "too many");
	for (uint32_t i = 0; i < policy->monitor_target_count; i++)
		if (!interface_known(policy, policy->monitor_targets[i].interface) ||
		    !address_valid(&policy->monitor_targets[i].address))
			return fail(check, "monitor target", i, "its interface or address is invalid");
	return 0;
}

static bool slice_inside(const struct policy_slice *slice, uint32_t count)
{
	return slice->first <= count && slice->count <= count - slice->first;
}

static bool translation_valid(const struct policy_rule *rule)
{
	const struct ip_address *address = rule->nat_address;

	if ((address[0].version && address[0].version != 4) ||
	    (address[1].version && address[1].version != 6))
		return false;
	if (rule->source_translation == POLICY_SOURCE_KEEP)
		return true;
	return rule->action == POLICY_ALLOW && !rule->stateless &&
	       rule->source_translation <= POLICY_SOURCE_NAT_ADDRESS &&
	       (rule->source_translation != POLICY_SOURCE_NAT_ADDRESS || address[0].version ||
	        address[1].version);
}

static int check_rule(const struct check *check, const struct policy_rule *rule, uint32_t i)
{
	const struct policy *policy = check->policy;

	if (!terminated(rule->name, sizeof(rule->name)))
		return fail(check, "rule", i, "name is not a text");
	if (!slice_inside(&rule->source_interfaces, policy->interface_id_count) ||
	    !slice_inside(&rule->destination_interfaces, policy->interface_id_count) ||
	    !slice_inside(&rule->source_networks, policy->range_count) ||
	    !slice_inside(&rule->destination_networks, policy->range_count) ||
	    !slice_inside(&rule->services, policy->service_count))
		return fail(check, "rule", i, "refers past the end of an array");
	if (rule->action > POLICY_DENY)
		return fail(check, "rule", i, "unknown action");
	if (!translation_valid(rule))
		return fail(check, "rule", i, "translates in no known way");
	return 0;
}

static int check_rules(const struct check *check)
{
	int error = 0;

	for (uint32_t i = 0; i < check->policy->rule_count && !error; i++)
		error = check_rule(check, &check->policy->rules[i], i);
	return error;
}

static bool definition_valid(const struct policy_threshold_definition *definition)
{
	return terminated(definition->name, sizeof(definition->name)) &&
	       definition->type <= POLICY_THRESHOLD_CONCURRENT &&
	       definition->grouping <= POLICY_GROUP_DESTINATION_INTERFACE && definition->prefix_ip4 <= 32 &&
	       definition->prefix_ip6 <= 128 && definition->limit &&
	       definition->limit <= POLICY_THRESHOLD_LIMIT_MAX && definition->severity <= POLICY_SEVERITIES &&
	       definition->interval_ms >= 1000;
}

static int check_thresholds(const struct check *check)
{
	const struct policy *policy = check->policy;
	int error = 0;

	if (policy->threshold_rule_count > POLICY_THRESHOLD_RULES_MAX ||
	    policy->threshold_definition_count > POLICY_THRESHOLD_DEFINITIONS_MAX)
		return fail(check, "threshold rules", policy->threshold_rule_count,
		            "too many, or too many definitions");
	for (uint32_t i = 0; i < policy->threshold_definition_count; i++)
		if (!definition_valid(&policy->threshold_definitions[i]))
			return fail(check, "threshold definition", i, "its values are invalid");
	for (uint32_t i = 0; i < policy->threshold_set_count; i++) {
		const struct policy_threshold_set *set = &policy->threshold_sets[i];

		if (!terminated(set->name, sizeof(set->name)) || set->action > POLICY_THRESHOLD_BLACKLIST ||
		    set->probability > 100 || set->log > POLICY_THRESHOLD_LOG_ALWAYS ||
		    set->severity > POLICY_SEVERITIES ||
		    !slice_inside(&set->definitions, policy->threshold_definition_count))
			return fail(check, "threshold set", i, "its values are invalid");
	}
	for (uint32_t i = 0; i < policy->threshold_rule_count && !error; i++) {
		const struct policy_threshold_rule *rule = &policy->threshold_rules[i];

		error = check_rule(check, &rule->filter, i);
		if (!error && !slice_inside(&rule->sets, policy->threshold_set_count))
			error = fail(check, "threshold rule", i, "refers past the end of an array");
	}
	return error;
}

static int check_whitelist(const struct check *check)
{
	int error = 0;

	if (check->policy->whitelist_rule_count > POLICY_WHITELIST_RULES_MAX)
		return fail(check, "whitelist", 0, "there are too many of them");
	for (uint32_t i = 0; i < check->policy->whitelist_rule_count && !error; i++)
		error = check_rule(check, &check->policy->whitelist_rules[i], i);
	return error;
}

static int check_elements(const struct check *check)
{
	const struct policy *policy = check->policy;

	for (uint32_t i = 0; i < policy->interface_id_count; i++) {
		uint16_t id = policy->interface_ids[i];

		if (id != POLICY_INTERFACE_ANY && id != POLICY_INTERFACE_CORE && !interface_known(policy, id))
			return fail(check, "interface reference", i, "not in the policy");
	}
	for (uint32_t i = 0; i < policy->range_count; i++)
		if (!range_valid(&policy->ranges[i]))
			return fail(check, "range", i, "invalid");
	for (uint32_t i = 0; i < policy->service_count; i++) {
		const struct policy_service *service = &policy->services[i];

		if (service->protocol_first > service->protocol_last ||
		    service->icmp_type_first > service->icmp_type_last ||
		    service->icmp_code_first > service->icmp_code_last ||
		    service->source_ports.first > service->source_ports.last ||
		    service->destination_ports.first > service->destination_ports.last)
			return fail(check, "service", i, "a range ends before it starts");
	}
	return 0;
}

static bool fragments_valid(const struct policy_fragments *fragments)
{
	return fragments->reassemblies_max <= POLICY_REASSEMBLIES_MAX &&
	       fragments->illegal <= POLICY_ILLEGAL_DROP_LOG_ALL &&
	       fragments->failed_log <= POLICY_REASSEMBLY_LOG_ALL_SUBSEQUENT &&
	       fragments->dropped_log <= POLICY_FRAGMENT_LOG_ALL &&
	       fragments->duplicate_log <= POLICY_FRAGMENT_LOG_ALL &&
	       fragments->icmp <= POLICY_UNUSUAL_DROP_LOG &&
	       fragments->ipv6_atomic <= POLICY_UNUSUAL_DROP_LOG && fragments->duplicate_samples <= 512;
}

static int check_settings(const struct check *check)
{
	const struct policy_settings *settings = check->policy->settings;

	if (settings->path_mtu.ip4_fragmentation_needed > POLICY_ICMP_DROP_LOG ||
	    settings->path_mtu.ip6_packet_too_big > POLICY_ICMP_DROP_LOG)
		return fail(check, "settings: ICMP errors", settings->path_mtu.ip4_fragmentation_needed,
		            "unknown treatment");
	if (settings->workers == 0 || settings->workers > WORKERS_LIMIT)
		return fail(check, "settings: workers", settings->workers, "out of range");
	if (!fragments_valid(&settings->fragments))
		return fail(check, "settings: fragments", settings->fragments.reassemblies_max,
		            "or another number out of range");
	if (settings->local_reassembly.reassemblies_max > POLICY_LOCAL_REASSEMBLIES_MAX ||
	    settings->local_reassembly.size_max > UINT16_MAX)
		return fail(check, "settings: local reassembly", settings->local_reassembly.reassemblies_max,
		            "or its size out of range");
	if (settings->tcp.sequences > POLICY_SEQUENCES_IGNORE || settings->tcp.mss_low > POLICY_MSS_IGNORE ||
	    settings->tcp.mss_high > POLICY_MSS_IGNORE || settings->tcp.clamp > 1)
		return fail(check, "settings: TCP", settings->tcp.sequences, "or its MSS actions unknown");
	if (!settings->cluster_enabled)
		return 0;
	if (settings->cluster_role > 1 || settings->cluster_id < 1 || settings->cluster_id > 63)
		return fail(check, "settings: ClusterID", settings->cluster_id, "or role out of range");
	if (settings->heartbeat_interval_ms == 0 ||
	    settings->peer_dead_ms < 2 * settings->heartbeat_interval_ms)
		return fail(check, "settings: PeerDead", settings->peer_dead_ms,
		            "is below two heartbeat intervals");
	return 0;
}

static int open_sections(struct policy *policy, const struct check *check)
{
	const struct policy_header *header = policy->header;

#define OPEN(member, counter, section)                                                                       \
	do {                                                                                                 \
		policy->member = section_at(header, &header->section, sizeof(*policy->member));              \
		policy->counter = header->section.count;                                                     \
		if (!policy->member)                                                                         \
			return fail(check, #section, header->section.count,                                  \
			            "section lies outside the blob");                                        \
	} while (0)
	OPEN(interfaces, interface_count, interfaces);
	OPEN(addresses, address_count, addresses);
	OPEN(routes, route_count, routes);
	OPEN(rules, rule_count, rules);
	OPEN(interface_ids, interface_id_count, interface_ids);
	OPEN(ranges, range_count, ranges);
	OPEN(services, service_count, services);
	OPEN(arp_entries, arp_entry_count, arp_entries);
	OPEN(advertisements, advertisement_count, advertisements);
	OPEN(monitor_targets, monitor_target_count, monitor_targets);
	OPEN(threshold_rules, threshold_rule_count, threshold_rules);
	OPEN(threshold_sets, threshold_set_count, threshold_sets);
	OPEN(threshold_definitions, threshold_definition_count, threshold_definitions);
	OPEN(whitelist_rules, whitelist_rule_count, whitelist_rules);
#undef OPEN
	return 0;
}

int policy_open(const void *blob, size_t length, struct policy *out, char reason[128])
{
	static int (*const checks[])(const struct check *) = {
	    check_settings,       check_interfaces,      check_vlans,      check_addresses,
	    check_routes,         check_rules,           check_elements,   check_arp_entries,
	    check_advertisements, check_monitor_targets, check_thresholds, check_whitelist};
	struct policy policy = {.header = blob};
	struct check check = {.policy = &policy, .reason = reason};
	int error;

	reason[0] = '\0';
	if (length < sizeof(*policy.header))
		return fail(&check, "blob of bytes", (uint32_t)length, "shorter than its header");
	if (policy.header->magic != POLICY_MAGIC || policy.header->version != POLICY_VERSION)
		return fail(&check, "version", policy.header->version, "not a policy of this version");
	if (policy.header->length != length)
		return fail(&check, "length", policy.header->length, "differs from the blob's");
	policy.settings = &policy.header->settings;
	error = open_sections(&policy, &check);
	for (size_t i = 0; !error && i < sizeof(checks) / sizeof(checks[0]); i++)
		error = checks[i](&check);
	if (!error)
		*out = policy;
	return error;
}

const struct policy_interface *policy_interface_by_id(const struct policy *policy, uint16_t id)
{
	for (uint32_t i = 0; i < policy->interface_count; i++)
		if (policy->interfaces[i].id == id)
			return &policy->interfaces[i];
	return NULL;
}
