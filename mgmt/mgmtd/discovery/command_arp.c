/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/discovery/decode.h"
#include "mgmt/mgmtd/discovery/request.h"
#include "mgmt/mgmtd/discovery/snoop.h"
#include "mgmt/mgmtd/policy/policy_build.h"

#include <errno.h>
#include <string.h>

static void print(struct session *session, const struct neighbour_list *list)
{
	char address[IP_ADDRESS_TEXT], mac[MAC_ADDRESS_TEXT];

	fputs("                            ARP Cache\n\n"
	      "Iface  Type     Address           HWaddress          Expiration\n"
	      "-----  -------  ----------------  -----------------  ----------\n",
	      session->out);
	for (size_t i = 0; i < list->count; i++) {
		const struct neighbour_row *row = &list->rows[i];
		char expires[16] = "-";

		/* A static entry does not expire (C04-002). */
		if (row->state != NEIGHBOUR_STATIC)
			snprintf(expires, sizeof(expires), "%u", row->expires_s);
		fprintf(session->out, "%-5s  %-7s  %-16s  %-17s  %10s\n",
		        interface_name(&session->engine->running, row->interface), arp_state_name(row->state),
		        ip_address_format(&row->address, address),
		        mac_address_is_zero(&row->mac) ? "" : mac_address_format(&row->mac, ':', mac),
		        expires);
	}
}

int command_arp(struct session *session, const struct line *line)
{
	int error = discovery_options(session, line);

	if (error)
		return error;
	if (line_option(line, "flush"))
		return discovery_flush(session, line, 4, "ARP");
	if (line_option(line, "notify"))
		return discovery_notify(session, line, 4, NEIGHBOUR_ANNOUNCE);
	if (line_option(line, "query"))
		return discovery_notify(session, line, 4, NEIGHBOUR_QUERY);
	return discovery_show(session, line, 4, print);
}

int command_arpsnoop(struct session *session, const struct line *line)
{
	struct arp_snoop snoop = {.verbose = line_option(line, "verbose")};
	size_t words = line_word_count(line) - 1;
	int error = 0;

	if (line_option(line, "off") && line->count > 2) {
		fputs("arpsnoop: -off stands alone: it ends the snooping of all interfaces.\n", session->out);
		return -EINVAL;
	}
	if (words > ARP_SNOOP_MAX) {
		fprintf(session->out, "arpsnoop: at most %d interfaces are taken.\n", ARP_SNOOP_MAX);
		return -E2BIG;
	}
	for (size_t i = 0; i < words && !error; i++)
		error = discovery_interface(session, line_word(line, i + 1), &snoop.interface[i]);
	if (error)
		return error;
	if (words == 0 && !line_option(line, "off"))
		snoop.interface[0] = POLICY_INTERFACE_ANY;
	if (line_option(line, "off"))
		snoop = (struct arp_snoop){0};
	session->arp_snoop = snoop;
	discovery_snoop_changed(session->engine);
	if (snoop.interface[0] == POLICY_INTERFACE_NONE) {
		fputs("Snooping of ARP is off in this session.\n", session->out);
		return 0;
	}
	fputs("Snooping of ARP on ", session->out);
	for (size_t i = 0; i < words; i++)
		fprintf(session->out, "%s%s", i ? ", " : "", line_word(line, i + 1));
	fprintf(session->out, "%s is on in this session; 'arpsnoop -off' ends it.\n",
	        words ? "" : "all interfaces");
	return 0;
}
