/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/arp/arp.h"

#include "datapath/arp/address.h"
#include "datapath/arp/neighbour.h"
#include "datapath/arp/packet.h"
#include "datapath/core/control.h"
#include "datapath/dhcp_client/dhcp_client.h"
#include "datapath/heartbeat/heartbeat.h"
#include "datapath/monitor/monitor.h"
#include "datapath/nd/nd.h"
#include "datapath/nd/snoop.h"
#include "lib/timer.h"

#include <arpa/inet.h>
#include <qb/qblog.h>
#include <string.h>

#define TICK_NS      (100 * NANOSECONDS_PER_MILLISECOND)
#define CLAIM_LOG_NS (10 * NANOSECONDS_PER_SECOND)

static struct timer tick;

static struct mac_address mac_as(const struct port *port, enum arp_answer as)
{
	struct mac_address mac;

	memcpy(mac.bytes, as == ARP_ANSWER_SHARED ? port->shared_mac.addr_bytes : port->mac.addr_bytes,
	       sizeof(mac.bytes));
	return mac;
}

static bool active(void)
{
	return atomic_load_explicit(&datapath.active, memory_order_relaxed);
}

int arp_transmit(uint16_t interface, const uint8_t frame[ARP_FRAME_LENGTH])
{
	int error = control_transmit(interface, frame, ARP_FRAME_LENGTH);

	if (!error)
		arp_snoop(interface, true, frame, ARP_FRAME_LENGTH);
	return error;
}

static void ask(const struct neighbour *neighbour, bool unicast)
{
	const struct policy *policy = control_policy();
	const struct port *port = control_port(neighbour->interface);
	struct arp_packet packet = {.operation = ARP_REQUEST};
	uint8_t frame[ARP_FRAME_LENGTH];
	enum arp_answer as;

	if (neighbour->next_hop.version == 6) {
		nd_ask(neighbour, unicast);
		return;
	}
	if (!policy || !port)
		return;
	memcpy(&packet.target, neighbour->next_hop.bytes, sizeof(packet.target));
	as = arp_ask_as(policy, active(), neighbour->interface, packet.target, &packet.sender);
	if (as == ARP_SILENT)
		return;
	packet.sender_mac = mac_as(port, as);
	arp_build(&packet, unicast ? &neighbour->mac : &arp_broadcast, frame);
	(void)arp_transmit(neighbour->interface, frame);
}

static void send_to(const struct neighbour *neighbour, struct rte_mbuf *mbuf)
{
	struct packet *packet = packet_of(mbuf);
	const struct port *port = control_port(neighbour->interface);
	struct rte_ether_hdr *header;

	header = port ? (struct rte_ether_hdr *)rte_pktmbuf_prepend(mbuf, sizeof(*header)) : NULL;
	if (!header) {
		control_drop(mbuf, COUNTER_DROP_UNRESOLVED);
		return;
	}
	memcpy(&header->dst_addr, &neighbour->mac, sizeof(header->dst_addr));
	header->src_addr = packet->shared_mac && active() ? port->shared_mac : port->mac;
	header->ether_type =
	    rte_cpu_to_be_16(neighbour->next_hop.version == 6 ? RTE_ETHER_TYPE_IPV6 : RTE_ETHER_TYPE_IPV4);
	packet->kind = PACKET_TRANSMIT;
	(void)control_to_worker(mbuf);
}

static void give_up(struct rte_mbuf *mbuf)
{
	control_drop(mbuf, COUNTER_DROP_UNRESOLVED);
}

static void reclaim(void)
{
	atomic_fetch_add(&datapath.adjacency_epoch, 1);
	control_synchronize();
}

static const struct neighbour_actions actions = {.ask = ask,
                                                 .send = send_to,
                                                 .drop = give_up,
                                                 .changed = arp_mirror_changed,
                                                 .state = neighbour_snoop,
                                                 .reclaim = reclaim};

static void answer(const struct port *port, const struct arp_packet *request, enum arp_answer as)
{
	struct arp_packet reply = {.operation = ARP_REPLY,
	                           .sender_mac = mac_as(port, as),
	                           .target_mac = request->sender_mac,
	                           .sender = request->target,
	                           .target = request->sender};
	uint8_t frame[ARP_FRAME_LENGTH];

	arp_build(&reply, &request->sender_mac, frame);
	(void)arp_transmit(port->interface, frame);
}

/*
 * A published address belongs to the node that is active. Its entry may say that it is at another Ethernet address: the
 * frame still comes from the interface's.
 */
static void answer_published(const struct port *port, const struct arp_packet *request,
                             const struct policy_arp_entry *entry)
{
	struct mac_address own = mac_as(port, ARP_ANSWER_SHARED);
	struct arp_packet reply = {.operation = ARP_REPLY,
	                           .sender_mac = mac_address_is_zero(&entry->mac) ? own : entry->mac,
	                           .target_mac = request->sender_mac,
	                           .sender = request->target,
	                           .target = request->sender};
	uint8_t frame[ARP_FRAME_LENGTH];

	arp_build(&reply, &request->sender_mac, frame);
	arp_set_source(frame, &own);
	(void)arp_transmit(port->interface, frame);
}

/* Somebody else has, or pretends to have, an address of this node. */
static void claimed(const struct port *port, const struct arp_packet *packet)
{
	static uint64_t last;
	uint64_t now = control_now();
	char mac[MAC_ADDRESS_TEXT], address[IP_ADDRESS_TEXT];
	struct ip_address own = ip_address_from_ip4(ntohl(packet->sender));

	control_count(COUNTER_ARP_CONFLICT);
	if (last && now - last < CLAIM_LOG_NS)
		return;
	last = now;
	qb_log(LOG_WARNING, "interface %s: another host (%s) claims the address %s of this node", port->name,
	       mac_address_format(&packet->sender_mac, ':', mac), ip_address_format(&own, address));
}

static void handle(const struct port *port, const struct arp_packet *packet)
{
	const struct policy *policy = control_policy();
	enum arp_answer as = arp_answer(policy, active(), port->interface, packet->target);
	const struct policy_arp_entry *published = arp_published(policy, port->interface, packet->target);
	bool to_us = as != ARP_SILENT;

	if (arp_is_own(policy, port->interface, packet->sender)) {
		/* The peer's own announcements look like this as well; anybody else's are not to be learnt
		 * either. */
		if (memcmp(&packet->sender_mac, &port->shared_mac, sizeof(packet->sender_mac)) != 0 &&
		    !heartbeat_is_peer_mac(port->interface, &packet->sender_mac))
			claimed(port, packet);
		return;
	}
	if (packet->operation == ARP_REQUEST && to_us)
		answer(port, packet, as);
	else if (packet->operation == ARP_REQUEST && published && active() &&
	         packet->sender != packet->target) /* who announces itself asks nobody */
		answer_published(port, packet, published);
	if (packet->operation == ARP_REPLY &&
	    memcmp(&packet->target_mac, &port->mac, sizeof(packet->target_mac)) == 0)
		monitor_answer(port->interface, ip_address_from_ip4(ntohl(packet->sender)));
	/* A reply is addressed to one that asked, and a target of ours says that it was us. */
	if (packet->sender != 0)
		neighbour_learn(port->interface, ip_address_from_ip4(ntohl(packet->sender)),
		                &packet->sender_mac, to_us, control_now());
}

void arp_receive(struct rte_mbuf *mbuf)
{
	const struct port *port = control_port(packet_of(mbuf)->interface);
	struct arp_packet packet;

	if (!port || !control_policy()) {
		control_drop(mbuf, COUNTER_DROP_NO_POLICY);
		return;
	}
	arp_snoop(port->interface, false, rte_pktmbuf_mtod(mbuf, const void *), rte_pktmbuf_data_len(mbuf));
	if (!arp_parse(rte_pktmbuf_mtod(mbuf, const uint8_t *), rte_pktmbuf_data_len(mbuf), &packet)) {
		control_drop(mbuf, COUNTER_DROP_ARP_MALFORMED);
		return;
	}
	control_count(COUNTER_OWN_TAKEN);
	rte_pktmbuf_free(mbuf);
	if (!dhcp_client_claimed(port, &packet))
		handle(port, &packet);
}

void arp_resolve(struct rte_mbuf *mbuf)
{
	const struct packet *packet = packet_of(mbuf);
	struct ip_address next_hop = ip_address_from_ip4(ntohl(packet->next_hop));

	if (packet->ip_version == 6) {
		next_hop.version = 6;
		memcpy(next_hop.bytes, packet->next_hop_ipv6, sizeof(next_hop.bytes));
	}
	control_count(COUNTER_HELD);
	neighbour_resolve(packet->interface, next_hop, mbuf, control_now());
}

/* The policy's static entries, and no others (C04-010). */
static void configure_static(const struct policy *policy)
{
	neighbour_static_begin();
	for (uint32_t i = 0; i < policy->arp_entry_count; i++) {
		const struct policy_arp_entry *entry = &policy->arp_entries[i];

		if (entry->mode == POLICY_ARP_STATIC &&
		    neighbour_static(entry->interface, entry->address, &entry->mac))
			qb_log(LOG_ERR, "there is no room for the static ARP entry of interface %u",
			       entry->interface);
	}
	neighbour_static_end();
}

void arp_configure(const struct policy *policy)
{
	const struct policy_settings *from = policy->settings;
	struct neighbour_settings settings = {
	    .expire_ns = (from->arp_expire ? from->arp_expire : 900) * NANOSECONDS_PER_SECOND,
	    .expire_unknown_ns =
	        (from->arp_expire_unknown ? from->arp_expire_unknown : 3) * NANOSECONDS_PER_SECOND,
	    .size = from->arp_cache_size ? from->arp_cache_size : 4096};

	neighbour_configure(&settings);
	for (uint16_t index = neighbour_next(0); index; index = neighbour_next(index)) {
		const struct policy_interface *interface =
		    policy_interface_by_id(policy, neighbour_at(index)->interface);

		if (!interface || interface->disabled || interface->ha_type == POLICY_HA_SYNC)
			neighbour_flush(neighbour_at(index)->interface, 0);
	}
	configure_static(policy);
}

static void ticks(void *user)
{
	(void)user;
	(void)timer_start(&tick, control_loop(), QB_LOOP_LOW, TICK_NS, NULL, ticks);
	neighbour_tick(control_now());
}

int arp_start(void)
{
	neighbour_start(&actions);
	return timer_start(&tick, control_loop(), QB_LOOP_LOW, TICK_NS, NULL, ticks);
}

void arp_stop(void)
{
	arp_silence();
	timer_stop(&tick);
}
