/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/messages/neighbour.h"
#include "lib/messages/query.h"
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/discovery/snoop.h"
#include "mgmt/mgmtd/engine/datapath_link.h"
#include "mgmt/mgmtd/policy/policy_build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Rows come in no order, and are shown by interface. */
struct ndp_cache {
	struct neighbour_row *rows;
	size_t count;
};

static void on_rows(void *user, const void *rows, uint32_t count)
{
	struct session *session = user;
	struct ndp_cache *cache = session->neighbours;
	const struct neighbour_row *row = rows;
	struct neighbour_row *grown = reallocarray(cache->rows, cache->count + count + 1, sizeof(*grown));

	if (!grown)
		return;
	cache->rows = grown;
	for (uint32_t i = 0; i < count; i++)
		if (row[i].address.version == 6)
			cache->rows[cache->count++] = row[i];
}

static int compare(const void *a, const void *b)
{
	const struct neighbour_row *first = a, *second = b;

	if (first->interface != second->interface)
		return first->interface < second->interface ? -1 : 1;
	return ip_address_compare(&first->address, &second->address);
}

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

static void print_cache(struct session *session, const struct ndp_cache *cache)
{
	uint16_t before = POLICY_INTERFACE_NONE;

	for (size_t i = 0; i < cache->count; i++) {
		const char *name = interface_name(&session->engine->running, cache->rows[i].interface);

		if (session->argument[0] && strcmp(session->argument, name) != 0)
			continue;
		if (cache->rows[i].interface != before)
			fprintf(session->out, "%sNeighbor cache of iface %s:\n", before ? "\n" : "", name);
		before = cache->rows[i].interface;
		print_row(session, &cache->rows[i]);
	}
	if (!before)
		fputs("The neighbor cache is empty.\n", session->out);
}

static void on_shown(void *user, int error, const char *text)
{
	struct session *session = user;
	struct ndp_cache *cache = session->neighbours;

	if (error) {
		fprintf(session->out, "%s.\n", text);
	} else {
		if (cache->count)
			qsort(cache->rows, cache->count, sizeof(*cache->rows), compare);
		print_cache(session, cache);
	}
	ndp_forget(session);
	session_end(session, error);
}

void ndp_forget(struct session *session)
{
	struct ndp_cache *cache = session->neighbours;

	if (cache)
		free(cache->rows);
	free(cache);
	session->neighbours = NULL;
}

static int unreachable(struct session *session, int error)
{
	fprintf(session->out, "The datapath cannot be reached: %s.\n", strerror(-error));
	return error;
}

/* An interface that was typed must be one. */
static int find_interface(struct session *session, const char *name, uint16_t *id)
{
	*id = interface_id(&session->engine->running, name);
	if (*id != POLICY_INTERFACE_NONE && *id != POLICY_INTERFACE_ANY && *id != POLICY_INTERFACE_CORE)
		return 0;
	fprintf(session->out, "There is no active interface '%s'; 'ifstat' lists them.\n", name);
	return -ENOENT;
}

static int show(struct session *session, const char *name)
{
	uint16_t id;
	int error = name ? find_interface(session, name, &id) : 0;

	if (error)
		return error;
	snprintf(session->argument, sizeof(session->argument), "%s", name ? name : "");
	ndp_forget(session);
	session->neighbours = calloc(1, sizeof(*session->neighbours));
	if (!session->neighbours)
		return -ENOMEM;
	error =
	    datapath_link_query(session->engine->datapath, QUERY_NEIGHBOURS, 0, on_rows, on_shown, session);
	return error ? unreachable(session, error) : SESSION_WAITS;
}

static void on_flushed(void *user, int error, const char *text)
{
	struct session *session = user;

	if (error)
		fprintf(session->out, "Not flushed: %s.\n", text);
	else
		fputs("Neighbor cache of all interfaces flushed.\n", session->out);
	session_end(session, error);
}

static void on_notified(void *user, int error, const char *text)
{
	struct session *session = user;

	if (error)
		fprintf(session->out, "Not sent: %s.\n", text);
	else
		fprintf(session->out, "Neighbor advertisement sent on %s.\n", session->argument);
	session_end(session, error);
}

static int notify(struct session *session, const struct line *line)
{
	const char *name = line_word(line, 1);
	const struct argument *address = line_option(line, "ip");
	const char *text = address && address->value_count == 1 ? address->values[0] : NULL;
	struct message_neighbour_notify message = {0};
	int error;

	if (!name || !text) {
		fputs("ndp -notify needs an interface and an address: ndp -notify if1 -ip=2001:db8::1\n",
		      session->out);
		return -EINVAL;
	}
	error = find_interface(session, name, &message.interface);
	if (error)
		return error;
	message.address = resolve_host(&session->engine->running, text);
	if (message.address.version != 6) {
		fprintf(session->out, "-ip=%s: it must be one IPv6 address, or the name of one.\n", text);
		return -EINVAL;
	}
	snprintf(session->argument, sizeof(session->argument), "%s", name);
	error = datapath_link_notify(session->engine->datapath, &message, on_notified, session);
	return error ? unreachable(session, error) : SESSION_WAITS;
}

int command_ndp(struct session *session, const struct line *line)
{
	bool flush = line_option(line, "flush"), notifies = line_option(line, "notify");
	int error;

	if (flush + notifies + !!line_option(line, "show") > 1) {
		fputs("ndp: -show, -flush and -notify exclude each other.\n", session->out);
		return -EINVAL;
	}
	if (line_option(line, "ip") && !notifies) {
		fputs("ndp: -ip goes with -notify.\n", session->out);
		return -EINVAL;
	}
	if (notifies)
		return notify(session, line);
	if (!flush)
		return show(session, line_word(line, 1));
	error = datapath_link_flush(session->engine->datapath, 6, on_flushed, session);
	return error ? unreachable(session, error) : SESSION_WAITS;
}

int command_ndpsnoop(struct session *session, const struct line *line)
{
	const char *name = line_word(line, 1);
	uint16_t id = POLICY_INTERFACE_ANY;
	int error = 0;

	if (line_option(line, "off"))
		id = POLICY_INTERFACE_NONE;
	else if (name)
		error = find_interface(session, name, &id);
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
