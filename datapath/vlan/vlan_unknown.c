/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/vlan/vlan_unknown.h"

#include "datapath/core/control.h"

#include <qb/qblog.h>
#include <string.h>

void vlan_unknown(struct rte_mbuf *mbuf)
{
	static uint64_t last;
	const struct policy *policy = control_policy();
	const struct packet *packet = packet_of(mbuf);
	const struct policy_interface *interface =
	    policy ? policy_interface_by_id(policy, packet->interface) : NULL;
	char text[MAC_ADDRESS_TEXT];
	struct mac_address source;
	uint64_t now = control_now();

	/* The worker has read its addresses. */
	memcpy(source.bytes, rte_pktmbuf_mtod_offset(mbuf, const uint8_t *, RTE_ETHER_ADDR_LEN),
	       sizeof(source.bytes));
	if (interface && (!last || now - last >= NANOSECONDS_PER_SECOND)) {
		last = now;
		qb_log(
		    LOG_WARNING,
		    "prio=warning event=unknown_vlanid vlanid=%u pkt_srchw=%s pkt_recvif=%s pkt_recvzone=%s "
		    "action=drop",
		    packet->next_hop, mac_address_format(&source, ':', text), interface->name,
		    interface->zone[0] ? interface->zone : "n/a");
	}
	control_drop(mbuf, COUNTER_DROP_UNKNOWN_VLANID);
}
