/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_ARP_NEIGHBOUR_TABLE_H
#define DATAPATH_ARP_NEIGHBOUR_TABLE_H

/* The memory of arp/neighbour.c: entries, their index, their order of age, and the adjacencies. Control
 * thread. */

#include "datapath/arp/neighbour.h"
#include "lib/messages/neighbour.h"

enum table_list { LIST_INCOMPLETE, LIST_COMPLETE, LIST_COUNT };

void table_reset(void);
struct neighbour *table_at(uint16_t index);
/* One more than the largest index that was ever given out. */
uint32_t table_high(void);
/* NULL with no index left. */
struct neighbour *table_add(uint16_t interface, struct ip_address next_hop);
/* Its index is used again only after table_reclaim. */
void table_remove(struct neighbour *neighbour);
/* Every index was given out once. */
bool table_exhausted(void);
/* Those that were given back may be used again: no worker knows them any more. */
void table_reclaim(void);
/* Moves it to the young end of its state's list and tells workers what they may use. The MAC is set before.
 */
void table_set_state(struct neighbour *neighbour, enum neighbour_state state);
struct neighbour *table_oldest(enum table_list list);

#endif
