/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/probe/probe.h"

#include "datapath/core/control.h"
#include "datapath/probe/packet.h"
#include "datapath/probe/source.h"
#include "datapath/watch/watch.h"
#include "lib/messages/type.h"

#include <errno.h>
#include <netinet/in.h>
#include <rte_random.h>
#include <rte_tcp.h>
#include <stdlib.h>
#include <string.h>

/* Beyond those that Linux takes for itself. */
#define OWN_PORT_FIRST 61000
#define OWN_PORT_COUNT (65536 - OWN_PORT_FIRST)

struct probe {
	struct ipc_connection *connection;
	uint32_t id, watch;
	uint16_t interface;
	struct probe_packet packet; /* the next one to send */
	bool connected;             /* TCP */
	uint64_t started;
	uint16_t length;
	uint8_t payload[PROBE_LENGTH_MAX];
};

static struct probe *probes[PROBES_MAX];
static unsigned count;

static void tell(const struct probe *probe, enum probe_event_kind kind, const struct probe_answer *answer)
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

static void refuse(struct ipc_connection *connection, uint32_t id, const char *text)
{
	struct message_probe_event event = {.id = id, .kind = PROBE_REFUSED};

	snprintf(event.text, sizeof(event.text), "%s", text);
	(void)ipc_send(connection, MESSAGE_PROBE_EVENT, &event, sizeof(event), -1);
}

static void forget(unsigned index)
{
	free(probes[index]);
	probes[index] = NULL;
	count--;
}

/* --- packets on their way
 * -------------------------------------------------------------------------------------------------- */

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

/* As Linux's packets go: routed, with a flow, asked no rules. */
static int send_own(const struct probe *probe, const struct probe_packet *packet)
{
	struct rte_mbuf *mbuf = make(packet);

	if (!mbuf)
		return -ENOMEM;
	*packet_of(mbuf) = (struct packet){.interface = probe->interface, .kind = PACKET_FROM_HOST};
	watch_mark(mbuf, probe->watch, 1);
	control_count(COUNTER_OWN_SENT);
	return control_to_worker(mbuf);
}

/* As a neighbour's come: in a frame, of a VLAN with its tags, for the address that traffic goes to. */
static int send_simulated(const struct probe *probe, const struct port *port)
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

static void send_segment(struct probe *probe, uint8_t flags, uint16_t length)
{
	struct probe_packet packet = probe->packet;

	packet.tcp_flags = flags;
	packet.payload = probe->payload;
	packet.length = length;
	(void)send_own(probe, &packet);
	probe->packet.tcp_sequence += length;
}

/* --- the client's side
 * ------------------------------------------------------------------------------------------------------ */

static uint8_t protocol_of(const struct message_probe_start *start)
{
	return start->protocol == IPPROTO_ICMP && start->destination.version == 6 ? IPPROTO_ICMPV6
	                                                                          : start->protocol;
}

static const char *check(const struct message_probe_start *start)
{
	uint32_t version = start->destination.version;

	if (!start->id || (version != 4 && version != 6) || start->length > PROBE_LENGTH_MAX ||
	    (start->source.version && start->source.version != version) ||
	    (start->simulate && !start->source.version))
		return "that is no probe";
	if (start->protocol != IPPROTO_ICMP && start->protocol != IPPROTO_TCP &&
	    start->protocol != IPPROTO_UDP)
		return "only ICMP, TCP and UDP can be sent";
	if (count == PROBES_MAX)
		return "there are too many other pings now";
	if (!atomic_load(&datapath.active))
		return "This node is not active: the standby sends nothing. Ping from the active node";
	return NULL;
}

static void fill(struct probe *probe, const struct message_probe_start *start)
{
	memcpy(probe->payload, start->payload, start->length);
	probe->length = start->length;
	probe->packet.protocol = protocol_of(start);
	probe->packet.address[1] = start->destination;
	probe->packet.port[0] =
	    start->own_port ? start->own_port : (uint16_t)(OWN_PORT_FIRST + rte_rand_max(OWN_PORT_COUNT));
	probe->packet.port[1] = start->port;
	probe->packet.sequence = start->sequence;
	probe->packet.payload = probe->payload;
	probe->packet.length = probe->length;
	if (start->protocol == IPPROTO_ICMP) {
		probe->packet.port[1] = probe->packet.port[0];
	} else if (start->protocol == IPPROTO_TCP) {
		probe->packet.tcp_flags = RTE_TCP_SYN_FLAG;
		probe->packet.tcp_sequence = (uint32_t)rte_rand();
		probe->packet.length = 0;
	}
	probe->started = control_now();
}

static int simulate(struct probe *probe, const struct message_probe_start *start,
                    char reason[PROBE_REASON_MAX])
{
	const struct port *port = control_port(start->interface);

	if (!port) {
		snprintf(reason, PROBE_REASON_MAX,
		         "nothing comes in by that interface: it is disabled, or the kernel's");
		return -ENODEV;
	}
	probe->interface = start->interface;
	probe->packet.address[0] = start->source;
	tell(probe, PROBE_SENT, NULL);
	return send_simulated(probe, port);
}

static int start_probe(struct probe *probe, const struct message_probe_start *start,
                       char reason[PROBE_REASON_MAX])
{
	int error;

	fill(probe, start);
	if (start->simulate)
		return simulate(probe, start, reason);
	error = probe_route(start, &probe->interface, &probe->packet.address[0], reason);
	if (error)
		return error;
	tell(probe, PROBE_SENT, NULL);
	error = send_own(probe, &probe->packet);
	probe->packet.tcp_sequence++;
	return error;
}

void probe_start(struct ipc_connection *connection, const struct message_probe_start *start)
{
	const char *wrong = check(start);
	struct probe *probe = wrong ? NULL : calloc(1, sizeof(*probe));
	char reason[PROBE_REASON_MAX] = "there is no memory for it now";
	unsigned index = 0;
	int error = -ENOMEM;

	if (probe) {
		*probe = (struct probe){.connection = connection, .id = start->id, .watch = start->watch};
		error = start_probe(probe, start, reason);
	}
	if (wrong || error || start->simulate) {
		if (wrong || error)
			refuse(connection, start->id, wrong ? wrong : reason);
		free(probe);
		return;
	}
	while (probes[index])
		index++;
	probes[index] = probe;
	count++;
}

/* A connection that is open is not left behind. */
static void end(unsigned index)
{
	if (probes[index]->connected)
		send_segment(probes[index], RTE_TCP_RST_FLAG | RTE_TCP_ACK_FLAG, 0);
	forget(index);
}

void probe_stop(const struct ipc_connection *connection, uint32_t id)
{
	for (unsigned i = 0; i < PROBES_MAX; i++)
		if (probes[i] && probes[i]->connection == connection && probes[i]->id == id)
			end(i);
}

void probe_closed(const struct ipc_connection *connection)
{
	for (unsigned i = 0; i < PROBES_MAX; i++)
		if (probes[i] && probes[i]->connection == connection)
			end(i);
}

void probe_second(void)
{
	uint64_t now = control_now();

	for (unsigned i = 0; i < PROBES_MAX && count; i++) {
		if (!probes[i] || now - probes[i]->started < PROBE_SECONDS_MAX * NANOSECONDS_PER_SECOND)
			continue;
		tell(probes[i], PROBE_ENDED, NULL);
		end(i);
	}
}

/* --- answers
 * ---------------------------------------------------------------------------------------------------------------- */

static bool answers(const struct probe *probe, const struct probe_packet *packet)
{
	const struct probe_packet *own = &probe->packet;

	return packet->protocol == own->protocol && packet->port[1] == own->port[0] &&
	       packet->port[0] == own->port[1] &&
	       !ip_address_compare(&packet->address[0], &own->address[1]) &&
	       !ip_address_compare(&packet->address[1], &own->address[0]) &&
	       (packet->protocol == IPPROTO_TCP || packet->protocol == IPPROTO_UDP ||
	        packet->sequence == own->sequence);
}

/* True where nothing more is to come. */
static bool take_segment(struct probe *probe, const struct probe_answer *answer)
{
	const uint8_t syn_ack = RTE_TCP_SYN_FLAG | RTE_TCP_ACK_FLAG;
	const struct probe_packet *segment = &answer->packet;
	bool ended = segment->tcp_flags & RTE_TCP_FIN_FLAG;

	if (segment->tcp_flags & RTE_TCP_RST_FLAG) {
		tell(probe, PROBE_RESET, answer);
		probe->connected = false;
		return true;
	}
	if (!probe->connected) {
		if ((segment->tcp_flags & syn_ack) != syn_ack ||
		    segment->tcp_acknowledgement != probe->packet.tcp_sequence)
			return false;
		probe->connected = true;
		probe->packet.tcp_acknowledgement = segment->tcp_sequence + 1;
		tell(probe, PROBE_REPLY, answer);
		if (!probe->length)
			return true;
		send_segment(probe, RTE_TCP_ACK_FLAG, 0);
		send_segment(probe, RTE_TCP_ACK_FLAG | RTE_TCP_PSH_FLAG, probe->length);
		return false;
	}
	/* What comes twice, or too early, is not counted: the other side sends it again. */
	if (segment->tcp_sequence != probe->packet.tcp_acknowledgement) {
		send_segment(probe, RTE_TCP_ACK_FLAG, 0);
		return false;
	}
	if (segment->length)
		tell(probe, PROBE_DATA, answer);
	probe->packet.tcp_acknowledgement += segment->length;
	if (segment->length && !ended)
		send_segment(probe, RTE_TCP_ACK_FLAG, 0);
	if (ended) {
		probe->packet.tcp_acknowledgement++;
		tell(probe, PROBE_CLOSED, answer);
	}
	return ended;
}

bool probe_take(struct rte_mbuf *mbuf)
{
	struct probe_answer answer;
	enum probe_found found;
	bool ended = true;
	unsigned i = 0;

	if (!count)
		return false;
	found =
	    probe_packet_read(rte_pktmbuf_mtod(mbuf, const uint8_t *), rte_pktmbuf_data_len(mbuf), &answer);
	while (found != PROBE_FOUND_NOTHING && i < PROBES_MAX &&
	       !(probes[i] && answers(probes[i], &answer.packet)))
		i++;
	if (found == PROBE_FOUND_NOTHING || i == PROBES_MAX)
		return false;
	if (found == PROBE_FOUND_ERROR)
		tell(probes[i], PROBE_ERROR, &answer);
	else if (answer.packet.protocol == IPPROTO_TCP)
		ended = take_segment(probes[i], &answer);
	else
		tell(probes[i], PROBE_REPLY, &answer);
	control_count(COUNTER_OWN_TAKEN);
	rte_pktmbuf_free(mbuf);
	if (ended) {
		tell(probes[i], PROBE_ENDED, NULL);
		end(i);
	}
	return true;
}
