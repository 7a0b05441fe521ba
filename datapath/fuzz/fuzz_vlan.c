/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/vlan/vlan.h"

#include <stdlib.h>
#include <string.h>

/* VLANs 1 on interface 1, 2 in it, 3 in that, and so on: two bytes less than a frame can have. */
#define LEVELS POLICY_VLAN_LEVELS

static struct vlan_table *make_table(void)
{
	struct policy_interface interfaces[LEVELS + 1] = {{.id = 1}};
	struct policy policy = {.interfaces = interfaces, .interface_count = LEVELS + 1};
	struct vlan_table *table;

	for (uint16_t i = 1; i <= LEVELS; i++)
		interfaces[i] = (struct policy_interface){
		    .id = i + 1, .carrier = i, .vlan_id = i, .vlan_type = i % 2 ? 0x8100 : 0x88a8};
	if (vlan_table_create(&policy, &table) != 0)
		abort();
	return table;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct vlan_table *table;
	struct vlan_frame out;
	uint8_t *frame;

	if (!table)
		table = make_table();
	if (size < 1)
		return 0;
	/* Bytes of its own, so that one read beyond them is seen. */
	frame = malloc(size - 1 + (size == 1));
	if (!frame)
		return 0;
	memcpy(frame, data + 1, size - 1);
	if (vlan_parse(data[0] & 1 ? table : NULL, frame, (uint32_t)(size - 1), 1, data[0] & 2, &out) ==
	    COUNTER_COUNT) {
		if (out.header > size - 1 || vlan_is_tag(out.type) || out.interface > LEVELS + 1)
			abort();
	}
	free(frame);
	return 0;
}
