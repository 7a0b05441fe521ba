/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/dhcp_client/send.h"

#include "datapath/arp/arp.h"
#include "datapath/core/control.h"

#include <string.h>

static void broadcast(const struct port *port, const uint8_t *packet, size_t length)
{
	uint8_t frame[RTE_ETHER_HDR_LEN + DHCP_PACKET_MAX];

	memset(frame, 0xff, RTE_ETHER_ADDR_LEN);
	memcpy(frame + RTE_ETHER_ADDR_LEN, port->shared_mac.addr_bytes, RTE_ETHER_ADDR_LEN);
	frame[12] = RTE_ETHER_TYPE_IPV4 >> 8;
	frame[13] = RTE_ETHER_TYPE_IPV4 & 0xff;
	memcpy(frame + RTE_ETHER_HDR_LEN, packet, length);
	(void)control_transmit(port->interface, frame, RTE_ETHER_HDR_LEN + length);
}

static uint32_t next_hop_of(uint32_t destination, const struct dhcp_lease *lease)
{
	bool on_link = !lease->netmask || !((destination ^ lease->address) & lease->netmask);

	return on_link || !lease->router ? destination : lease->router;
}

/* By the neighbours, of whom the next hop may have to be asked first. */
static void unicast(const struct port *port, const uint8_t *packet, size_t length, uint32_t next_hop)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(datapath.packets);
	char *data = mbuf ? rte_pktmbuf_append(mbuf, (uint16_t)length) : NULL;

	control_count(COUNTER_OWN_SENT);
	if (!data) {
		control_count(COUNTER_DROP_MEMORY);
		rte_pktmbuf_free(mbuf);
		return;
	}
	memcpy(data, packet, length);
	*packet_of(mbuf) = (struct packet){.interface = port->interface,
	                                   .kind = PACKET_UNRESOLVED,
	                                   .shared_mac = true,
	                                   .ip_version = 4,
	                                   .next_hop = next_hop};
	arp_resolve(mbuf);
}

void dhcp_send(uint16_t interface, const struct dhcp_request *request, const struct dhcp_lease *lease)
{
	const struct port *port = control_port(interface);
	const struct policy *policy = control_policy();
	uint8_t packet[DHCP_PACKET_MAX];
	size_t length;

	if (!port || !policy || policy->settings->drop_ipv4)
		return;
	length = dhcp_request_write(request, packet);
	if (request->destination == UINT32_MAX)
		broadcast(port, packet, length);
	else
		unicast(port, packet, length, next_hop_of(request->destination, lease));
}

void dhcp_probe(uint16_t interface, uint32_t address)
{
	const struct port *port = control_port(interface);
	struct arp_packet packet = {.operation = ARP_REQUEST, .target = address};
	uint8_t frame[ARP_FRAME_LENGTH];

	if (!port)
		return;
	memcpy(packet.sender_mac.bytes, port->shared_mac.addr_bytes, sizeof(packet.sender_mac.bytes));
	arp_build(&packet, &arp_broadcast, frame);
	(void)arp_transmit(interface, frame);
}
