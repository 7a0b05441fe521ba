/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/probe/probe.h"

#include "datapath/core/control.h"
#include "datapath/probe/running.h"
#include "datapath/probe/source.h"
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

static struct probe *probes[PROBES_MAX];
static unsigned count;

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
	probe_tell(probe, PROBE_SENT, NULL);
	return probe_send_simulated(probe, port);
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
	probe_tell(probe, PROBE_SENT, NULL);
	error = probe_send(probe, &probe->packet);
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
		probe_send_segment(probes[index], RTE_TCP_RST_FLAG | RTE_TCP_ACK_FLAG, 0);
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
		probe_tell(probes[i], PROBE_ENDED, NULL);
		end(i);
	}
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
	       !(probes[i] && probe_is_answer(probes[i], &answer.packet)))
		i++;
	if (found == PROBE_FOUND_NOTHING || i == PROBES_MAX)
		return false;
	if (found == PROBE_FOUND_ERROR)
		probe_tell(probes[i], PROBE_ERROR, &answer);
	else if (answer.packet.protocol == IPPROTO_TCP)
		ended = probe_take_segment(probes[i], &answer);
	else
		probe_tell(probes[i], PROBE_REPLY, &answer);
	control_count(COUNTER_OWN_TAKEN);
	rte_pktmbuf_free(mbuf);
	if (ended) {
		probe_tell(probes[i], PROBE_ENDED, NULL);
		end(i);
	}
	return true;
}
