/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/advertise/advertisement.h"
#include "datapath/core/control.h"
#include "datapath/ipv6/ipv6_address.h"
#include "datapath/nd/nd.h"
#include "datapath/port/port.h"
#include "datapath/slaac/learned.h"
#include "datapath/slaac/slaac.h"

#include <qb/qblog.h>
#include <string.h>

/* The link-local address that both nodes have. */
static bool link_local(uint16_t interface, uint8_t address[16])
{
	struct mac_address mac;

	if (!control_identity(interface, &mac))
		return false;
	advertisement_link_local(mac.bytes, address);
	return true;
}

void slaac_identify(struct learned *learned)
{
	bool known = !ipv6_is_unspecified(learned->own);
	uint8_t own[16];

	if (!link_local(learned->interface, own) || !memcmp(own, learned->own, sizeof(own)))
		return;
	memcpy(learned->own, own, sizeof(own));
	for (unsigned i = 0; i < FORMED_MAX && known; i++) {
		learned->formed[i].state = FORMED_TENTATIVE;
		learned->formed[i].probed = false;
		learned->formed[i].due = control_now();
	}
}

static void address_of(const struct learned *learned, const struct formed *formed, uint8_t address[16])
{
	memcpy(address, formed->prefix, 8);
	memcpy(address + 8, learned->own + 8, 8);
}

static void tell(const struct port *port, const uint8_t address[16], const char *event, const char *mac)
{
	struct ip_address one = {.version = 6};
	char text[IP_ADDRESS_TEXT];

	memcpy(one.bytes, address, sizeof(one.bytes));
	qb_log(LOG_WARNING, "ND: prio=Warning event=%s iface=%s ip=%s%s%s", event, port->name,
	       ip_address_format(&one, text), mac ? " hwsender=" : "", mac ? mac : "");
}

void slaac_detect(struct learned *learned, uint64_t now)
{
	const struct policy *policy = control_policy();
	const struct port *port = control_port(learned->interface);
	bool changed = false;
	uint8_t address[16];

	/* Where nobody hears the question silence says nothing. */
	if (!port || !policy || policy->settings->drop_ipv6 || ipv6_is_unspecified(learned->own) ||
	    !port_link_up(learned->interface))
		return;
	for (unsigned i = 0; i < FORMED_MAX; i++) {
		bool duplicate = learned->formed[i].state == FORMED_DUPLICATE;
		enum formed_step step = formed_step(&learned->formed[i], now);

		address_of(learned, &learned->formed[i], address);
		if (step == FORMED_PROBE)
			nd_probe(port, address, true);
		if (step != FORMED_FREE)
			continue;
		changed = true;
		if (duplicate)
			tell(port, address, "duplicate_address_ended", NULL);
	}
	if (changed)
		slaac_changed(learned);
}

bool slaac_objected(const struct port *port, const struct nd_packet *packet)
{
	struct learned *learned = slaac_find(port->interface, false);
	char mac[MAC_ADDRESS_TEXT] = "unknown";
	uint8_t address[16];

	/* Who asks with an address of its own only looks for whoever has it. */
	if (!learned || (packet->type == ND_SOLICITATION && !ipv6_is_unspecified(packet->source)))
		return false;
	for (unsigned i = 0; i < FORMED_MAX; i++) {
		bool duplicate = learned->formed[i].state == FORMED_DUPLICATE;

		address_of(learned, &learned->formed[i], address);
		if (memcmp(address, packet->target, sizeof(address)) != 0 ||
		    !formed_conflict(&learned->formed[i], control_now()))
			continue;
		if (packet->has_mac)
			mac_address_format(&packet->mac, ':', mac);
		if (!duplicate) {
			tell(port, address, "duplicate_address", mac);
			slaac_changed(learned);
		}
		return true;
	}
	return false;
}
