/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow_row.h"

#include "datapath/nat/nat.h"
#include "datapath/nat/nat_ipv6.h"

static void fill_ipv6(const struct flow *flow, struct flow_row *row)
{
	uint8_t address[16];

	row->source.version = row->destination.version = 6;
	memcpy(row->source.bytes, flow->addresses.source, sizeof(row->source.bytes));
	memcpy(row->destination.bytes, flow->addresses.destination, sizeof(row->destination.bytes));
	row->reply_source = row->destination;
	row->reply_destination = row->source;
	row->translated = nat_ipv6_address(flow, address);
	if (row->translated)
		memcpy(row->reply_destination.bytes, address, sizeof(address));
}

static void fill_ipv4(const struct flow *flow, struct flow_row *row)
{
	const struct flow_key *key = &flow->direction[0].key, *reply = &flow->direction[1].key;

	row->source = ip_address_from_ip4(rte_be_to_cpu_32(key->source));
	row->destination = ip_address_from_ip4(rte_be_to_cpu_32(key->destination));
	row->reply_source = ip_address_from_ip4(rte_be_to_cpu_32(reply->source));
	row->reply_destination = ip_address_from_ip4(rte_be_to_cpu_32(reply->destination));
	row->translated = nat_is_translated(flow);
}

void flow_row_fill(const struct worker_state *state, const struct flow *flow, struct flow_row *row)
{
	const struct flow_key *key = &flow->direction[0].key, *reply = &flow->direction[1].key;
	int32_t left = flow->mirrored ? (int32_t)flow->timeout : (int32_t)(flow_timer_due(flow) - state->now);

	*row = (struct flow_row){.protocol = key->protocol,
	                         .mirrored = flow->mirrored,
	                         .source_interface = key->interface,
	                         .destination_interface = reply->interface,
	                         .source_port = rte_be_to_cpu_16(key->source_port),
	                         .destination_port = rte_be_to_cpu_16(key->destination_port),
	                         .reply_source_port = rte_be_to_cpu_16(reply->source_port),
	                         .reply_destination_port = rte_be_to_cpu_16(reply->destination_port),
	                         .timeout_s = left > 0 ? (uint32_t)left / FLOW_TICKS_PER_SECOND : 0};
	if (key->family == FLOW_IPV6)
		fill_ipv6(flow, row);
	else
		fill_ipv4(flow, row);
	/* The keys of an echo have the identifier at the end that asks. */
	if (key->protocol == IPPROTO_ICMP || key->protocol == IPPROTO_ICMPV6) {
		row->destination_port = row->source_port;
		row->reply_source_port = row->reply_destination_port;
	}
	for (unsigned i = 0; i < 2; i++) {
		row->packets[i] = flow->direction[i].packets;
		row->bytes[i] = flow->direction[i].bytes;
	}
}

bool flow_row_matches(const struct flow_filter *filter, const struct flow_row *row)
{
	bool has_ports =
	    row->protocol == IPPROTO_TCP || row->protocol == IPPROTO_UDP || row->protocol == IPPROTO_SCTP;
	struct flow_ends ends = {.protocol = row->protocol,
	                         .has_ports = has_ports,
	                         .interface = {row->source_interface, row->destination_interface},
	                         .port = {row->source_port, row->destination_port},
	                         .address = {row->source, row->destination}};

	if (flow_filter_matches(filter, &ends))
		return true;
	if (!row->translated)
		return false;
	ends.port[0] = row->reply_destination_port;
	ends.port[1] = row->reply_source_port;
	ends.address[0] = row->reply_destination;
	ends.address[1] = row->reply_source;
	return flow_filter_matches(filter, &ends);
}
