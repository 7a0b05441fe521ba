/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/probe/running.h"

#include "datapath/core/control.h"
#include "lib/messages/type.h"

#include <netinet/in.h>
#include <rte_tcp.h>

void probe_tell(const struct probe *probe, enum probe_event_kind kind, const struct probe_answer *answer)
{
	struct message_probe_event event = {.id = probe->id, .kind = kind};
	const struct probe_packet *packet = answer ? &answer->packet : &probe->packet;

	event.ends = (struct flow_ends){.protocol = packet->protocol,
	                                .has_ports = packet->protocol == IPPROTO_TCP ||
	                                             packet->protocol == IPPROTO_UDP,
	                                .port = {packet->port[0], packet->port[1]},
	                                .address = {packet->address[0], packet->address[1]}};
	event.ends.interface[!answer] = probe->interface;
	event.length = packet->length;
	event.after_us = (control_now() - probe->started) / 1000;
	if (answer) {
		event.icmp_type = answer->icmp_type;
		event.icmp_code = answer->icmp_code;
		event.hops = answer->hops;
		if (kind == PROBE_ERROR)
			event.ends.address[0] = answer->from;
	}
	(void)ipc_send(probe->connection, MESSAGE_PROBE_EVENT, &event, sizeof(event), -1);
}

bool probe_is_answer(const struct probe *probe, const struct probe_packet *packet)
{
	const struct probe_packet *own = &probe->packet;

	return packet->protocol == own->protocol && packet->port[1] == own->port[0] &&
	       packet->port[0] == own->port[1] &&
	       !ip_address_compare(&packet->address[0], &own->address[1]) &&
	       !ip_address_compare(&packet->address[1], &own->address[0]) &&
	       (packet->protocol == IPPROTO_TCP || packet->protocol == IPPROTO_UDP ||
	        packet->sequence == own->sequence);
}

bool probe_take_segment(struct probe *probe, const struct probe_answer *answer)
{
	const uint8_t syn_ack = RTE_TCP_SYN_FLAG | RTE_TCP_ACK_FLAG;
	const struct probe_packet *segment = &answer->packet;
	bool ended = segment->tcp_flags & RTE_TCP_FIN_FLAG;

	if (segment->tcp_flags & RTE_TCP_RST_FLAG) {
		probe_tell(probe, PROBE_RESET, answer);
		probe->connected = false;
		return true;
	}
	if (!probe->connected) {
		if ((segment->tcp_flags & syn_ack) != syn_ack ||
		    segment->tcp_acknowledgement != probe->packet.tcp_sequence)
			return false;
		probe->connected = true;
		probe->packet.tcp_acknowledgement = segment->tcp_sequence + 1;
		probe_tell(probe, PROBE_REPLY, answer);
		if (!probe->length)
			return true;
		probe_send_segment(probe, RTE_TCP_ACK_FLAG, 0);
		probe_send_segment(probe, RTE_TCP_ACK_FLAG | RTE_TCP_PSH_FLAG, probe->length);
		return false;
	}
	/* What comes twice, or too early, is not counted: the other side sends it again. */
	if (segment->tcp_sequence != probe->packet.tcp_acknowledgement) {
		probe_send_segment(probe, RTE_TCP_ACK_FLAG, 0);
		return false;
	}
	if (segment->length)
		probe_tell(probe, PROBE_DATA, answer);
	probe->packet.tcp_acknowledgement += segment->length;
	if (segment->length && !ended)
		probe_send_segment(probe, RTE_TCP_ACK_FLAG, 0);
	if (ended) {
		probe->packet.tcp_acknowledgement++;
		probe_tell(probe, PROBE_CLOSED, answer);
	}
	return ended;
}
