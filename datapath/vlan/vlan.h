/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_VLAN_VLAN_H
#define DATAPATH_VLAN_VLAN_H

/*
 * VLAN tags (IEEE 802.1Q; C03-014 to C03-017). A VLAN interface is a logical port without a device: its frames are
 * its carrier's with a tag more. What comes in loses its tags in node ethernet_input, what leaves gets them in node
 * transmit; everything between knows interfaces only.
 */

#include "datapath/core/counters.h"
#include "lib/policy.h"

#include <rte_byteorder.h>
#include <rte_ether.h>
#include <stdbool.h>
#include <stdint.h>

#define VLAN_TAG_BYTES   4
#define VLAN_ID_MASK     0x0fff
#define VLAN_TAGS_MAX    (POLICY_VLAN_LEVELS * VLAN_TAG_BYTES) /* bytes of a frame */
#define VLAN_ID_PRIORITY 0                                     /* the tag says only the priority */

/* True where a frame's type (network byte order) is a tag's. */
static inline bool vlan_is_tag(uint16_t type)
{
	return type == RTE_BE16(0x8100) || type == RTE_BE16(0x88a8) || type == RTE_BE16(0x9100) ||
	       type == RTE_BE16(0x9200) || type == RTE_BE16(0x9300);
}

/* Which VLANs there are; of one policy, immutable. */
struct vlan_table;

/* NULL in *out where the policy has no VLANs. Control thread, or the one that compiles. Returns 0 or -ENOMEM. */
int vlan_table_create(const struct policy *policy, struct vlan_table **out);
void vlan_table_destroy(struct vlan_table *table);

/* What the tags of a frame say. */
struct vlan_frame {
	uint16_t
	    interface;   /* that the frame came in by; for an unknown ID the one up to which tags are known */
	uint16_t header; /* bytes up to the packet: Ethernet header and tags */
	uint16_t type;   /* of the packet, network byte order; no tag's */
	uint16_t vlan_id; /* of the last tag */
};

/*
 * Reads the tags of a frame that came in by that interface; length bytes are there. A tag with ID 0 says only a
 * priority and counts for nothing else (IEEE 802.1Q 6.9). type_lost: the driver gives every outermost tag the type
 * 0x8100. Returns COUNTER_COUNT, or the reason to drop it. Any bytes are safe to give. Any thread.
 */
enum counter vlan_parse(const struct vlan_table *table, const uint8_t *frame, uint32_t length,
                        uint16_t interface, bool type_lost, struct vlan_frame *out);

#endif
