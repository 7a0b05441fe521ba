/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/vlan/vlan_table.h"

#include <errno.h>
#include <stdlib.h>

static void insert(struct vlan_table *table, const struct policy_interface *interface)
{
	uint32_t slot = vlan_table_slot(table, interface->carrier, interface->vlan_id);

	while (table->entries[slot].carrier)
		slot = (slot + 1) & table->mask;
	table->entries[slot] = (struct vlan_entry){.carrier = interface->carrier,
	                                           .vlan_id = interface->vlan_id,
	                                           .interface = interface->id,
	                                           .type = interface->vlan_type,
	                                           .disabled = interface->disabled};
}

int vlan_table_create(const struct policy *policy, struct vlan_table **out)
{
	struct vlan_table *table;
	uint32_t count = 0, size = 4;

	*out = NULL;
	for (uint32_t i = 0; i < policy->interface_count; i++)
		count += policy->interfaces[i].carrier != 0;
	if (!count)
		return 0;
	while (size < 4 * count)
		size *= 2;
	table = calloc(1, sizeof(*table) + size * sizeof(table->entries[0]));
	if (!table)
		return -ENOMEM;
	table->mask = size - 1;
	for (uint32_t i = 0; i < policy->interface_count; i++)
		if (policy->interfaces[i].carrier)
			insert(table, &policy->interfaces[i]);
	*out = table;
	return 0;
}

void vlan_table_destroy(struct vlan_table *table)
{
	free(table);
}
