/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/messages/neighbour.h"
#include "lib/messages/query.h"
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/engine/datapath_link.h"
#include "mgmt/mgmtd/policy/policy_build.h"

#include <errno.h>
#include <string.h>

static void on_end(void *user, int error, const char *text)
{
	struct session *session = user;

	if (error)
		fprintf(session->out, "%s.\n", text);
	session_end(session, error);
}

static int query(struct session *session, enum query_kind kind, datapath_rows rows)
{
	int error = datapath_link_query(session->engine->datapath, kind, 0, rows, on_end, session);

	if (!error)
		return SESSION_WAITS;
	fprintf(session->out, "The datapath cannot be reached: %s.\n", strerror(-error));
	return error;
}

/* An interface that was typed must be one. */
static int typed_interface(struct session *session, const struct line *line)
{
	const char *name = line_word(line, 1);

	if (!name)
		return 0;
	if (interface_id(&session->engine->running, name) == POLICY_INTERFACE_NONE) {
		fprintf(session->out, "There is no active interface '%s'; 'ifstat' lists them.\n", name);
		return -ENOENT;
	}
	snprintf(session->argument, sizeof(session->argument), "%s", name);
	return 0;
}

static const char *neighbour_state(uint8_t state)
{
	static const char *const names[] = {"None", "Reslvng", "Unknown", "Dynamic", "Probing", "Static"};

	return state < sizeof(names) / sizeof(*names) ? names[state] : "?";
}

static void on_neighbours(void *user, const void *rows, uint32_t count)
{
	struct session *session = user;
	const struct neighbour_row *row = rows;
	char address[IP_ADDRESS_TEXT], mac[MAC_ADDRESS_TEXT];

	for (uint32_t i = 0; i < count; i++) {
		const char *name = interface_name(&session->engine->running, row[i].interface);
		char expires[16] = "-";

		if (row[i].address.version != 4 ||
		    (session->argument[0] && strcmp(session->argument, name) != 0))
			continue;
		/* A static entry does not expire (C04-002). */
		if (row[i].state != NEIGHBOUR_STATIC)
			snprintf(expires, sizeof(expires), "%u", row[i].expires_s);
		fprintf(session->out, "%-5s  %-7s  %-16s  %-17s  %10s\n", name, neighbour_state(row[i].state),
		        ip_address_format(&row[i].address, address),
		        mac_address_is_zero(&row[i].mac) ? "" : mac_address_format(&row[i].mac, ':', mac),
		        expires);
	}
}

static void on_flushed(void *user, int error, const char *text)
{
	struct session *session = user;

	if (error)
		fprintf(session->out, "Not flushed: %s.\n", text);
	else
		fputs("ARP cache of all interfaces flushed.\n", session->out);
	session_end(session, error);
}

int command_arp(struct session *session, const struct line *line)
{
	int error;

	if (line_option(line, "flush")) {
		error = datapath_link_flush(session->engine->datapath, 4, on_flushed, session);
		if (!error)
			return SESSION_WAITS;
		fprintf(session->out, "The datapath cannot be reached: %s.\n", strerror(-error));
		return error;
	}
	error = typed_interface(session, line);
	if (error)
		return error;
	error = query(session, QUERY_NEIGHBOURS, on_neighbours);
	if (error == SESSION_WAITS)
		fputs("                            ARP Cache\n\n"
		      "Iface  Type     Address           HWaddress          Expiration\n"
		      "-----  -------  ----------------  -----------------  ----------\n",
		      session->out);
	return error;
}

static void on_routes(void *user, const void *rows, uint32_t count)
{
	struct session *session = user;
	const struct route_row *row = rows;
	char network[IP_RANGE_TEXT], gateway[IP_ADDRESS_TEXT], local[IP_ADDRESS_TEXT];

	for (uint32_t i = 0; i < count; i++) {
		if (row[i].interface == POLICY_INTERFACE_CORE && !session->verbose)
			continue;
		fprintf(session->out, "      %-18s %-7s %15s %15s %u\n",
		        ip_range_format(&row[i].network, network),
		        interface_name(&session->engine->running, row[i].interface),
		        ip_address_format(&row[i].gateway, gateway),
		        ip_address_format(&row[i].local_ip, local), row[i].metric);
	}
}

int command_routes(struct session *session, const struct line *line)
{
	int error;

	session->verbose = line_option(line, "alltypes") != NULL;
	error = query(session, QUERY_ROUTES, on_routes);
	if (error == SESSION_WAITS)
		fputs("Routing table: main\n\n"
		      "Flags Network            Iface           Gateway        Local IP Metric\n"
		      "----- ------------------ ------- --------------- --------------- ------\n",
		      session->out);
	return error;
}
