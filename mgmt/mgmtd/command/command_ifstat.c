/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/engine/datapath_link.h"
#include "mgmt/mgmtd/policy/policy_build.h"
#include "mgmt/mgmtd/session/table.h"
#include "mgmt/mgmtd/show/show_object.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct object_type *interfaces(struct session *session)
{
	return schema_type(session->engine->schema, NULL, "EthernetInterface");
}

/* The addresses that a property of an interface has for a node, as text, malloc'ed. */
static char *addresses(struct session *session, const struct lyd_node *interface, const char *property,
                       unsigned node)
{
	const struct object_type *type = interfaces(session);
	struct ranges ranges = {0};
	char one[IP_RANGE_TEXT], *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return NULL;
	resolve_addresses(&session->engine->running, interface, type_property(type, property), node, &ranges);
	for (size_t i = 0; i < ranges.count; i++)
		fprintf(out, "%s%s", i ? ", " : "", ip_range_format(&ranges.range[i], one));
	fclose(out);
	ranges_free(&ranges);
	return text;
}

static int list(struct session *session)
{
	const struct object_type *type = interfaces(session);
	struct table table = {0};

	table_column(&table, "Interface");
	table_column(&table, "Zone");
	table_column(&table, "IP Address");
	table_column(&table, "Type");
	table_column(&table, "Routing Table");
	for (const struct lyd_node *interface = object_first(&session->engine->running, type, NULL);
	     interface; interface = object_next(interface)) {
		char *text = addresses(session, interface, "IPAddress", 0);
		const char *member = value_of(type, interface, "RoutingTableMembership");

		table_row(&table, object_disabled(type, interface) ? "o" : "");
		table_cell(&table, "%s", object_key(type, interface));
		table_cell(&table, "%s", value_of(type, interface, "Zone"));
		table_cell(&table, "%s", text ? text : "");
		table_cell(&table, "Ethernet (%s)", value_of(type, interface, "HAType"));
		table_cell(&table, "%s", *member ? member : "main");
		free(text);
	}
	table_print(&table, 3, session->out);
	return 0;
}

static void print_configured(struct session *session, const struct lyd_node *interface)
{
	const struct object_type *type = interfaces(session);
	const struct configuration *running = &session->engine->running;
	unsigned own = configuration_role(running);
	char *text = addresses(session, interface, "IPAddress", 0);
	const char *zone = value_of(type, interface, "Zone");

	fprintf(session->out, "Interface %s:\n  IP Address     : %s\n", object_key(type, interface),
	        text ? text : "");
	free(text);
	for (unsigned node = 0; node < 2 && configuration_in_cluster(running); node++) {
		text = addresses(session, interface, "PrivateIP", node ? 1 - own : own);
		fprintf(session->out, "  %s     : %s\n", node ? "Peer IP   " : "Private IP",
		        text ? text : "");
		free(text);
	}
	fprintf(session->out, "  HA Type        : %s\n  Zone           : %s\n",
	        value_of(type, interface, "HAType"), *zone ? zone : "<empty>");
}

static void on_rows(void *user, const void *rows, uint32_t count)
{
	struct session *session = user;
	const struct interface_row *row = rows;
	char mac[MAC_ADDRESS_TEXT];

	for (uint32_t i = 0; i < count; i++) {
		const char *name = interface_name(&session->engine->running, row[i].interface);

		if (strcmp(name, session->argument) != 0)
			continue;
		session->rows++;
		fprintf(session->out, "  MAC            : %s\n", mac_address_format(&row[i].mac, ':', mac));
		if (!mac_address_is_zero(&row[i].shared_mac))
			fprintf(session->out, "  MAC HA Shared  : %s\n",
			        mac_address_format(&row[i].shared_mac, ':', mac));
		fprintf(session->out,
		        "  Driver         : %.20s\n  Receive mode   : %s\n  MTU            : %u\n"
		        "  Status         : %s\n  Received       : %llu packets, %llu bytes\n"
		        "  Sent           : %llu packets, %llu bytes\n  Dropped        : %llu packets\n",
		        row[i].driver, row[i].promiscuous ? "Promiscuous" : "Normal", row[i].mtu,
		        row[i].link_up ? "link up" : "link down", (unsigned long long)row[i].received_packets,
		        (unsigned long long)row[i].received_bytes, (unsigned long long)row[i].sent_packets,
		        (unsigned long long)row[i].sent_bytes, (unsigned long long)row[i].dropped_packets);
	}
}

static void on_end(void *user, int error, const char *text)
{
	struct session *session = user;

	if (error)
		fprintf(session->out, "%s.\n", text);
	else if (!session->rows)
		fputs("  Driver         : Linux\n", session->out);
	session_end(session, error);
}

int command_ifstat(struct session *session, const struct line *line)
{
	const char *name = line_word(line, 1);
	const struct lyd_node *interface;
	int error;

	if (!name)
		return list(session);
	interface = object_find(&session->engine->running, interfaces(session), NULL, name);
	if (!interface) {
		fprintf(session->out, "There is no active interface '%s'; 'ifstat' lists them.\n", name);
		return -ENOENT;
	}
	snprintf(session->argument, sizeof(session->argument), "%s", name);
	print_configured(session, interface);
	error = datapath_link_query(session->engine->datapath, QUERY_INTERFACES, 0, on_rows, on_end, session);
	if (error) {
		fprintf(session->out, "  Status         : the datapath cannot be reached (%s)\n",
		        strerror(-error));
		return error;
	}
	return SESSION_WAITS;
}
