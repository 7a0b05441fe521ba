/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/core/control.h"
#include "datapath/event/event.h"
#include "datapath/ipv6/ipv6_address.h"
#include "datapath/nd/nd.h"
#include "datapath/nd/packet.h"
#include "datapath/policy/compiled_policy.h"

#include <netinet/in.h>
#include <string.h>

static bool is_link_local(const uint8_t address[16])
{
	return address[0] == 0xfe && (address[1] & 0xc0) == 0x80;
}

/* One line a second at most. */
static void tell(uint16_t interface, const struct nd_packet *packet)
{
	static uint64_t last;
	struct event event = {.kind = EVENT_NO_SOURCE_ROUTE,
	                      .interface = interface,
	                      .egress = interface,
	                      .protocol = IPPROTO_ICMPV6,
	                      .icmp_type = ND_SOLICITATION,
	                      .source.version = 6,
	                      .destination.version = 6,
	                      .about_source.version = 6};
	uint64_t now = control_now();

	if (last && now - last < NANOSECONDS_PER_SECOND)
		return;
	last = now;
	if (packet->has_mac)
		event.hardware = packet->mac;
	memcpy(event.source.bytes, packet->source, sizeof(event.source.bytes));
	memcpy(event.destination.bytes, packet->destination, sizeof(event.destination.bytes));
	memcpy(event.about_source.bytes, packet->target, sizeof(event.about_source.bytes));
	event_log(&event);
}

bool nd_source_routed(uint16_t interface, const struct nd_packet *packet)
{
	const struct compiled_policy *policy = atomic_load_explicit(&datapath.policy, memory_order_relaxed);
	const struct route *route;

	if (!policy || ipv6_is_unspecified(packet->source) || is_link_local(packet->source))
		return true;
	route = route_lookup_ipv6(policy->routes, packet->source);
	/* An address of this node: somebody else has it too. */
	if (route && (route->kind != ROUTE_FORWARD || route->interface == interface ||
	              compiled_policy_equivalent(policy, route->interface, interface)))
		return true;
	tell(interface, packet);
	return false;
}
