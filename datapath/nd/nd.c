/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/nd/nd.h"

#include "datapath/advertise/advertise.h"
#include "datapath/advertise/advertisement.h"
#include "datapath/arp/address.h"
#include "datapath/core/control.h"
#include "datapath/heartbeat/heartbeat.h"
#include "datapath/ipv6/ipv6_address.h"
#include "datapath/monitor/monitor.h"
#include "datapath/nd/packet.h"
#include "datapath/nd/snoop.h"
#include "datapath/slaac/slaac.h"

#include <errno.h>
#include <qb/qblog.h>
#include <rte_ip.h>
#include <string.h>

#define CLAIM_LOG_NS (10 * NANOSECONDS_PER_SECOND)

static bool active(void)
{
	return atomic_load_explicit(&datapath.active, memory_order_relaxed);
}

static struct mac_address mac_as(const struct port *port, enum arp_answer as)
{
	struct mac_address mac;

	memcpy(mac.bytes, as == ARP_ANSWER_SHARED ? port->shared_mac.addr_bytes : port->mac.addr_bytes,
	       sizeof(mac.bytes));
	return mac;
}

static void transmit(const struct port *port, const struct nd_packet *packet, const struct mac_address *to)
{
	uint8_t frame[ND_FRAME_LENGTH];

	nd_build(packet, to, frame);
	(void)control_transmit(port->interface, frame, sizeof(frame));
}

void nd_ask(const struct neighbour *neighbour, bool unicast)
{
	const struct policy *policy = control_policy();
	const struct port *port = control_port(neighbour->interface);
	struct nd_packet packet = {.type = ND_SOLICITATION};
	struct mac_address to = neighbour->mac;
	enum arp_answer as;

	if (!policy || !port)
		return;
	as = nd_ask_as(policy, active(), neighbour->interface, neighbour->next_hop.bytes, packet.source);
	if (as == ARP_SILENT)
		return;
	packet.mac = mac_as(port, as);
	memcpy(packet.target, neighbour->next_hop.bytes, sizeof(packet.target));
	memcpy(packet.destination, packet.target, sizeof(packet.destination));
	if (!unicast) {
		nd_solicited_node(packet.target, packet.destination);
		to = nd_group_mac(packet.destination);
	}
	transmit(port, &packet, &to);
}

void nd_announce(const struct port *port, const uint8_t address[16], bool shared)
{
	struct nd_packet packet = {.type = ND_ADVERTISEMENT,
	                           .mac = mac_as(port, shared ? ARP_ANSWER_SHARED : ARP_ANSWER_PRIVATE),
	                           .router = true,
	                           .override = true};
	struct mac_address to = nd_group_mac(nd_all_nodes);

	memcpy(packet.source, address, sizeof(packet.source));
	memcpy(packet.target, address, sizeof(packet.target));
	memcpy(packet.destination, nd_all_nodes, sizeof(packet.destination));
	transmit(port, &packet, &to);
}

void nd_probe(const struct port *port, const uint8_t address[16], bool shared)
{
	struct nd_packet packet = {.type = ND_SOLICITATION,
	                           .mac = mac_as(port, shared ? ARP_ANSWER_SHARED : ARP_ANSWER_PRIVATE)};
	uint8_t frame[ND_FRAME_LENGTH];
	struct mac_address to;
	size_t length;

	memcpy(packet.target, address, sizeof(packet.target));
	nd_solicited_node(packet.target, packet.destination);
	to = nd_group_mac(packet.destination);
	length = nd_build_probe(&packet, &to, frame);
	(void)control_transmit(port->interface, frame, length);
}

static struct ip_address next_hop_of(const uint8_t *bytes)
{
	struct ip_address address = {.version = 6};

	memcpy(address.bytes, bytes, sizeof(address.bytes));
	return address;
}

/* published: the entry that the target is answered for by; NULL: it is an address of this node's. */
static void answer(const struct port *port, const struct nd_packet *question, enum arp_answer as,
                   const struct policy_arp_entry *published)
{
	bool nobody = ipv6_is_unspecified(question->source);
	struct mac_address own = mac_as(port, as);
	bool elsewhere = published && !mac_address_is_zero(&published->mac);
	/* Who answers for others does not override what they say themselves (RFC 4861 7.2.8). */
	struct nd_packet packet = {.type = ND_ADVERTISEMENT,
	                           .mac = elsewhere ? published->mac : own,
	                           .router = !elsewhere,
	                           .solicited = !nobody,
	                           .override = !published};
	struct mac_address to = question->mac;
	uint8_t frame[ND_FRAME_LENGTH];
	const struct neighbour *known;

	memcpy(packet.source, question->target, sizeof(packet.source));
	memcpy(packet.target, question->target, sizeof(packet.target));
	memcpy(packet.destination, nobody ? nd_all_nodes : question->source, sizeof(packet.destination));
	if (nobody) {
		to = nd_group_mac(nd_all_nodes);
	} else if (!question->has_mac) {
		/* A question to this node alone may leave it out (RFC 4861 4.3). */
		known = neighbour_get(port->interface, next_hop_of(question->source));
		if (!known || mac_address_is_zero(&known->mac))
			return;
		to = known->mac;
	}
	nd_build(&packet, &to, frame);
	nd_set_source(frame, &own);
	(void)control_transmit(port->interface, frame, sizeof(frame));
}

static bool worth_keeping(const struct policy *policy, const struct port *port, const uint8_t *address)
{
	return (ipv6_address_valid(address) || ipv6_is_link_local(address)) &&
	       !nd_is_own(policy, port->interface, address);
}

static void solicited(const struct policy *policy, const struct port *port, const struct nd_packet *packet)
{
	enum arp_answer as = nd_answer(policy, active(), port->interface, packet->target);
	const struct policy_arp_entry *published = NULL;

	if (as == ARP_SILENT && advertise_is_own(port, packet->target))
		as = ARP_ANSWER_SHARED;
	if (as == ARP_SILENT && active())
		published = nd_published(policy, port->interface, packet->target);
	if (published)
		as = ARP_ANSWER_SHARED;
	if (as == ARP_SILENT)
		return;
	if (packet->has_mac && worth_keeping(policy, port, packet->source))
		/* Link-local hosts are answered, and kept where they are asked for: a router that is a gateway. */
		neighbour_learn(port->interface, next_hop_of(packet->source), &packet->mac,
		                ipv6_address_valid(packet->source), control_now());
	answer(port, packet, as, published);
}

static void advertised(const struct policy *policy, const struct port *port, const struct nd_packet *packet)
{
	struct ip_address target = next_hop_of(packet->target);
	const struct neighbour *known = neighbour_get(port->interface, target);
	struct mac_address mac;
	bool same;

	if (packet->solicited)
		monitor_answer(port->interface, target);
	/* RFC 4861 7.2.5: what nobody asked for makes no entry. */
	if (!known || !worth_keeping(policy, port, packet->target))
		return;
	same = known->state != NEIGHBOUR_RESOLVING && known->state != NEIGHBOUR_UNKNOWN;
	/* Without the option the MAC is the one that was asked; another one counts only where it says so. */
	if (!packet->has_mac && !(same && packet->solicited))
		return;
	if (same && packet->has_mac && !packet->override &&
	    memcmp(&known->mac, &packet->mac, sizeof(packet->mac)) != 0)
		return;
	mac = packet->has_mac ? packet->mac : known->mac;
	neighbour_learn(port->interface, target, &mac, false, control_now());
}

/* Somebody else says to have an address of this node's. It stays in use: a stranger is not to take it away. */
static void claimed(const struct port *port, const struct nd_packet *packet)
{
	struct ip_address own = next_hop_of(packet->target);
	char address[IP_ADDRESS_TEXT], mac[MAC_ADDRESS_TEXT];
	static uint64_t last;
	uint64_t now = control_now();

	control_count(COUNTER_ARP_CONFLICT);
	if (last && now - last < CLAIM_LOG_NS)
		return;
	last = now;
	qb_log(LOG_WARNING, "ND: prio=Warning event=address_claimed iface=%s ip=%s hwsender=%s", port->name,
	       ip_address_format(&own, address), mac_address_format(&packet->mac, ':', mac));
}

/* The peer's own announcements tell the shared Ethernet address, or its own. */
static bool is_claim(const struct policy *policy, const struct port *port, const struct nd_packet *packet)
{
	enum arp_answer as = nd_answer(policy, active(), port->interface, packet->target);
	struct mac_address own = mac_as(port, as);

	return as != ARP_SILENT && packet->has_mac && memcmp(&packet->mac, &own, sizeof(own)) != 0 &&
	       memcmp(&packet->mac, port->shared_mac.addr_bytes, sizeof(own)) != 0 &&
	       !heartbeat_is_peer_mac(port->interface, &packet->mac);
}

/* What is said of routers. */
static void routing(const struct port *port, struct rte_mbuf *mbuf)
{
	const uint8_t *ip = rte_pktmbuf_mtod(mbuf, const uint8_t *);
	bool good = true;

	if (ip[sizeof(struct rte_ipv6_hdr)] == ROUTER_SOLICITATION)
		good = advertise_solicited(port, ip, rte_pktmbuf_data_len(mbuf));
	else
		good = slaac_advertised(port, ip, rte_pktmbuf_data_len(mbuf));
	control_count(good ? COUNTER_OWN_TAKEN : COUNTER_DROP_DISCOVERY_MALFORMED);
	rte_pktmbuf_free(mbuf);
}

void nd_receive(struct rte_mbuf *mbuf)
{
	const struct port *port = control_port(packet_of(mbuf)->interface);
	const struct policy *policy = control_policy();
	struct nd_packet packet;
	const uint8_t *ip;

	if (!port || !policy) {
		control_drop(mbuf, COUNTER_DROP_NO_POLICY);
		return;
	}
	ip = rte_pktmbuf_mtod(mbuf, const uint8_t *);
	nd_snoop(port->interface, false, ip, rte_pktmbuf_data_len(mbuf));
	if (ip[sizeof(struct rte_ipv6_hdr)] == ROUTER_SOLICITATION ||
	    ip[sizeof(struct rte_ipv6_hdr)] == ROUTER_ADVERTISEMENT) {
		routing(port, mbuf);
		return;
	}
	if (!nd_parse(ip, rte_pktmbuf_data_len(mbuf), &packet)) {
		control_drop(mbuf, COUNTER_DROP_DISCOVERY_MALFORMED);
		return;
	}
	if (packet.type == ND_SOLICITATION && !nd_source_routed(port->interface, &packet)) {
		control_drop(mbuf, COUNTER_DROP_NO_REVERSE_ROUTE);
		return;
	}
	control_count(COUNTER_OWN_TAKEN);
	rte_pktmbuf_free(mbuf);
	if (slaac_objected(port, &packet))
		return;
	if (packet.type == ND_ADVERTISEMENT && is_claim(policy, port, &packet))
		claimed(port, &packet);
	else if (packet.type == ND_SOLICITATION)
		solicited(policy, port, &packet);
	else
		advertised(policy, port, &packet);
}

static int query(const struct policy *policy, const struct message_neighbour_notify *notify)
{
	uint8_t sender[16];

	if (nd_ask_as(policy, active(), notify->interface, notify->address.bytes, sender) == ARP_SILENT)
		return -EADDRNOTAVAIL;
	return neighbour_query(notify->interface, notify->address, control_now());
}

int nd_notify(const struct message_neighbour_notify *notify)
{
	const struct policy *policy = control_policy();
	const struct port *port = control_port(notify->interface);
	const uint8_t *address = notify->address.bytes;
	const struct policy_arp_entry *published;
	enum arp_answer as;

	if (!policy || !port)
		return -ENODEV;
	if (notify->request == NEIGHBOUR_QUERY)
		return query(policy, notify);
	as = nd_answer(policy, active(), notify->interface, address);
	published = nd_published(policy, notify->interface, address);
	if (as == ARP_SILENT && published && mac_address_is_zero(&published->mac) && active())
		as = ARP_ANSWER_SHARED;
	if (as == ARP_SILENT)
		return nd_answer(policy, true, notify->interface, address) == ARP_SILENT && !published
		           ? -EADDRNOTAVAIL
		           : -EACCES;
	nd_announce(port, address, as == ARP_ANSWER_SHARED);
	return 0;
}
