/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/messages/query.h"
#include "mgmt/mgmtd/blacklist/blacklist.h"
#include "mgmt/mgmtd/configuration/configuration.h"
#include "mgmt/mgmtd/configuration/value.h"
#include "mgmt/mgmtd/engine/datapath_link.h"
#include "mgmt/mgmtd/policy/policy_build.h"
#include "mgmt/mgmtd/session/table.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define CELL        (POLICY_NAME + 1)
#define COLUMNS     8
#define COLUMNS_OWN 6 /* without who made it */

/* Two lines of headings, as the guide has them. */
static const char *const headings[2][COLUMNS] = {
    {"", "Source", "Source", "Dest", "Dest", "", "Trigger", "Trigger"},
    {"Proto", "Iface", "IP", "IP", "Port/ID", "Timeout", "System", "Object"}};

typedef char cells[COLUMNS][CELL];

static void protocol_cell(const struct blacklist_entry *entry, char out[CELL])
{
	static const struct {
		uint8_t number;
		const char *name;
	} names[] = {{IPPROTO_TCP, "TCP"},       {IPPROTO_UDP, "UDP"},   {IPPROTO_ICMP, "ICMP"},
	             {IPPROTO_ICMPV6, "ICMPv6"}, {IPPROTO_SCTP, "SCTP"}, {IPPROTO_GRE, "GRE"},
	             {IPPROTO_ESP, "ESP"},       {IPPROTO_AH, "AH"}};

	if (entry->protocol_first == 0 && entry->protocol_last == UINT8_MAX)
		snprintf(out, CELL, "ALL");
	else if (entry->protocol_first != entry->protocol_last)
		snprintf(out, CELL, "%u-%u", entry->protocol_first, entry->protocol_last);
	else
		snprintf(out, CELL, "%u", entry->protocol_first);
	for (size_t i = 0;
	     i < sizeof(names) / sizeof(*names) && entry->protocol_first == entry->protocol_last; i++)
		if (names[i].number == entry->protocol_first)
			snprintf(out, CELL, "%s", names[i].name);
}

static void fill(struct session *session, const struct blacklist_entry *entry, cells out)
{
	char text[IP_ADDRESS_TEXT];

	protocol_cell(entry, out[0]);
	snprintf(out[1], CELL, "%s", interface_name(&session->engine->running, entry->interface));
	snprintf(out[2], CELL, "%s", ip_address_format(&entry->source, text));
	snprintf(out[3], CELL, "%s",
	         entry->destination.version ? ip_address_format(&entry->destination, text) : "all-nets");
	if (entry->port_first == entry->port_last)
		snprintf(out[4], CELL, "%u", entry->port_first);
	else
		snprintf(out[4], CELL, "%u-%u", entry->port_first, entry->port_last);
	if (entry->timeout_s)
		snprintf(out[5], CELL, "%u", entry->timeout_s);
	else
		snprintf(out[5], CELL, "n/a");
	snprintf(out[6], CELL, "%s", entry->system == BLACKLIST_THRESHOLD ? "Threshold" : "CLI");
	snprintf(out[7], CELL, "%s", entry->object[0] ? entry->object : "n/a");
}

static void print_line(FILE *out, const size_t *widths, unsigned columns, const char *const *words,
                       bool dashes)
{
	for (unsigned i = 0; i < columns; i++) {
		bool last = i + 1 == columns;

		for (size_t at = 0; dashes && at < widths[i]; at++)
			fputc('-', out);
		if (!dashes)
			fprintf(out, "%-*s", last ? 0 : (int)widths[i], words[i]);
		if (!last)
			fputs("  ", out);
	}
	fputc('\n', out);
}

void blacklist_print(struct session *session, const char *title, const struct blacklist_entry *rows,
                     size_t count, bool short_form)
{
	unsigned columns = short_form ? COLUMNS_OWN : COLUMNS;
	size_t widths[COLUMNS] = {0}, whole = 2 * (columns - 1);
	const char *words[COLUMNS];
	cells cell;

	for (unsigned i = 0; i < columns; i++)
		for (unsigned j = 0; j < 2; j++)
			if (strlen(headings[j][i]) > widths[i])
				widths[i] = strlen(headings[j][i]);
	for (size_t row = 0; row < count; row++) {
		fill(session, &rows[row], cell);
		for (unsigned i = 0; i < columns; i++)
			if (strlen(cell[i]) > widths[i])
				widths[i] = strlen(cell[i]);
	}
	for (unsigned i = 0; i < columns; i++)
		whole += widths[i];
	fprintf(session->out, "%*s%s\n\n", (int)(whole > strlen(title) ? (whole - strlen(title)) / 2 : 0), "",
	        title);
	print_line(session->out, widths, columns, headings[0], false);
	print_line(session->out, widths, columns, headings[1], false);
	print_line(session->out, widths, columns, NULL, true);
	for (size_t row = 0; row < count; row++) {
		fill(session, &rows[row], cell);
		for (unsigned i = 0; i < columns; i++)
			words[i] = cell[i];
		print_line(session->out, widths, columns, words, false);
	}
}

static void add_values(struct table *table, const struct object_type *type, const struct lyd_node *rule,
                       const char *property)
{
	char text[256] = "";
	size_t length = 0;

	for (const struct lyd_node *item = value_first(rule, type_property(type, property), 0);
	     item && length < sizeof(text); item = value_next(item))
		length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s", length ? "," : "",
		                           lyd_get_value(item));
	(void)table_cell(table, "%s", text);
}

static void print_whitelist(struct session *session)
{
	static const char *const columns[][2] = {{"Source Interface", "SourceInterface"},
	                                         {"Source IP", "SourceIP"},
	                                         {"Destination IP", "DestinationIP"},
	                                         {"Service", "Service"}};
	const struct configuration *running = &session->engine->running;
	const struct object_type *holder = schema_type(running->schema, NULL, "Whitelist");
	const struct object_type *type = schema_type(running->schema, holder, "WhitelistRule");
	const struct lyd_node *context = object_find(running, holder, NULL, NULL);
	const size_t count = sizeof(columns) / sizeof(*columns);
	struct table table = {0};

	for (size_t i = 0; i < count; i++)
		table_column(&table, columns[i][0]);
	for (const struct lyd_node *rule = context ? object_first(running, type, context) : NULL; rule;
	     rule = object_next(rule)) {
		if (object_disabled(type, rule) || table_row(&table, ""))
			continue;
		for (size_t i = 0; i < count; i++)
			add_values(&table, type, rule, columns[i][1]);
	}
	fputs("                 Whitelisted Addresses\n\n", session->out);
	table_print(&table, 0, session->out);
}

static bool passes(const struct blacklist_list *list, const struct blacklist_entry *row)
{
	const struct blacklist_entry *wanted = &list->filter.entry;
	struct blacklist_entry all = *wanted;

	if (!list->lookup)
		return true;
	if (!all.interface)
		all.interface = row->interface;
	if (!all.source.version)
		all.source = row->source;
	/* An entry that bars more than was asked for bars that too. */
	return blacklist_entry_within(row, &all) ||
	       (row->interface == all.interface && !ip_address_compare(&row->source, &all.source) &&
	        blacklist_entry_within(&all, row));
}

static void on_rows(void *user, const void *rows, uint32_t count)
{
	struct session *session = user;
	struct blacklist_list *list = session->blacklist;
	const struct blacklist_entry *row = rows;
	struct blacklist_entry *grown = reallocarray(list->rows, list->count + count + 1, sizeof(*grown));

	if (!grown)
		return;
	list->rows = grown;
	for (uint32_t i = 0; i < count; i++)
		if (passes(list, &row[i]))
			list->rows[list->count++] = row[i];
}

static void on_end(void *user, int error, const char *text)
{
	struct session *session = user;
	struct blacklist_list *list = session->blacklist;

	if (error)
		fprintf(session->out, "%s.\n", text);
	if (!error && list->whitelist)
		print_whitelist(session);
	if (!error && list->whitelist && list->blacklist)
		fputc('\n', session->out);
	if (!error && list->blacklist)
		blacklist_print(session, list->lookup ? "Matched Blacklist Entries" : "Blacklisted Addresses",
		                list->rows, list->count, false);
	blacklist_forget(session);
	session_end(session, error);
}

void blacklist_forget(struct session *session)
{
	if (session->blacklist)
		free(session->blacklist->rows);
	free(session->blacklist);
	session->blacklist = NULL;
}

int blacklist_show(struct session *session, struct blacklist_list *list)
{
	int error;

	blacklist_forget(session);
	session->blacklist = list;
	error = datapath_link_query(session->engine->datapath, QUERY_BLACKLIST, 0, on_rows, on_end, session);
	if (!error)
		return SESSION_WAITS;
	blacklist_forget(session);
	fprintf(session->out, "The datapath cannot be reached: %s.\n", strerror(-error));
	return error;
}
