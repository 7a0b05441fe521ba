/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/messages/query.h"
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/configuration/value.h"
#include "mgmt/mgmtd/discovery/request.h"
#include "mgmt/mgmtd/discovery/snoop.h"
#include "mgmt/mgmtd/engine/datapath_link.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool passes(const struct neighbour_filter *filter, const struct neighbour_row *row)
{
	char mac[MAC_ADDRESS_TEXT];
	bool inside = filter->range_count == 0;

	if (row->address.version != filter->version ||
	    (filter->interface != POLICY_INTERFACE_ANY && filter->interface != row->interface))
		return false;
	for (size_t i = 0; i < filter->range_count && !inside; i++)
		inside = ip_range_contains(&filter->ranges[i], &row->address);
	if (!inside)
		return false;
	return !filter->hardware[0] ||
	       (!mac_address_is_zero(&row->mac) && !strncmp(mac_address_format(&row->mac, ':', mac),
	                                                    filter->hardware, strlen(filter->hardware)));
}

static void on_rows(void *user, const void *rows, uint32_t count)
{
	struct session *session = user;
	struct neighbour_list *list = session->neighbours;
	const struct neighbour_row *row = rows;
	struct neighbour_row *grown = reallocarray(list->rows, list->count + count + 1, sizeof(*grown));

	if (!grown)
		return;
	list->rows = grown;
	for (uint32_t i = 0; i < count; i++)
		if (passes(&list->filter, &row[i]))
			list->rows[list->count++] = row[i];
}

static int compare(const void *a, const void *b)
{
	const struct neighbour_row *first = a, *second = b;

	if (first->interface != second->interface)
		return first->interface < second->interface ? -1 : 1;
	return ip_address_compare(&first->address, &second->address);
}

static void on_end(void *user, int error, const char *text)
{
	struct session *session = user;
	struct neighbour_list *list = session->neighbours;

	if (list->count)
		qsort(list->rows, list->count, sizeof(*list->rows), compare);
	if (list->filter.most && list->count > list->filter.most)
		list->count = list->filter.most;
	if (error)
		fprintf(session->out, "%s.\n", text);
	else
		list->print(session, list);
	neighbours_forget(session);
	session_end(session, error);
}

void neighbours_forget(struct session *session)
{
	struct neighbour_list *list = session->neighbours;

	if (list) {
		free(list->rows);
		free(list->filter.ranges);
	}
	free(list);
	session->neighbours = NULL;
}

static int read_addresses(struct session *session, const char *text, struct neighbour_filter *filter)
{
	struct ranges ranges = {0};
	unsigned version = filter->version;
	char missing[64];

	if (resolve_address(&session->engine->running, text, &ranges, missing)) {
		fprintf(
		    session->out,
		    "-ip=%.64s: it must be an IP address, a network, a range, or the name of an IPAddress.\n",
		    text);
		ranges_free(&ranges);
		return -EINVAL;
	}
	if (!ranges_have_version(&ranges, version)) {
		fprintf(session->out, "-ip=%.64s: it has no IPv%u address; '%s' shows neighbors of IPv%u.\n",
		        text, version, version == 4 ? "ndp" : "arp", version == 4 ? 6 : 4);
		ranges_free(&ranges);
		return -EINVAL;
	}
	filter->ranges = ranges.range;
	filter->range_count = ranges.count;
	return 0;
}

/* An Ethernet address or what it begins with, its bytes separated by ':' or '-'. */
static int read_hardware(struct session *session, const char *text, struct neighbour_filter *filter)
{
	size_t length = strlen(text);
	bool valid = length > 0 && length < sizeof(filter->hardware);

	for (size_t i = 0; valid && i < length; i++) {
		valid = i % 3 == 2 ? text[i] == ':' || text[i] == '-' : isxdigit((unsigned char)text[i]) != 0;
		filter->hardware[i] = (char)(i % 3 == 2 ? ':' : tolower((unsigned char)text[i]));
	}
	if (valid)
		return 0;
	fprintf(session->out,
	        "-hw=%.64s: it must be an Ethernet address or what one begins with, such as 02-00-5e.\n",
	        text);
	return -EINVAL;
}

static int read_filter(struct session *session, const struct line *line, struct neighbour_filter *filter)
{
	const struct argument *ip = line_option(line, "ip"), *hardware = line_option(line, "hw"),
	                      *number = line_option(line, "num");
	const char *name = line_word(line, 1);
	unsigned first = 0, last = 0;
	int error = name ? discovery_interface(session, name, &filter->interface) : 0;

	if (!error && ip)
		error = read_addresses(session, ip->text, filter);
	if (!error && hardware)
		error = read_hardware(session, hardware->text, filter);
	if (!error && number &&
	    (number_range_parse(number->text, UINT16_MAX, &first, &last) || first != last || !first)) {
		fprintf(session->out, "-num=%.64s: it must be a number from 1 to %d.\n", number->text,
		        UINT16_MAX);
		error = -EINVAL;
	}
	filter->most = first;
	return error;
}

int discovery_show(struct session *session, const struct line *line, unsigned version,
                   void (*print)(struct session *session, const struct neighbour_list *list))
{
	struct neighbour_list *list;
	int error;

	neighbours_forget(session);
	list = session->neighbours = calloc(1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	list->filter.version = version;
	list->filter.interface = POLICY_INTERFACE_ANY;
	list->print = print;
	error = read_filter(session, line, &list->filter);
	if (!error) {
		error = datapath_link_query(session->engine->datapath, QUERY_NEIGHBOURS, 0, on_rows, on_end,
		                            session);
		if (!error)
			return SESSION_WAITS;
		fprintf(session->out, "The datapath cannot be reached: %s.\n", strerror(-error));
	}
	neighbours_forget(session);
	return error;
}
