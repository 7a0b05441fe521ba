/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/probe/running.h"

#include "datapath/core/control.h"
#include "datapath/watch/watch.h"

#include <errno.h>
#include <string.h>

static struct rte_mbuf *make(const struct probe_packet *packet)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(datapath.packets);
	uint8_t *data = mbuf ? (uint8_t *)rte_pktmbuf_append(mbuf, PROBE_HEADERS_MAX + packet->length) : NULL;
	size_t length;

	if (!data) {
		control_count(COUNTER_DROP_MEMORY);
		rte_pktmbuf_free(mbuf);
		return NULL;
	}
	length = probe_packet_write(packet, data);
	rte_pktmbuf_trim(mbuf, (uint16_t)(PROBE_HEADERS_MAX + packet->length - length));
	return mbuf;
}

int probe_send(const struct probe *probe, const struct probe_packet *packet)
{
	struct rte_mbuf *mbuf = make(packet);

	if (!mbuf)
		return -ENOMEM;
	*packet_of(mbuf) = (struct packet){.interface = probe->interface, .kind = PACKET_FROM_HOST};
	watch_mark(mbuf, probe->watch, 1);
	control_count(COUNTER_OWN_SENT);
	return control_to_worker(mbuf);
}

int probe_send_simulated(const struct probe *probe, const struct port *port)
{
	static const struct rte_ether_addr neighbour = {{0x02, 0, 0, 0, 0, 1}};
	const struct port *carrier = port->tag_bytes ? &datapath.ports[port->carrier] : port;
	uint16_t type = probe->packet.address[0].version == 6 ? RTE_BE16(RTE_ETHER_TYPE_IPV6)
	                                                      : RTE_BE16(RTE_ETHER_TYPE_IPV4);
	struct rte_mbuf *mbuf = make(&probe->packet);
	uint8_t *frame;

	if (!mbuf)
		return -ENOMEM;
	frame = (uint8_t *)rte_pktmbuf_prepend(mbuf, RTE_ETHER_HDR_LEN + port->tag_bytes);
	memcpy(frame, &carrier->shared_mac, RTE_ETHER_ADDR_LEN);
	memcpy(frame + RTE_ETHER_ADDR_LEN, &neighbour, RTE_ETHER_ADDR_LEN);
	memcpy(frame + 2 * RTE_ETHER_ADDR_LEN, port->tags, port->tag_bytes);
	memcpy(frame + 2 * RTE_ETHER_ADDR_LEN + port->tag_bytes, &type, sizeof(type));
	*packet_of(mbuf) = (struct packet){.interface = probe->interface, .kind = PACKET_SIMULATED};
	watch_mark(mbuf, probe->watch, 1);
	control_count(COUNTER_OWN_SENT);
	return control_to_worker(mbuf);
}

void probe_send_segment(struct probe *probe, uint8_t flags, uint16_t length)
{
	struct probe_packet packet = probe->packet;

	packet.tcp_flags = flags;
	packet.payload = probe->payload;
	packet.length = length;
	(void)probe_send(probe, &packet);
	probe->packet.tcp_sequence += length;
}
