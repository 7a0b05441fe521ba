/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/nat/nat.h"
#include "datapath/nat/nat_ipv6.h"

#include <rte_random.h>

#define PORTS (65536 - NAT_PORT_FIRST)

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

static unsigned share_of(const struct flow_key *key, const struct flow_addresses *addresses)
{
	return flow_share(addresses ? flow_symmetric_hash_ipv6(key, addresses) : flow_symmetric_hash(key));
}

/* Completes *reply, whose addresses (of IPv6: answers) are there, for a flow of that share. */
static bool choose_port(const struct flow_table *table, const struct flow_key *key, unsigned share,
                        const struct flow_addresses *answers, struct flow_key *reply)
{
	uint32_t port;

	/* C09-011: of SCTP nothing is translated; of others nothing but the address tells two flows apart. */
	if (key->protocol == IPPROTO_SCTP)
		return false;
	if (!nat_has_port(key))
		return is_free(table, reply);
	port = random_port(key);
	for (unsigned looked = 0, tried = 0; looked < PORTS && tried < NAT_TRIES; looked++) {
		reply->destination_port = rte_cpu_to_be_16(NAT_PORT_FIRST + port);
		if (share_of(reply, answers) == share) {
			if (is_free(table, reply))
				return true;
			tried++;
		}
		port = port + 1 == PORTS ? 0 : port + 1;
	}
	return false;
}

bool nat_allocate(const struct flow_table *table, const struct flow_key *key, uint16_t egress,
                  uint32_t address, struct flow_key *reply)
{
	*reply = flow_key_reply(key, egress);
	reply->destination = address;
	return choose_port(table, key, share_of(key, NULL), NULL, reply);
}

bool nat_ipv6_allocate(const struct flow_table *table, const struct flow_key *key,
                       const struct flow_addresses *addresses, uint16_t egress, const uint8_t address[16],
                       struct flow_key *reply)
{
	struct flow_addresses answers = flow_addresses_reversed(addresses);

	memcpy(answers.destination, address, sizeof(answers.destination));
	*reply = flow_key_reply(key, egress);
	flow_key_set_ipv6(reply, &answers);
	return choose_port(table, key, share_of(key, addresses), &answers, reply);
}
