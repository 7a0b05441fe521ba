/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_ARP_INDEX_H
#define DATAPATH_ARP_INDEX_H

/*
 * (interface, next hop) -> index of the adjacency: an open hash of single words, written by the control
 * thread and read by workers without a lock (neighbour_find). A reader may miss an entry that is put in or
 * taken out at that moment; it then asks the control thread, which knows. Next hops are of either family.
 */

#include "lib/address.h"

#include <stdint.h>

/* 0 where there is none. Any thread. */
uint32_t index_find(uint16_t interface, struct ip_address next_hop);
/* The key must not be there yet. Control thread. */
void index_insert(uint16_t interface, struct ip_address next_hop, uint16_t adjacency);
/* Control thread. */
void index_remove(uint16_t interface, struct ip_address next_hop);

#endif
