/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/policy/policy_build.h"
#include "mgmt/mgmtd/configuration/interface.h"
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/policy/policy_advertise.h"
#include "mgmt/mgmtd/policy/policy_fragments.h"
#include "mgmt/mgmtd/policy/policy_interfaces.h"
#include "mgmt/mgmtd/policy/policy_path_mtu.h"
#include "mgmt/mgmtd/policy/policy_rules.h"
#include "mgmt/mgmtd/policy/policy_tcp.h"
#include "mgmt/mgmtd/policy/policy_thresholds.h"
#include "mgmt/mgmtd/policy/route_list.h"

#include <errno.h>
#include <string.h>

static bool is_itself(const struct ip_address *address)
{
	static const struct ip_address itself = {.version = 6, .bytes = {[15] = 1}};

	return (address->version == 4 && address->bytes[0] == 127) ||
	       (address->version == 6 && !ip_address_compare(address, &itself));
}

/* all-nets is of the version that the gateway has. IPv6 networks are prefixes (check_network). */
static int add_network(const struct policy_route *route, struct route_list *routes,
                       struct policy_builder *builder)
{
	if (route->gateway.version && route->gateway.version != route->network.first.version)
		return 0;
	/* An object that nobody has filled yet (configuration/learned.h, learned_dhcp.h). */
	if (is_itself(&route->gateway) || is_itself(&route->network.first))
		return 0;
	return route->network.first.version == 6 ? policy_builder_route(builder, route)
	                                         : route_list_add(routes, route);
}

/* A route behind a disabled interface would hide others and lead nowhere. */
static bool is_usable(const struct configuration *configuration, const struct object_type *type,
                      const struct lyd_node *route)
{
	const struct object_type *at;
	const char *name = value_of(type, route, "Interface");
	struct lyd_node *interface = interface_find(configuration, name, &at);

	return !object_disabled(type, route) &&
	       (!strcmp(name, "core") || (interface && !interface_is_disabled(configuration, at, interface)));
}

/* Of several routes that name an address on an interface the first adds it, with the networks of all (C06-008). */
static int add_local_ip(const struct configuration *configuration, const struct object_type *type,
                        const struct lyd_node *route, const struct ip_address *address,
                        struct route_list *routes, struct policy_builder *builder)
{
	const char *interface = value_of(type, route, "Interface");
	struct ranges networks = {0};
	bool earlier = false;
	int error = 0;

	for (const struct lyd_node *at = object_first(configuration, type, lyd_parent(route)); at && !earlier;
	     at = object_next(at)) {
		struct ip_address other = resolve_host(configuration, value_of(type, at, "LocalIP"));

		if (!is_usable(configuration, type, at) || !other.version ||
		    ip_address_compare(&other, address) != 0 ||
		    strcmp(value_of(type, at, "Interface"), interface) != 0)
			continue;
		earlier = !networks.count && at != route;
		resolve_addresses(configuration, at, type_property(type, "Network"), 0, &networks);
	}
	if (!earlier)
		error = policy_add_local_ip(configuration, interface, address, &networks, builder, routes);
	ranges_free(&networks);
	return error;
}

static int add_route(const struct configuration *configuration, const struct object_type *type,
                     const struct lyd_node *route, struct route_list *routes, struct policy_builder *builder)
{
	struct policy_route out = {.gateway = resolve_host(configuration, value_of(type, route, "Gateway")),
	                           .local_ip = resolve_host(configuration, value_of(type, route, "LocalIP")),
	                           .interface =
	                               interface_id(configuration, value_of(type, route, "Interface")),
	                           .metric = value_number(type, route, "Metric"),
	                           .mtu = (uint16_t)value_number(type, route, "MTU")};
	struct ranges network = {0};
	int error = 0;

	resolve_addresses(configuration, route, type_property(type, "Network"), 0, &network);
	if (out.local_ip.version)
		error = add_local_ip(configuration, type, route, &out.local_ip, routes, builder);
	for (size_t i = 0; i < network.count && !error; i++) {
		out.network = network.range[i];
		if (out.local_ip.version != out.network.first.version)
			out.local_ip.version = 0;
		error = add_network(&out, routes, builder);
		if (!error && !strcmp(value_of(type, route, "AdvertiseIP6"), "Yes"))
			error = policy_add_advertisement(configuration, &out,
			                                 value_of(type, route, "Interface"), builder);
	}
	if (!error)
		error = policy_add_proxied(configuration, type, route, &network, builder);
	ranges_free(&network);
	return error;
}

static int add_routes(const struct configuration *configuration, struct route_list *routes,
                      struct policy_builder *builder)
{
	const struct object_type *table = schema_type(configuration->schema, NULL, "RoutingTable");
	const struct object_type *type = schema_type(configuration->schema, table, "Route");
	const struct lyd_node *main_table = object_find(configuration, table, NULL, "main");
	int error = 0;

	for (const struct lyd_node *route = main_table ? object_first(configuration, type, main_table) : NULL;
	     route && !error; route = object_next(route))
		if (is_usable(configuration, type, route))
			error = add_route(configuration, type, route, routes, builder);
	return error;
}

static void fill_settings(const struct configuration *configuration, struct policy_settings *settings)
{
	static const char flows[] = "FlowTimeoutSettings", arp[] = "ARPTableSettings",
	                  datapath[] = "DatapathSettings";

	*settings = (struct policy_settings){
	    .cluster_enabled = configuration_in_cluster(configuration),
	    .cluster_role = (uint8_t)configuration_role(configuration),
	    .cluster_id = (uint8_t)setting_number(configuration, "HighAvailability", "ClusterID"),
	    .workers = (uint8_t)setting_number(configuration, datapath, "Workers"),
	    .poll = setting_is(configuration, datapath, "PollMode", "Yes"),
	    .drop_ipv4 = setting_is(configuration, "IPSettings", "AllowIPVersion", "IPv6"),
	    .drop_ipv6 = setting_is(configuration, "IPSettings", "AllowIPVersion", "IPv4"),
	    .max_flows = setting_number(configuration, datapath, "MaxFlows"),
	    .heartbeat_interval_ms = setting_number(configuration, "HASettings", "HeartbeatInterval"),
	    .peer_dead_ms = setting_number(configuration, "HASettings", "PeerDead"),
	    .gratuitous_arp_interval = setting_number(configuration, "HASettings", "GratuitousARPInterval"),
	    .arp_expire = setting_number(configuration, arp, "ARPExpire"),
	    .arp_expire_unknown = setting_number(configuration, arp, "ARPExpireUnknown"),
	    .arp_cache_size = setting_number(configuration, arp, "ARPCacheSize"),
	    .log_unknown_vlan = setting_is(configuration, "VLANSettings", "UnknownVLANTags", "DropLog"),
	    .packet_buffer = packet_buffer_size(configuration),
	    .flow_lifetime_tcp_init = setting_number(configuration, flows, "FlowLifetimeTCPInit"),
	    .flow_lifetime_tcp_no_data = setting_number(configuration, flows, "FlowLifetimeTCPNoData"),
	    .flow_lifetime_tcp_open = setting_number(configuration, flows, "FlowLifetimeTCPOpen"),
	    .flow_lifetime_tcp_closing = setting_number(configuration, flows, "FlowLifetimeTCPClosing"),
	    .flow_lifetime_udp = setting_number(configuration, flows, "FlowLifetimeUDP"),
	    .flow_lifetime_icmp = setting_number(configuration, flows, "FlowLifetimeICMP"),
	    .flow_lifetime_other = setting_number(configuration, flows, "FlowLifetimeOther"),
	    .flow_lifetime_sctp_stateless = setting_number(configuration, flows, "FlowLifetimeSCTPStateless"),
	    .flow_lifetime_sctp_stateful = setting_number(configuration, flows, "FlowLifetimeSCTPStateful"),
	    .tcp = policy_tcp_settings(configuration),
	    .threshold_memory = setting_number(configuration, "MiscSettings", "MaxThresholdMemUsage"),
	};
}

static int build(const struct configuration *configuration, struct policy_builder *builder)
{
	struct policy_route multicast = {.interface = POLICY_INTERFACE_CORE};
	struct route_list routes = {0};
	int error;

	fill_settings(configuration, policy_builder_settings(builder));
	policy_fill_path_mtu(configuration, &policy_builder_settings(builder)->path_mtu);
	policy_fill_length_limits(configuration, &policy_builder_settings(builder)->length_limits);
	policy_fill_fragments(configuration, &policy_builder_settings(builder)->fragments);
	policy_fill_local_reassembly(configuration, &policy_builder_settings(builder)->local_reassembly);
	ip_range_parse("224.0.0.0/4", &multicast.network);
	error = policy_add_interfaces(configuration, builder, &routes);
	if (!error)
		error = route_list_add(&routes, &multicast);
	if (!error)
		error = add_routes(configuration, &routes, builder);
	if (!error)
		error = route_list_write(&routes, builder);
	route_list_free(&routes);
	if (!error)
		error = policy_add_rules(configuration, builder);
	if (!error)
		error = policy_add_arp_entries(configuration, builder);
	if (!error)
		error = policy_add_thresholds(configuration, builder);
	if (!error)
		error = policy_add_whitelist(configuration, builder);
	return error;
}

int policy_build(const struct configuration *configuration, uint64_t generation, void **blob, size_t *length,
                 char reason[256])
{
	struct policy_builder *builder = policy_builder_create();
	struct policy policy;
	char why[128] = "";
	int error = builder ? build(configuration, builder) : -ENOMEM;

	*blob = NULL;
	if (!error)
		error = policy_builder_finish(builder, generation, blob, length);
	policy_builder_destroy(builder);
	if (!error)
		error = policy_open(*blob, *length, &policy, why);
	if (error)
		snprintf(reason, 256, "the policy cannot be built: %s", *why ? why : strerror(-error));
	return error;
}
