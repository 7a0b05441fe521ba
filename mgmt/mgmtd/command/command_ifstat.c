/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/messages/query.h"
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/configuration/interface.h"
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/engine/datapath_link.h"
#include "mgmt/mgmtd/engine/engine_learned.h"
#include "mgmt/mgmtd/policy/policy_build.h"
#include "mgmt/mgmtd/session/table.h"
#include "mgmt/mgmtd/show/show_object.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The addresses that a property of an interface has for a node, as text, malloc'ed. */
static char *addresses(struct session *session, const struct object_type *type, struct lyd_node *interface,
                       const char *property, unsigned node)
{
	struct configuration copy = {0};
	const struct configuration *view =
	    engine_learned_view(session->engine, &session->engine->running, &copy);
	struct ranges ranges = {0};
	char one[IP_RANGE_TEXT], *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out) {
		configuration_clear(&copy);
		return NULL;
	}
	interface = interface_find(view, object_key(type, interface), &type);
	interface = interface_addresses_of(view, type, interface, &type);
	resolve_addresses(view, interface, type_property(type, property), node, &ranges);
	for (size_t i = 0; i < ranges.count; i++)
		fprintf(out, "%s%s", i ? ", " : "", ip_range_format(&ranges.range[i], one));
	fclose(out);
	ranges_free(&ranges);
	configuration_clear(&copy);
	return text;
}

static bool is_null(const struct object_type *type, const struct lyd_node *interface)
{
	return !interface_is_vlan(type) && !strcmp(value_of(type, interface, "Type"), "Null");
}

static void add_row(struct session *session, const struct object_type *type, struct lyd_node *interface,
                    struct table *table)
{
	const char *member = value_of(type, interface, "RoutingTableMembership");
	char *text = addresses(session, type, interface, "IPAddress", 0);

	table_row(table, object_disabled(type, interface) ? "o" : "");
	table_cell(table, "%s", object_key(type, interface));
	table_cell(table, "%s", value_of(type, interface, "Zone"));
	table_cell(table, "%s", text ? text : "");
	if (is_null(type, interface))
		table_cell(table, "Null");
	else if (interface_is_vlan(type))
		table_cell(table, "VLAN");
	else
		table_cell(table, "Ethernet (%s)", value_of(type, interface, "HAType"));
	table_cell(table, "%s", *member ? member : "main");
	free(text);
}

/* kind: all, null, ethernet, vlan; NULL: everything but null interfaces (C03-013). */
static bool is_kind(const struct object_type *type, const struct lyd_node *interface, const char *kind)
{
	bool null = is_null(type, interface), vlan = interface_is_vlan(type);

	if (!kind)
		return !null;
	if (!strcasecmp(kind, "null"))
		return null;
	if (!strcasecmp(kind, "vlan"))
		return vlan;
	return !strcasecmp(kind, "all") || (!vlan && !null);
}

static int list(struct session *session, const char *kind)
{
	struct interface_cursor at = {0};
	struct table table = {0};

	if (kind && strcasecmp(kind, "all") != 0 && strcasecmp(kind, "null") != 0 &&
	    strcasecmp(kind, "vlan") != 0 && strcasecmp(kind, "ethernet") != 0) {
		fprintf(session->out, "-type cannot be '%s'. Allowed: all, ethernet, vlan, null.\n", kind);
		return -EINVAL;
	}
	table_column(&table, "Interface");
	table_column(&table, "Zone");
	table_column(&table, "IP Address");
	table_column(&table, "Type");
	table_column(&table, "Routing Table");
	while (interface_next(&session->engine->running, &at))
		if (is_kind(at.type, at.object, kind))
			add_row(session, at.type, at.object, &table);
	table_print(&table, 3, session->out);
	return 0;
}

/* The node's own addresses and the peer's, where it is in a cluster. */
static void print_private(struct session *session, const struct object_type *type, struct lyd_node *interface)
{
	unsigned own = configuration_role(&session->engine->running);

	for (unsigned node = 0; node < 2 && configuration_in_cluster(&session->engine->running); node++) {
		char *text = addresses(session, type, interface, "PrivateIP", node ? 1 - own : own);

		if (text && *text)
			fprintf(session->out, "  %s     : %s\n", node ? "Peer IP   " : "Private IP", text);
		free(text);
	}
}

/* The addresses that it forms, also those that are not in use. */
static void print_formed(struct session *session, const struct object_type *type,
                         const struct lyd_node *interface)
{
	const struct autoconfiguration *known =
	    engine_learned_of(session->engine, value_number(type, interface, "Id"));
	char text[IP_ADDRESS_TEXT];

	if (known && known->link_local.version)
		fprintf(session->out, "  SLAAC          : %s %s\n",
		        ip_address_format(&known->link_local, text),
		        engine_learned_state(known->link_local_state));
	for (unsigned i = 0; known && i < known->address_count; i++)
		fprintf(session->out, "                   %s %s\n",
		        ip_address_format(&known->address[i], text), engine_learned_state(known->state[i]));
}

/* What its device is, or on what it is. */
static void print_carrier(struct session *session, const struct object_type *type,
                          const struct lyd_node *interface)
{
	const struct configuration *running = &session->engine->running;
	const struct object_type *devices = schema_type(running->schema, NULL, "EthernetDevice");
	const char *name;

	if (interface_is_vlan(type)) {
		fprintf(session->out,
		        "  Base Interface : %s\n  VLAN ID        : %u\n  VLAN Type      : 0x%s\n",
		        value_of(type, interface, "BaseInterface"), value_number(type, interface, "VLANID"),
		        value_of(type, interface, "Type"));
		return;
	}
	name = value_text(interface, type_property(type, "EthernetDevice"), configuration_role(running));
	fprintf(session->out, "  Device         : %s\n",
	        name ? value_of(devices, object_find(running, devices, NULL, name), "Device") : "");
}

static void print_status(struct session *session, const struct interface_row *row)
{
	if (!row->link_up || !row->speed_mbps)
		fprintf(session->out, "  Status         : %s\n", row->link_up ? "link up" : "link down");
	else if (row->speed_mbps % 1000)
		fprintf(session->out, "  Status         : %u Mbps %s duplex\n", row->speed_mbps,
		        row->full_duplex ? "full" : "half");
	else
		fprintf(session->out, "  Status         : %u Gbps %s duplex\n", row->speed_mbps / 1000,
		        row->full_duplex ? "full" : "half");
}

/* Whose side heartbeats are missed for (C22-028, C22-029). */
static void print_monitor(struct session *session, const struct interface_row *row)
{
	static const char *const words[] = {
	    [INTERFACE_MONITOR_WELL] = "the peer is heard",
	    [INTERFACE_MONITOR_ASKING] = "the peer is not heard, monitored hosts are being asked",
	    [INTERFACE_MONITOR_OWN] = "OFFLINE: the peer is not heard, and no monitored host answers",
	    [INTERFACE_MONITOR_PEER] = "the peer's interface is faulty: monitored hosts answer this node",
	    [INTERFACE_MONITOR_NOBODY] =
	        "the peer is not heard, and there is no host to ask (MonitorTargets)"};

	if (row->monitor != INTERFACE_MONITOR_OFF && row->monitor < sizeof(words) / sizeof(*words))
		fprintf(session->out, "  HA Monitor     : %s\n", words[row->monitor]);
}

/* With PrivateSharedMAC the peer has the same shared address. */
static void print_peer_mac(struct session *session, const struct interface_row *row)
{
	char mac[MAC_ADDRESS_TEXT];

	if (row->mac_mode != POLICY_MAC_INTERFACE)
		return;
	fprintf(session->out, "  MAC HA Peer    : %s\n  MAC HA Mode    : InterfaceMAC\n",
	        mac_address_is_zero(&row->peer_mac) ? "not known yet"
	                                            : mac_address_format(&row->peer_mac, ':', mac));
}

static void print_row(struct session *session, const struct object_type *type, struct lyd_node *interface,
                      const struct interface_row *row)
{
	const char *zone = value_of(type, interface, "Zone"),
	           *member = value_of(type, interface, "RoutingTableMembership");
	char mac[MAC_ADDRESS_TEXT];

	fprintf(session->out, "  MAC            : %s\n", mac_address_format(&row->mac, ':', mac));
	if (configuration_in_cluster(&session->engine->running) && !mac_address_is_zero(&row->shared_mac)) {
		fprintf(session->out, "  MAC HA Private : %s\n", mac);
		fprintf(session->out, "  MAC HA Shared  : %s\n",
		        mac_address_format(&row->shared_mac, ':', mac));
		print_peer_mac(session, row);
	}
	print_carrier(session, type, interface);
	fprintf(session->out, "  Driver         : %.20s\n  Chksum offload : %s\n  Receive mode   : %s\n",
	        row->driver, row->checksum_offload ? "Supported" : "Unsupported",
	        row->promiscuous ? "Promiscuous" : "Normal");
	fprintf(session->out, "  MTU            : %u\n  Routing Table  : %s\n  Zone           : %s\n",
	        row->mtu, *member ? member : "main", *zone ? zone : "<empty>");
	print_status(session, row);
	if (!interface_is_vlan(type))
		fprintf(session->out, "  HA Type        : %s\n", value_of(type, interface, "HAType"));
	print_monitor(session, row);
	fprintf(session->out,
	        "  Received       : %llu packets, %llu bytes\n  Sent           : %llu packets, %llu bytes\n",
	        (unsigned long long)row->received_packets, (unsigned long long)row->received_bytes,
	        (unsigned long long)row->sent_packets, (unsigned long long)row->sent_bytes);
	if (!interface_is_vlan(type))
		fprintf(session->out, "  Dropped        : %llu packets\n",
		        (unsigned long long)row->dropped_packets);
}

static void on_rows(void *user, const void *rows, uint32_t count)
{
	struct session *session = user;
	const struct interface_row *row = rows;
	const struct object_type *type;
	struct lyd_node *interface = interface_find(&session->engine->running, session->argument, &type);

	for (uint32_t i = 0; interface && i < count; i++) {
		if (row[i].interface != value_number(type, interface, "Id"))
			continue;
		session->rows++;
		print_row(session, type, interface, &row[i]);
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
	const struct argument *kind = line_option(line, "type");
	const char *name = line_word(line, 1);
	const struct object_type *type;
	struct lyd_node *interface;
	char *text;
	int error;

	if (line_word_count(line) > 2 || (name && kind)) {
		fputs("ifstat: one interface, or -type for a list of them.\n", session->out);
		return -EINVAL;
	}
	if (!name)
		return list(session, kind ? kind->text : NULL);
	interface = interface_find(&session->engine->running, name, &type);
	if (!interface) {
		fprintf(session->out, "There is no active interface '%s'; 'ifstat' lists them.\n", name);
		return -ENOENT;
	}
	snprintf(session->argument, sizeof(session->argument), "%s", name);
	text = addresses(session, type, interface, "IPAddress", 0);
	fprintf(session->out, "Interface %s:\n  IP Address     : %s\n", name, text ? text : "");
	free(text);
	print_private(session, type, interface);
	print_formed(session, type, interface);
	error = datapath_link_query(session->engine->datapath, QUERY_INTERFACES, 0, on_rows, on_end, session);
	if (error) {
		fprintf(session->out, "  Status         : the datapath cannot be reached (%s)\n",
		        strerror(-error));
		return error;
	}
	return SESSION_WAITS;
}
