/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/vlan/vlan_table.h"

#include <string.h>

static uint16_t read16(const uint8_t *bytes)
{
	uint16_t value;

	memcpy(&value, bytes, sizeof(value));
	return value;
}

/* The interface of a tag; COUNTER_COUNT, or why there is none. */
static enum counter follow(const struct vlan_table *table, uint16_t type, bool type_lost,
                           struct vlan_frame *out)
{
	const struct vlan_entry *entry = table ? vlan_table_find(table, out->interface, out->vlan_id) : NULL;

	if (!entry || (entry->type != type && !(type_lost && type == 0x8100)))
		return COUNTER_DROP_UNKNOWN_VLANID;
	out->interface = entry->interface;
	return entry->disabled ? COUNTER_DROP_INTERFACE_DISABLED : COUNTER_COUNT;
}

enum counter vlan_parse(const struct vlan_table *table, const uint8_t *frame, uint32_t length,
                        uint16_t interface, bool type_lost, struct vlan_frame *out)
{
	enum counter reason = COUNTER_COUNT;

	*out = (struct vlan_frame){.interface = interface, .header = RTE_ETHER_HDR_LEN};
	if (length < RTE_ETHER_HDR_LEN)
		return COUNTER_DROP_ETHERNET_SHORT;
	out->type = read16(frame + RTE_ETHER_HDR_LEN - 2);
	while (vlan_is_tag(out->type) && reason == COUNTER_COUNT) {
		uint16_t type = rte_be_to_cpu_16(out->type);

		if (out->header == RTE_ETHER_HDR_LEN + VLAN_TAGS_MAX)
			return COUNTER_DROP_VLAN_LEVELS;
		if (length < (uint32_t)out->header + VLAN_TAG_BYTES)
			return COUNTER_DROP_ETHERNET_SHORT;
		out->vlan_id = rte_be_to_cpu_16(read16(frame + out->header)) & VLAN_ID_MASK;
		out->type = read16(frame + out->header + 2);
		out->header += VLAN_TAG_BYTES;
		if (out->vlan_id != VLAN_ID_PRIORITY)
			reason = follow(table, type, type_lost, out);
		type_lost = false;
	}
	return reason;
}
