/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_VLAN_VLAN_TABLE_H
#define DATAPATH_VLAN_VLAN_TABLE_H

/* The VLANs of a policy by carrier and ID: an open hash of single words, at most a quarter full. */

#include "datapath/vlan/vlan.h"

struct vlan_entry {
	uint16_t carrier; /* 0: free */
	uint16_t vlan_id;
	uint16_t interface;
	uint16_t type; /* TPID, host byte order */
	uint8_t disabled;
};

struct vlan_table {
	uint32_t mask;
	struct vlan_entry entries[];
};

static inline uint32_t vlan_table_slot(const struct vlan_table *table, uint16_t carrier, uint16_t vlan_id)
{
	return (((uint32_t)carrier << 12 ^ vlan_id) * 0x9e3779b1u >> 8) & table->mask;
}

/* NULL where there is none. */
static inline const struct vlan_entry *vlan_table_find(const struct vlan_table *table, uint16_t carrier,
                                                       uint16_t vlan_id)
{
	uint32_t slot = vlan_table_slot(table, carrier, vlan_id);

	for (;; slot = (slot + 1) & table->mask) {
		const struct vlan_entry *entry = &table->entries[slot];

		if (entry->carrier == 0)
			return NULL;
		if (entry->carrier == carrier && entry->vlan_id == vlan_id)
			return entry;
	}
}

#endif
