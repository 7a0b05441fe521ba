/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/discovery/request.h"
#include "mgmt/mgmtd/discovery/snoop.h"
#include "mgmt/mgmtd/policy/policy_build.h"

#include <errno.h>

/* A neighbour that answered a while ago is stale until it is asked again. */
static const char *state_name(uint8_t state)
{
	switch (state) {
	case NEIGHBOUR_RESOLVING:
		return "Resolving";
	case NEIGHBOUR_UNKNOWN:
		return "Unknown";
	case NEIGHBOUR_STATIC:
		return "Static";
	case NEIGHBOUR_PROBING:
		return "Stale";
	default:
		return "Good";
	}
}

static void print_row(struct session *session, const struct neighbour_row *row)
{
	char address[IP_ADDRESS_TEXT], mac[MAC_ADDRESS_TEXT];

	fprintf(session->out, "%9s  %-40s = %-17s", state_name(row->state),
	        ip_address_format(&row->address, address),
	        mac_address_is_zero(&row->mac) ? "" : mac_address_format(&row->mac, ':', mac));
	if (row->state == NEIGHBOUR_STATIC)
		fputc('\n', session->out);
	else
		fprintf(session->out, "   Expire=%u\n", row->expires_s);
}

static void print(struct session *session, const struct neighbour_list *list)
{
	uint16_t before = POLICY_INTERFACE_NONE;

	for (size_t i = 0; i < list->count; i++) {
		const struct neighbour_row *row = &list->rows[i];

		if (row->interface != before)
			fprintf(session->out, "%sNeighbor cache of iface %s:\n", before ? "\n" : "",
			        interface_name(&session->engine->running, row->interface));
		before = row->interface;
		print_row(session, row);
	}
	if (!before)
		fputs("The neighbor cache is empty.\n", session->out);
}

int command_ndp(struct session *session, const struct line *line)
{
	int error = discovery_options(session, line);

	if (error)
		return error;
	if (line_option(line, "flush"))
		return discovery_flush(session, line, 6, "Neighbor");
	if (line_option(line, "notify"))
		return discovery_notify(session, line, 6, NEIGHBOUR_ANNOUNCE);
	if (line_option(line, "query"))
		return discovery_notify(session, line, 6, NEIGHBOUR_QUERY);
	return discovery_show(session, line, 6, print);
}

int command_ndpsnoop(struct session *session, const struct line *line)
{
	const char *name = line_word(line, 1);
	uint16_t id = POLICY_INTERFACE_ANY;
	int error = 0;

	if (line->count > 2) {
		fputs("ndpsnoop: one interface, none for all, or -off.\n", session->out);
		return -EINVAL;
	}
	if (line_option(line, "off"))
		id = POLICY_INTERFACE_NONE;
	else if (name)
		error = discovery_interface(session, name, &id);
	if (error)
		return error;
	session->ndp_snoop = id;
	discovery_snoop_changed(session->engine);
	if (id == POLICY_INTERFACE_NONE)
		fputs("Snooping of Neighbor Discovery is off in this session.\n", session->out);
	else
		fprintf(
		    session->out,
		    "Snooping of Neighbor Discovery on %s is on in this session; 'ndpsnoop -off' ends it.\n",
		    name ? name : "all interfaces");
	return 0;
}
