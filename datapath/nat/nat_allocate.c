/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/nat/nat.h"

#include <rte_random.h>

#define PORTS (65536 - NAT_PORT_FIRST)

static bool has_port(uint8_t protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP || protocol == IPPROTO_UDPLITE ||
	       protocol == IPPROTO_ICMP;
}

/* The generator's numbers could be guessed from those before: not what a secret has made of them (RFC 6056). */
static uint32_t random_port(const struct flow_key *key)
{
	uint64_t number =
	    flow_hash_fold(rte_rand() ^ flow_hash_secret[1], flow_hash(key) ^ flow_hash_secret[2]);

	return (uint32_t)((number & UINT32_MAX) * PORTS >> 32);
}

static bool is_free(const struct flow_table *table, const struct flow_key *reply)
{
	return !flow_table_find(table, reply, flow_hash(reply));
}

bool nat_allocate(const struct flow_table *table, const struct flow_key *key, uint16_t egress,
                  uint32_t address, struct flow_key *reply)
{
	unsigned share = flow_share(flow_symmetric_hash(key));
	uint32_t port;

	*reply = flow_key_reply(key, egress);
	reply->destination = address;
	/* C09-011: of SCTP nothing is translated; of others nothing but the address tells two flows apart. */
	if (key->protocol == IPPROTO_SCTP)
		return false;
	if (!has_port(key->protocol))
		return is_free(table, reply);
	port = random_port(key);
	for (unsigned looked = 0, tried = 0; looked < PORTS && tried < NAT_TRIES; looked++) {
		reply->destination_port = rte_cpu_to_be_16(NAT_PORT_FIRST + port);
		if (flow_share(flow_symmetric_hash(reply)) == share) {
			if (is_free(table, reply))
				return true;
			tried++;
		}
		port = port + 1 == PORTS ? 0 : port + 1;
	}
	return false;
}
