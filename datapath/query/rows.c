/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/arp/neighbour.h"
#include "datapath/core/control.h"
#include "datapath/heartbeat/heartbeat.h"
#include "datapath/heartbeat/lanes.h"
#include "datapath/monitor/monitor.h"
#include "datapath/port/kernel_device.h"
#include "datapath/port/port.h"
#include "datapath/query/query.h"
#include "datapath/route/local_ip.h"
#include "datapath/rule_usage/rule_usage.h"
#include "datapath/vlan/vlan_port.h"
#include "lib/messages/neighbour.h"
#include "lib/messages/query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *rows_neighbours(uint32_t *count)
{
	struct neighbour_row *rows = calloc(neighbour_count() + 1, sizeof(*rows));
	uint64_t now = control_now();

	for (uint16_t index = neighbour_next(0); rows && index; index = neighbour_next(index)) {
		const struct neighbour *neighbour = neighbour_at(index);
		struct neighbour_row *row = &rows[(*count)++];
		bool known = neighbour->state == NEIGHBOUR_DYNAMIC || neighbour->state == NEIGHBOUR_PROBING;
		uint64_t until = known ? neighbour->expires : neighbour->due;

		row->interface = neighbour->interface;
		row->state = neighbour->state;
		row->address = neighbour->next_hop;
		row->mac = neighbour->mac;
		row->expires_s = until > now ? (uint32_t)((until - now) / NANOSECONDS_PER_SECOND) : 0;
	}
	return rows;
}

/* A Sync interface, or one whose device is missing. */
static void describe_kernel(const struct policy_interface *interface, struct interface_row *row)
{
	struct kernel_device device;

	if (kernel_device_read(interface->device, &device) != 0)
		return;
	row->link_up = interface->ha_type == POLICY_HA_SYNC && device.up && device.running;
	row->promiscuous = device.promiscuous;
	row->mtu = device.mtu;
	row->mac = device.mac;
}

static void describe_port(const struct policy *policy, struct interface_row *row)
{
	const struct policy_interface *device = vlan_port_device(policy, row->interface);

	port_describe(row->interface, row);
	row->mac_mode = device ? device->mac_mode : POLICY_MAC_PRIVATE_SHARED;
	(void)heartbeat_peer_mac(row->interface, &row->peer_mac);
}

void *rows_interfaces(uint32_t *count)
{
	const struct policy *policy = control_policy();
	struct interface_row *rows = policy ? calloc(policy->interface_count + 1, sizeof(*rows)) : NULL;

	for (uint32_t i = 0; rows && i < policy->interface_count; i++) {
		struct interface_row *row = &rows[(*count)++];

		row->interface = policy->interfaces[i].id;
		row->mtu = policy->interfaces[i].mtu;
		row->monitor = (uint8_t)monitor_state(row->interface);
		snprintf(row->driver, sizeof(row->driver), "%s",
		         policy->interfaces[i].ha_type == POLICY_HA_SYNC ? "kernel" : "missing");
		if (policy->interfaces[i].disabled)
			snprintf(row->driver, sizeof(row->driver), "disabled");
		else if (control_port(row->interface))
			describe_port(policy, row);
		else
			describe_kernel(&policy->interfaces[i], row);
	}
	return rows;
}

/* Of the cluster, in microseconds (C22-024). */
static unsigned rows_heartbeat(struct counter_row *rows)
{
	rows[0] = (struct counter_row){"heartbeat/patience", atomic_load(&heartbeat_lanes.patience_us)};
	rows[1] = (struct counter_row){"heartbeat/judged_by", atomic_load(&heartbeat_lanes.judged_by_us)};
	rows[2] = (struct counter_row){"heartbeat/longest_gap", atomic_load(&heartbeat_lanes.longest_gap_us)};
	rows[3] = (struct counter_row){"heartbeat/copies", atomic_load(&heartbeat_lanes.copies)};
	return 4;
}

void *rows_counters(uint32_t *count)
{
	struct counter_row *rows = calloc(COUNTER_COUNT + 5, sizeof(*rows));

	for (unsigned counter = 0; rows && counter < COUNTER_COUNT; counter++) {
		struct counter_row *row = &rows[(*count)++];

		snprintf(row->name, sizeof(row->name), "%s", counter_name(counter));
		row->value =
		    datapath.control_counters.value[counter] + heartbeat_lanes.counters.value[counter];
		for (unsigned i = 0; i < datapath.worker_count; i++)
			row->value += datapath.workers[i]->counters.value[counter];
	}
	if (!rows)
		return NULL;
	rows[(*count)++] = (struct counter_row){.name = "flow/active", .value = flow_count()};
	*count += rows_heartbeat(&rows[*count]);
	return rows;
}

void *rows_routes(uint32_t *count)
{
	const struct policy *policy = control_policy();
	struct route_row *rows = policy ? calloc(policy->route_count + 1, sizeof(*rows)) : NULL;

	for (uint32_t i = 0; rows && i < policy->route_count; i++) {
		const struct policy_route *route = &policy->routes[i];

		rows[(*count)++] = (struct route_row){.network = route->network,
		                                      .gateway = route->gateway,
		                                      .local_ip = route_local_ip(policy, route),
		                                      .local_ip_chosen = route->local_ip.version == 0,
		                                      .interface = route->interface,
		                                      .metric = route->metric};
	}
	return rows;
}

void *rows_workers(uint32_t *count)
{
	struct worker_row *rows = calloc(datapath.worker_count + 1, sizeof(*rows));

	for (unsigned i = 0; rows && i < datapath.worker_count; i++)
		rows[(*count)++] = usage_of(i);
	return rows;
}

void *rows_rules(uint32_t *count)
{
	const struct compiled_policy *policy = atomic_load(&datapath.policy);
	struct rule_row *rows = policy ? calloc(policy->policy.rule_count + 1, sizeof(*rows)) : NULL;

	for (uint32_t rule = 0; rows && rule <= policy->policy.rule_count; rule++) {
		struct rule_use use = rule_usage_of(policy, rule);

		rows[(*count)++] = (struct rule_row){use.flows, use.packets, use.bytes};
	}
	return rows;
}
