/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow_record.h"

#include "datapath/ipv4/ipv4_parse.h"
#include "datapath/ipv6/ipv6_address.h"
#include "datapath/nat/nat_ipv6.h"
#include "datapath/tcp/sequence.h"

#include <errno.h>
#include <netinet/in.h>

static void encode_key(const struct flow_key *key, struct flow_record_key *out)
{
	*out = (struct flow_record_key){.source_port = rte_cpu_to_le_16(rte_be_to_cpu_16(key->source_port)),
	                                .destination_port =
	                                    rte_cpu_to_le_16(rte_be_to_cpu_16(key->destination_port)),
	                                .interface = rte_cpu_to_le_16(key->interface),
	                                .protocol = key->protocol};
	if (key->family == FLOW_IPV6)
		return;
	memcpy(out->source, &key->source, sizeof(out->source));
	memcpy(out->destination, &key->destination, sizeof(out->destination));
}

static bool decode_key(const struct flow_record_key *key, struct flow_key *out)
{
	*out =
	    (struct flow_key){.source_port = rte_cpu_to_be_16(rte_le_to_cpu_16(key->source_port)),
	                      .destination_port = rte_cpu_to_be_16(rte_le_to_cpu_16(key->destination_port)),
	                      .interface = rte_le_to_cpu_16(key->interface),
	                      .protocol = key->protocol};
	memcpy(&out->source, key->source, sizeof(out->source));
	memcpy(&out->destination, key->destination, sizeof(out->destination));
	return out->interface != POLICY_INTERFACE_NONE && out->interface < 0xff00;
}

static bool is_ipv4(const struct flow_key *key)
{
	return ipv4_address_valid(key->source) && ipv4_address_valid(key->destination);
}

static bool is_ipv6(const struct flow_key keys[2], const struct flow_record *record, size_t length)
{
	const struct flow_addresses *addresses = &record->addresses;

	if (length < FLOW_RECORD_LENGTH_2 || keys[0].source || keys[0].destination || keys[1].source ||
	    !ipv6_address_valid(addresses->source) || !ipv6_address_valid(addresses->destination) ||
	    keys[0].destination_port != keys[1].source_port)
		return false;
	if (keys[1].destination == 0)
		return keys[0].source_port == keys[1].destination_port;
	return keys[1].destination == rte_cpu_to_be_32(FLOW_RECORD_TRANSLATED) && length >= sizeof(*record) &&
	       ipv6_address_valid(record->nat_address);
}

/* Keys and addresses of a flow of IPv6. */
static void take_ipv6(const struct flow_record *record, struct flow_key keys[2],
                      struct flow_addresses *addresses, uint8_t nat_address[16])
{
	struct flow_addresses answers = flow_addresses_reversed(&record->addresses);

	*addresses = record->addresses;
	if (keys[1].destination) {
		memcpy(nat_address, record->nat_address, sizeof(record->nat_address));
		memcpy(answers.destination, nat_address, sizeof(answers.destination));
	}
	flow_key_set_ipv6(&keys[0], addresses);
	flow_key_set_ipv6(&keys[1], &answers);
}

uint8_t flow_record_encode(const struct flow *flow, bool deletion, struct flow_record *out, uint32_t *length)
{
	uint32_t delta = rte_cpu_to_le_32(flow->relay_delta);

	*out = (struct flow_record){
	    .state = flow->state,
	    .tcp = {.flags = flow->tcp & ~TCP_UNSEEN_BOTH,
	            .window_scales = flow->direction[0].window_scale | flow->direction[1].window_scale << 4}};
	out->tcp.relay_windows = flow->relay_windows;
	memcpy(out->tcp.relay_delta, &delta, sizeof(delta));
	encode_key(&flow->direction[0].key, &out->key[0]);
	encode_key(&flow->direction[1].key, &out->key[1]);
	if (flow->direction[0].key.family == FLOW_IPV6) {
		out->addresses = flow->addresses;
		*length = FLOW_RECORD_LENGTH_2;
		if (!nat_ipv6_address(flow, out->nat_address))
			return 2;
		out->key[1].destination[3] = FLOW_RECORD_TRANSLATED;
		*length = sizeof(*out);
		return 3;
	}
	*length = deletion ? sizeof(out->key[0]) : FLOW_RECORD_LENGTH_1;
	return 1;
}

int flow_record_decode(const void *payload, size_t length, bool deletion, struct flow_key keys[2],
                       struct flow_addresses *addresses, uint8_t nat_address[16], enum flow_state *state)
{
	struct flow_record record = {.state = FLOW_STATELESS};
	bool ipv6;

	if (length < (deletion ? sizeof(record.key[0]) : FLOW_RECORD_LENGTH_1))
		return -EBADMSG;
	memcpy(&record, payload, length < sizeof(record) ? length : sizeof(record));
	if (!decode_key(&record.key[0], &keys[0]))
		return -EBADMSG;
	memset(nat_address, 0, sizeof(record.nat_address));
	ipv6 = length >= FLOW_RECORD_LENGTH_2 && decode_key(&record.key[1], &keys[1]) &&
	       is_ipv6(keys, &record, length);
	if (!ipv6 && !is_ipv4(&keys[0]))
		return -EBADMSG;
	if (ipv6)
		take_ipv6(&record, keys, addresses, nat_address);
	*state = FLOW_STATELESS;
	if (deletion)
		return 0;
	if ((!ipv6 && (!decode_key(&record.key[1], &keys[1]) || !is_ipv4(&keys[1]))) ||
	    keys[0].protocol != keys[1].protocol || flow_key_equal(&keys[0], &keys[1]) ||
	    record.state >= FLOW_STATE_COUNT ||
	    (record.state != FLOW_STATELESS && keys[0].protocol != IPPROTO_TCP))
		return -EBADMSG;
	*state = record.state;
	return 0;
}

void flow_record_take_tcp(const struct flow_record_tcp *record, struct flow *flow)
{
	uint8_t scales = record->window_scales;
	uint32_t delta;

	flow->tcp = record->flags & ~TCP_UNSEEN_BOTH;
	flow->direction[0].window_scale = RTE_MIN(scales & 0x0f, TCP_SCALE_MAX);
	flow->direction[1].window_scale = RTE_MIN(scales >> 4, TCP_SCALE_MAX);
	memcpy(&delta, record->relay_delta, sizeof(delta));
	flow->relay_delta = rte_le_to_cpu_32(delta);
	flow->relay_windows = record->relay_windows;
	tcp_forget_sequences(flow);
}
