/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow_record.h"

#include "datapath/ipv4/ipv4_parse.h"

#include <errno.h>
#include <netinet/in.h>

static void encode_key(const struct flow_key *key, struct flow_record_key *out)
{
	*out = (struct flow_record_key){.source_port = rte_cpu_to_le_16(rte_be_to_cpu_16(key->source_port)),
	                                .destination_port =
	                                    rte_cpu_to_le_16(rte_be_to_cpu_16(key->destination_port)),
	                                .interface = rte_cpu_to_le_16(key->interface),
	                                .protocol = key->protocol};
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
	return ipv4_address_valid(out->source) && ipv4_address_valid(out->destination) &&
	       out->interface != POLICY_INTERFACE_NONE && out->interface < 0xff00;
}

void flow_record_encode(const struct flow *flow, struct flow_record *out)
{
	*out = (struct flow_record){.state = flow->state};
	encode_key(&flow->direction[0].key, &out->key[0]);
	encode_key(&flow->direction[1].key, &out->key[1]);
}

int flow_record_decode(const void *payload, size_t length, bool deletion, struct flow_key keys[2],
                       enum flow_state *state)
{
	struct flow_record record = {.state = FLOW_STATELESS};

	if (length < (deletion ? sizeof(record.key[0]) : sizeof(record)))
		return -EBADMSG;
	memcpy(&record, payload, length < sizeof(record) ? length : sizeof(record));
	if (!decode_key(&record.key[0], &keys[0]))
		return -EBADMSG;
	*state = FLOW_STATELESS;
	if (deletion)
		return 0;
	if (!decode_key(&record.key[1], &keys[1]) || keys[0].protocol != keys[1].protocol ||
	    flow_key_equal(&keys[0], &keys[1]) || record.state >= FLOW_STATE_COUNT ||
	    (record.state != FLOW_STATELESS && keys[0].protocol != IPPROTO_TCP))
		return -EBADMSG;
	*state = record.state;
	return 0;
}
