/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_TESTING_FAKE_H
#define DATAPATH_TESTING_FAKE_H

/* Stands in for the control side where the worker side is tested or measured alone. One thread. */

#include "datapath/core/datapath.h"
#include "datapath/mirror/digest.h"

/* Makes a neighbour known. Addresses in network byte order. */
void fake_neighbour(uint16_t interface, uint32_t next_hop, struct rte_ether_addr mac);
void fake_neighbour_at(uint16_t interface, struct ip_address next_hop, struct rte_ether_addr mac);
void fake_neighbours_forget(void);

/* Records that workers or the control side emitted, in order, since the last fake_records_forget. */
struct fake_record {
	struct record_header header;
	uint8_t payload[128];
};
extern struct fake_record fake_records[4096];
extern unsigned fake_record_count;
void fake_records_forget(void);

/* The last digest that a class made, and how many were. */
extern struct digest_sums fake_digest;
extern unsigned fake_digests;

#endif
