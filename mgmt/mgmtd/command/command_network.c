/* SPDX-License-Identifier: GPL-2.0-or-later */
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

static void on_routes(void *user, const void *rows, uint32_t count)
{
	struct session *session = user;
	const struct route_row *row = rows;
	char network[IP_RANGE_TEXT], gateway[IP_ADDRESS_TEXT], local[IP_ADDRESS_TEXT];

	for (uint32_t i = 0; i < count; i++) {
		/* The guide prints the addresses that were typed. */
		bool shows_local = session->verbose || !row[i].local_ip_chosen;

		if (row[i].interface == POLICY_INTERFACE_CORE && !session->verbose)
			continue;
		fprintf(session->out, "      %-18s %-7s %15s %15s %u\n",
		        ip_range_format(&row[i].network, network),
		        interface_name(&session->engine->running, row[i].interface),
		        ip_address_format(&row[i].gateway, gateway),
		        shows_local ? ip_address_format(&row[i].local_ip, local) : "", row[i].metric);
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
