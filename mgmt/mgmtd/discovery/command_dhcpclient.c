/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/configuration/interface.h"
#include "mgmt/mgmtd/configuration/learned_dhcp.h"
#include "mgmt/mgmtd/discovery/dhcpclient.h"
#include "mgmt/mgmtd/discovery/snoop.h"
#include "mgmt/mgmtd/engine/engine_learned.h"
#include "mgmt/mgmtd/policy/policy_build.h"
#include "mgmt/mgmtd/session/table.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define SECOND 1000000000ULL

/* The datapath's clock. */
static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec;
}

/* What is known of an interface; nothing yet where the datapath has not told. */
static struct dhcp_client_status status_of(const struct session *session, const struct object_type *type,
                                           const struct lyd_node *interface)
{
	const struct dhcp_client_status *known =
	    engine_learned_dhcp_of(session->engine, value_number(type, interface, "Id"));

	return known ? *known : (struct dhcp_client_status){0};
}

static void add_row(struct table *table, const char *name, const struct dhcp_client_status *status,
                    uint64_t now)
{
	struct ip_address own = ip_address_from_ip4(ntohl(status->lease.address));
	unsigned long long seconds = status->renew_at > now ? (status->renew_at - now) / SECOND : 0;
	char address[IP_ADDRESS_TEXT], *state = NULL;
	size_t length;
	FILE *out = open_memstream(&state, &length);

	if (!out)
		return;
	dhcp_print_state(status, now, out);
	fclose(out);
	table_row(table, "");
	table_cell(table, "%s", name);
	table_cell(table, "%s", ip_address_format(&own, address));
	table_cell(table, "%s", state);
	if (status->lease.address && status->renew_at)
		table_cell(table, "%lluh %02llum %llus", seconds / 3600, seconds / 60 % 60, seconds % 60);
	else
		table_cell(table, "-");
	free(state);
}

static int list(struct session *session)
{
	struct interface_cursor at = {0};
	struct table table = {0};
	uint64_t now = now_ns();

	fputs("\n                      DHCP Client List\n\n", session->out);
	table_column(&table, "Interface");
	table_column(&table, "IP Address");
	table_column(&table, "DHCP State");
	table_column(&table, "Renew in");
	while (interface_next(&session->engine->running, &at)) {
		struct dhcp_client_status status;

		if (!learned_dhcp_is_wanted(at.type, at.object) ||
		    interface_is_disabled(&session->engine->running, at.type, at.object))
			continue;
		status = status_of(session, at.type, at.object);
		add_row(&table, object_key(at.type, at.object), &status, now);
	}
	table_print(&table, 0, session->out);
	return 0;
}

/* The interface that a word names, which has to be a client. */
static struct lyd_node *client_named(struct session *session, const char *name,
                                     const struct object_type **type)
{
	struct lyd_node *interface = interface_find(&session->engine->running, name, type);

	if (!interface) {
		fprintf(session->out, "There is no active interface '%.64s'; 'ifstat' lists them.\n", name);
		return NULL;
	}
	if (learned_dhcp_is_wanted(*type, interface))
		return interface;
	fprintf(session->out, "%s is no DHCP client: its DHCPEnabled is No.\n", name);
	return NULL;
}

static void snoop_one(struct session *session, uint16_t interface, bool on)
{
	uint16_t *place = NULL;

	for (unsigned i = 0; i < ARP_SNOOP_MAX; i++) {
		if (session->dhcp_snoop[i] == interface)
			session->dhcp_snoop[i] = POLICY_INTERFACE_NONE;
		if (session->dhcp_snoop[i] == POLICY_INTERFACE_NONE && !place)
			place = &session->dhcp_snoop[i];
	}
	if (on && place)
		*place = interface;
}

static int snoop(struct session *session, const char *value, const char *name)
{
	bool on = value && !strcasecmp(value, "On");
	const struct object_type *type;
	struct interface_cursor at = {0};
	struct lyd_node *interface = NULL;

	if (!on && (!value || strcasecmp(value, "Off") != 0)) {
		fprintf(session->out, "dhcpclient: -snoop cannot be '%.32s'. Allowed: On, Off.\n",
		        value ? value : "");
		return -EINVAL;
	}
	if (name) {
		interface = client_named(session, name, &type);
		if (!interface)
			return -ENOENT;
		snoop_one(session, (uint16_t)value_number(type, interface, "Id"), on);
	}
	while (!name && interface_next(&session->engine->running, &at))
		if (learned_dhcp_is_wanted(at.type, at.object))
			snoop_one(session, (uint16_t)value_number(at.type, at.object, "Id"), on);
	discovery_snoop_changed(session->engine);
	fprintf(session->out, "Snooping of the DHCP client on %s is %s in this session%s\n",
	        name ? name : "all interfaces", on ? "on" : "off",
	        on ? "; 'dhcpclient -snoop=Off' ends it." : ".");
	return 0;
}

int command_dhcpclient(struct session *session, const struct line *line)
{
	const struct argument *option = line_option(line, "snoop");
	const char *name = line_word(line, 1);
	struct dhcp_client_status status;
	const struct object_type *type;
	struct lyd_node *interface;

	if (line_word_count(line) > 2) {
		fputs("dhcpclient: one interface, or none for a list.\n", session->out);
		return -EINVAL;
	}
	if (option)
		return snoop(session, option->text, name);
	if (!name)
		return list(session);
	interface = client_named(session, name, &type);
	if (!interface)
		return -ENOENT;
	status = status_of(session, type, interface);
	fputc('\n', session->out);
	dhcp_print_lease(name, &status, now_ns(), session->out);
	return 0;
}
