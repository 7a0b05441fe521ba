/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/configuration/value.h"
#include "mgmt/mgmtd/engine/datapath_link.h"
#include "mgmt/mgmtd/policy/policy_build.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#define FLOWS_SHOWN 20

static void endpoint(struct session *session, uint16_t interface, const struct ip_address *address,
                     uint16_t port, char text[96])
{
	char ip[IP_ADDRESS_TEXT];

	snprintf(text, 96, "%s:%s:%u", interface_name(&session->engine->running, interface),
	         ip_address_format(address, ip), port);
}

static const char *protocol_name(uint8_t protocol, char number[8])
{
	switch (protocol) {
	case IPPROTO_TCP:
		return "TCP";
	case IPPROTO_UDP:
		return "UDP";
	case IPPROTO_ICMP:
		return "ICMP";
	case IPPROTO_ESP:
		return "ESP";
	default:
		snprintf(number, 8, "%u", protocol);
		return number;
	}
}

static void print_flow(struct session *session, const struct flow_row *row)
{
	char source[96], destination[96], number[8];
	const char *protocol = protocol_name(row->protocol, number);

	endpoint(session, row->source_interface, &row->source, row->source_port, source);
	endpoint(session, row->destination_interface, &row->destination, row->destination_port, destination);
	fprintf(session->out, "%-7s %-29s %-29s %u\n", protocol, source, destination, row->timeout_s);
	if (!session->verbose)
		return;
	fprintf(session->out, "%-7s %-29s %-29s %u\n", protocol, destination, source, row->timeout_s);
	fprintf(session->out, "        %llu packets, %llu bytes there; %llu packets, %llu bytes back\n",
	        (unsigned long long)row->packets[0], (unsigned long long)row->bytes[0],
	        (unsigned long long)row->packets[1], (unsigned long long)row->bytes[1]);
}

static void on_rows(void *user, const void *rows, uint32_t count)
{
	struct session *session = user;
	const struct flow_row *row = rows;

	session->rows += count;
	for (uint32_t i = 0; i < count; i++)
		print_flow(session, &row[i]);
}

static void on_end(void *user, int error, const char *text)
{
	struct session *session = user;

	if (error)
		fprintf(session->out, "%s.\n", text);
	session_end(session, error);
}

/* -num=N; 0 is all. -EINVAL after a message. */
static int typed_number(struct session *session, const struct line *line)
{
	const struct argument *number = line_option(line, "num");
	unsigned first, last;

	if (!number)
		return FLOWS_SHOWN;
	if (!strcmp(number->text, "all"))
		return 0;
	if (number_range_parse(number->text, 10000000, &first, &last) || first != last) {
		fprintf(session->out, "flow: -num cannot be '%s'. Allowed: a number, or all.\n",
		        number->text);
		return -EINVAL;
	}
	return (int)first;
}

int command_flow(struct session *session, const struct line *line)
{
	int number = typed_number(session, line), error;

	if (number < 0)
		return number;
	session->verbose = line_option(line, "verbose") != NULL;
	error = datapath_link_query(session->engine->datapath, QUERY_FLOWS, (uint32_t)number, on_rows, on_end,
	                            session);
	if (error) {
		fprintf(session->out, "The datapath cannot be reached: %s.\n", strerror(-error));
		return error;
	}
	fputs("Proto   Source                        Destination                   Timeout\n"
	      "------- ----------------------------- ----------------------------- -------\n",
	      session->out);
	return SESSION_WAITS;
}
