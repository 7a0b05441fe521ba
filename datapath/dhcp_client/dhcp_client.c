/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/dhcp_client/dhcp_client.h"

#include "datapath/core/control.h"
#include "datapath/core/server.h"
#include "datapath/dhcp_client/intercept.h"
#include "datapath/dhcp_client/send.h"
#include "datapath/dhcp_client/table.h"
#include "datapath/nd/snoop.h"
#include "datapath/port/port.h"
#include "lib/messages/type.h"
#include "lib/timer.h"

#include <arpa/inet.h>
#include <qb/qblog.h>
#include <rte_random.h>
#include <string.h>

#define TICK_NS    (NANOSECONDS_PER_SECOND / 10)
#define TELL_LEAST (10 * NANOSECONDS_PER_SECOND) /* between two lines about refusals */

struct dhcp_entry dhcp_table[DHCP_CLIENTS_MAX];
static struct message_dhcp_client_configure order; /* of what is told */
static struct timer timer;

static bool active(void)
{
	return atomic_load_explicit(&datapath.active, memory_order_relaxed);
}

struct dhcp_entry *dhcp_find(uint16_t interface, bool create)
{
	struct dhcp_entry *free_one = NULL;

	for (unsigned i = 0; i < DHCP_CLIENTS_MAX; i++) {
		if (dhcp_table[i].interface == interface)
			return &dhcp_table[i];
		if (!dhcp_table[i].interface && !free_one)
			free_one = &dhcp_table[i];
	}
	if (!create || !free_one)
		return NULL;
	*free_one = (struct dhcp_entry){.interface = interface};
	return free_one;
}

static const char *text_of(uint32_t address, char text[IP_ADDRESS_TEXT])
{
	struct ip_address one = ip_address_from_ip4(ntohl(address));

	return ip_address_format(&one, text);
}

static const char *name_of(uint16_t interface)
{
	const struct port *port = control_port(interface);

	return port ? port->name : "?";
}

static void describe(const struct dhcp_entry *entry, struct dhcp_client_status *out)
{
	const struct dhcp_client *client = &entry->client;

	*out = (struct dhcp_client_status){.interface = entry->interface,
	                                   .state = client->state,
	                                   .lease = client->lease,
	                                   .since = client->since,
	                                   .renew_at = client->renew_at,
	                                   .rebind_at = client->rebind_at,
	                                   .ends_at = client->ends_at};
}

static void report(void)
{
	struct message_dhcp_client_status message = {.count = order.count};

	for (uint32_t i = 0; i < order.count; i++) {
		const struct dhcp_entry *entry = dhcp_find(order.interface[i].interface, false);

		message.interface[i].interface = order.interface[i].interface;
		if (entry)
			describe(entry, &message.interface[i]);
	}
	server_send_all(MESSAGE_DHCP_CLIENT_STATUS, &message, sizeof(message));
}

static void tell_workers(void)
{
	uint32_t count = 0;

	for (unsigned i = 0; i < DHCP_CLIENTS_MAX; i++) {
		const struct dhcp_entry *entry = &dhcp_table[i];
		uint32_t address =
		    entry->client.lease.address ? entry->client.lease.address : entry->client.offered.address;

		atomic_store(&dhcp_intercept.client[i],
		             entry->wanted ? (uint64_t)entry->interface << 32 | address : 0);
		if (entry->wanted)
			count = i + 1;
	}
	atomic_store(&dhcp_intercept.count, count);
}

void dhcp_table_changed(void)
{
	tell_workers();
	report();
}

/* The addresses that the client has on the link, and is known by. */
static bool identify(struct dhcp_entry *entry)
{
	const struct port *port = control_port(entry->interface);

	if (!port || !control_identity(entry->interface, &entry->client.identifier))
		return false;
	memcpy(entry->client.mac.bytes, port->shared_mac.addr_bytes, sizeof(entry->client.mac.bytes));
	return port_link_up(entry->interface);
}

static void snoop(const struct dhcp_entry *entry, bool sent, struct discovery_dhcp seen)
{
	seen.own = entry->client.lease.address;
	dhcp_snoop(entry->interface, sent, &seen);
}

static void log_lease(struct dhcp_entry *entry)
{
	const struct dhcp_lease *lease = &entry->client.lease;
	bool same = lease->address == entry->logged;
	char address[IP_ADDRESS_TEXT], server[IP_ADDRESS_TEXT];

	entry->logged = lease->address;
	if (!lease->address)
		qb_log(LOG_NOTICE, "DHCP: prio=Notice event=lease_lost iface=%s", name_of(entry->interface));
	else
		qb_log(same ? LOG_INFO : LOG_NOTICE,
		       "DHCP: prio=%s event=%s iface=%s ip=%s server=%s seconds=%u", same ? "Info" : "Notice",
		       same ? "lease_renewed" : "lease_acquired", name_of(entry->interface),
		       text_of(lease->address, address), text_of(lease->server, server), lease->lease_s);
}

static void refused(struct dhcp_entry *entry, const struct dhcp_reply *reply, enum dhcp_refusal why)
{
	uint64_t now = control_now();
	char address[IP_ADDRESS_TEXT], server[IP_ADDRESS_TEXT];

	control_count(COUNTER_DHCP_REFUSED);
	if (entry->told && now - entry->told < TELL_LEAST)
		return;
	entry->told = now;
	qb_log(LOG_WARNING, "DHCP: prio=Warning event=offer_refused iface=%s ip=%s server=%s by=%s",
	       name_of(entry->interface), text_of(reply->lease.address, address),
	       text_of(reply->lease.server, server),
	       why == DHCP_REFUSED_SERVER ? "DHCPServerFilter" : "DHCPAdressFilter");
}

/* What a step says is to be done. */
static void perform(struct dhcp_entry *entry, const struct dhcp_step *step)
{
	const struct dhcp_request *request = &step->request;

	if (step->probe)
		dhcp_probe(entry->interface, step->probe);
	if (step->send) {
		dhcp_send(entry->interface, request, &entry->client.lease);
		snoop(entry, true,
		      (struct discovery_dhcp){.type = request->type,
		                              .address =
		                                  request->requested ? request->requested : request->source,
		                              .source = request->source,
		                              .destination = request->destination});
	}
	if (step->changed) {
		log_lease(entry);
		if (active() && atomic_load(&datapath.mirroring))
			dhcp_emit(entry);
	}
}

static void tick_one(struct dhcp_entry *entry, uint64_t now)
{
	struct dhcp_step step = {0};
	uint8_t before = entry->client.state;

	if (!identify(entry) && !entry->client.lease.address) {
		/* Nobody hears it: it asks at once where somebody does. */
		dhcp_client_start(&entry->client, entry->client.before, now);
		return;
	}
	dhcp_client_tick(&entry->client, now, rte_rand(), &step);
	perform(entry, &step);
	if (step.changed || before != entry->client.state)
		dhcp_table_changed();
}

static void tick(void *user)
{
	uint64_t now = control_now();

	(void)user;
	if (order.count)
		(void)timer_start(&timer, control_loop(), QB_LOOP_LOW, TICK_NS, NULL, tick);
	for (unsigned i = 0; i < DHCP_CLIENTS_MAX && active(); i++)
		if (dhcp_table[i].interface && dhcp_table[i].wanted)
			tick_one(&dhcp_table[i], now);
}

static void start(void)
{
	timer_stop(&timer);
	tick(NULL);
}

static void give_back(struct dhcp_entry *entry)
{
	struct dhcp_lease lease = entry->client.lease;
	struct dhcp_step step = {0};

	if (!active())
		return;
	(void)identify(entry);
	dhcp_client_release(&entry->client, rte_rand(), &step);
	if (!step.send)
		return;
	dhcp_send(entry->interface, &step.request, &lease);
	step.send = false;
	dhcp_snoop(entry->interface, true,
	           &(struct discovery_dhcp){.type = DHCP_RELEASE,
	                                    .own = lease.address,
	                                    .address = lease.address,
	                                    .source = lease.address,
	                                    .destination = lease.server});
	perform(entry, &step);
}

static const struct dhcp_client_order *ordered(uint16_t interface)
{
	for (uint32_t i = 0; i < order.count; i++)
		if (order.interface[i].interface == interface)
			return &order.interface[i];
	return NULL;
}

static void configure_one(const struct dhcp_client_order *wanted, uint64_t now)
{
	struct dhcp_entry *entry = dhcp_find(wanted->interface, true);

	if (!entry)
		return;
	entry->client.preferred = wanted->preferred;
	entry->client.servers = wanted->servers;
	entry->client.addresses = wanted->addresses;
	if (!entry->wanted && !entry->client.lease.address)
		dhcp_client_start(&entry->client, wanted->before, now);
	entry->wanted = true;
	if (!active() || dhcp_client_judge(&entry->client) == DHCP_ACCEPTED)
		return;
	give_back(entry);
	dhcp_client_start(&entry->client, 0, now);
}

void dhcp_client_configure(const struct message_dhcp_client_configure *wanted)
{
	uint64_t now = control_now();

	order = *wanted;
	if (order.count > DHCP_CLIENTS_MAX)
		order.count = DHCP_CLIENTS_MAX;
	for (unsigned i = 0; i < DHCP_CLIENTS_MAX; i++) {
		struct dhcp_entry *entry = &dhcp_table[i];

		/* What the peer told of may be wanted in a moment: its configuration may be the newer one. */
		if (!entry->interface || !entry->wanted || ordered(entry->interface))
			continue;
		give_back(entry);
		*entry = (struct dhcp_entry){0};
	}
	for (uint32_t i = 0; i < order.count; i++)
		configure_one(&order.interface[i], now);
	dhcp_table_changed();
	start();
}

void dhcp_client_policy(void)
{
	if (order.count)
		start();
}

void dhcp_client_receive(struct rte_mbuf *mbuf)
{
	struct dhcp_entry *entry = dhcp_find(packet_of(mbuf)->interface, false);
	struct dhcp_step step = {0};
	struct dhcp_reply reply;
	uint32_t own;

	if (!dhcp_reply_read(rte_pktmbuf_mtod(mbuf, const uint8_t *), rte_pktmbuf_data_len(mbuf), &reply)) {
		control_drop(mbuf, COUNTER_DROP_DHCP_MALFORMED);
		return;
	}
	control_count(COUNTER_OWN_TAKEN);
	rte_pktmbuf_free(mbuf);
	if (!active() || !entry || !entry->wanted || !entry->interface)
		return;
	own = entry->client.lease.address;
	if (!dhcp_client_reply(&entry->client, &reply, control_now(), rte_rand(), &step))
		return;
	dhcp_snoop(entry->interface, false,
	           &(struct discovery_dhcp){.type = reply.type,
	                                    .own = own,
	                                    .address = reply.lease.address,
	                                    .source = reply.source,
	                                    .destination = reply.destination});
	if (step.refused)
		refused(entry, &reply, step.refused);
	perform(entry, &step);
	dhcp_table_changed();
}

bool dhcp_client_claimed(const struct port *port, const struct arp_packet *packet)
{
	struct dhcp_entry *entry = dhcp_find(port->interface, false);
	/* Who asks without an address of its own is about to take it. */
	uint32_t claimed = packet->sender ? packet->sender : packet->target;
	char mac[MAC_ADDRESS_TEXT], address[IP_ADDRESS_TEXT];
	struct dhcp_step step = {0};

	if (!entry || !entry->wanted || !active() ||
	    !memcmp(&packet->sender_mac, port->shared_mac.addr_bytes, sizeof(packet->sender_mac)) ||
	    !dhcp_client_objected(&entry->client, claimed, control_now(), &step))
		return false;
	qb_log(LOG_WARNING, "DHCP: prio=Warning event=address_declined iface=%s ip=%s hwsender=%s",
	       port->name, text_of(claimed, address), mac_address_format(&packet->sender_mac, ':', mac));
	perform(entry, &step);
	dhcp_table_changed();
	return true;
}

void dhcp_client_stop(void)
{
	timer_stop(&timer);
}

void dhcp_activity(bool now_active)
{
	uint64_t now = control_now();

	for (unsigned i = 0; i < DHCP_CLIENTS_MAX; i++) {
		if (now_active)
			dhcp_client_resume(&dhcp_table[i].client, now);
		else
			dhcp_client_pause(&dhcp_table[i].client);
	}
	dhcp_table_changed();
	if (now_active && order.count)
		start();
}
