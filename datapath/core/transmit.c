/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/core/control.h"

#include "lib/heartbeat.h"

#include <errno.h>
#include <string.h>

#define FRAME_MIN 60

struct port *control_port(uint16_t interface)
{
	uint16_t index = atomic_load_explicit(&datapath.port_of_interface[interface], memory_order_relaxed);

	return index == NO_PORT ? NULL : &datapath.ports[index];
}

bool control_identity(uint16_t interface, struct mac_address *out)
{
	const struct policy *policy = control_policy();
	const struct port *port = control_port(interface);

	if (!policy || !port)
		return false;
	memcpy(out->bytes, port->mac.addr_bytes, sizeof(out->bytes));
	if (policy->settings->cluster_enabled)
		*out = cluster_shared_mac(policy->settings->cluster_id, interface);
	return true;
}

void control_drop(struct rte_mbuf *mbuf, enum counter reason)
{
	control_count(reason);
	rte_pktmbuf_free(mbuf);
}

int control_to_worker(struct rte_mbuf *mbuf)
{
	/* Any worker will do: it hands over what belongs to a flow of another. */
	struct worker *worker = datapath.workers[0];

	if (rte_ring_sp_enqueue(worker->from_control, mbuf) == 0)
		return 0;
	control_drop(mbuf, COUNTER_DROP_CONTROL_QUEUE);
	return -EAGAIN;
}

int control_transmit(uint16_t interface, const void *frame, size_t length)
{
	size_t padded = length < FRAME_MIN ? FRAME_MIN : length;
	struct rte_mbuf *mbuf;
	struct packet *packet;
	char *data;

	if (!control_port(interface))
		return -ENODEV;
	control_count(COUNTER_OWN_SENT);
	mbuf = rte_pktmbuf_alloc(datapath.packets);
	if (!mbuf) {
		control_count(COUNTER_DROP_MEMORY);
		return -ENOMEM;
	}
	data = rte_pktmbuf_append(mbuf, (uint16_t)padded);
	if (!data) {
		control_drop(mbuf, COUNTER_DROP_MEMORY);
		return -EMSGSIZE;
	}
	memcpy(data, frame, length);
	memset(data + length, 0, padded - length);
	packet = packet_of(mbuf);
	*packet = (struct packet){.interface = interface, .kind = PACKET_TRANSMIT};
	return control_to_worker(mbuf);
}
