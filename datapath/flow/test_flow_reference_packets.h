/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_FLOW_TEST_FLOW_REFERENCE_PACKETS_H
#define DATAPATH_FLOW_TEST_FLOW_REFERENCE_PACKETS_H

/* Random packets for the network of fixture_ipv6.h: some of nothing, some of what the reference model knows. */

#include "datapath/testing/fixture_ipv6.h"
#include "datapath/testing/reference.h"

extern const uint16_t random_ports[6];

/* Where the numbers begin; the same ones follow from the same one. */
void random_seed(uint64_t seed);
/* Any number below that. */
uint64_t any(uint64_t below);
bool one_in(unsigned number);
uint8_t random_protocol(bool ipv6);

struct random_packet {
	struct rte_mbuf *mbuf; /* at its IP header */
	uint16_t interface;    /* comes in by it */
	bool ipv6;
	bool damaged; /* or cut short, or padded */
};
struct random_packet random_packet(void);
/* In network byte order. */
void put_long(uint8_t *at, uint32_t value);

#endif
