/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/messages/watch.h"
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/configuration/value.h"
#include "mgmt/mgmtd/diagnostics/flow_options.h"
#include "mgmt/mgmtd/diagnostics/snoop.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#define RULES_RATE     50 /* of each worker, a second: as many as a terminal shows */
#define PACKETS_RATE   1000
#define PACKETS_TRACED 10

static int complain(struct session *session, const char *command, const char *what)
{
	fprintf(session->out, "%s: %s.\n", command, what);
	return -EINVAL;
}

/* Without words, and with none. 1: there is something to start. */
static int without_start(struct session *session, const struct line *line, enum snoop_kind kind,
                         const char *command)
{
	const char *name = line_word(line, 1), *what = snoop_what(session, kind);

	if (!name && line->count == 1) {
		if (what)
			fprintf(session->out, "%s: watching %s. '%s none' ends it.\n", command, what,
			        command);
		else
			fprintf(session->out,
			        "%s: nothing is watched in this session. 'help %s' tells how.\n", command,
			        command);
		return 0;
	}
	if (name && !strcasecmp(name, "none")) {
		if (line->count > 2)
			return complain(session, command, "none stands alone");
		fprintf(session->out, "%s: %s\n", command,
		        snoop_end(session, kind) ? "ended." : "nothing was watched in this session.");
		return 0;
	}
	return 1;
}

/* "all" adds no interface. 0 or -EINVAL after a message. */
static int add_interface(struct session *session, const char *command, const char *name,
                         struct flow_filter *filter)
{
	if (!name || !strcasecmp(name, "all") ||
	    !flow_interfaces_add(&session->engine->running, name, &filter->interface[CAPTURE_SOURCE]))
		return 0;
	fprintf(session->out,
	        "%s: there is no interface '%.64s'. Allowed: the name of an interface, all, none.\n", command,
	        name);
	return -EINVAL;
}

static int add_network(struct session *session, const char *value, struct capture_addresses *out)
{
	struct ranges ranges = {0};
	char missing[64];
	int error = value ? resolve_address(&session->engine->running, value, &ranges, missing) : 0;

	if (!error && ranges.count > CAPTURE_ADDRESSES_MAX)
		error = -E2BIG;
	for (size_t i = 0; i < ranges.count && !error; i++)
		out->range[out->count++] = ranges.range[i];
	if (error)
		fprintf(session->out, "rulesnoop: '%.64s' is no network. Allowed: %s.\n", value,
		        error == -E2BIG
		            ? "one of at most 32 ranges of addresses"
		            : "an IP address, a network, a range, or the name of an IPAddress such as "
		              "all-nets");
	ranges_free(&ranges);
	return error ? -EINVAL : 0;
}

static int read_detail(struct session *session, const struct line *line, enum watch_detail *detail)
{
	static const char *const levels[] = {
	    [WATCH_BASIC] = "basic", [WATCH_INFORMATIVE] = "informative", [WATCH_EXTREME] = "extreme"};
	const struct argument *verbosity = line_option(line, "verbosity");

	*detail = WATCH_BASIC;
	for (unsigned i = 0; verbosity && i < sizeof(levels) / sizeof(*levels); i++) {
		if (strcasecmp(verbosity->text, levels[i]) != 0)
			continue;
		*detail = (enum watch_detail)i;
		return 0;
	}
	if (!verbosity)
		return 0;
	fprintf(session->out,
	        "rulesnoop: -verbosity cannot be '%.64s'. Allowed: basic, informative, extreme.\n",
	        verbosity->text);
	return -EINVAL;
}

int command_rulesnoop(struct session *session, const struct line *line)
{
	struct message_watch_start start = {.kind = WATCH_RULES, .rate = RULES_RATE};
	int error = without_start(session, line, SNOOP_RULES, "rulesnoop");
	enum watch_detail detail;
	char what[96];

	if (error <= 0)
		return error;
	if (!line_word(line, 1))
		return complain(session, "rulesnoop", "name the interface that packets come in by, or all");
	if (line_word_count(line) > 4)
		return complain(session, "rulesnoop",
		                "at most an interface, a destination network and a source network are taken");
	error = add_interface(session, "rulesnoop", line_word(line, 1), &start.filter);
	if (!error)
		error = add_network(session, line_word(line, 2),
		                    &start.filter.packet.address[CAPTURE_DESTINATION]);
	if (!error)
		error =
		    add_network(session, line_word(line, 3), &start.filter.packet.address[CAPTURE_SOURCE]);
	if (!error)
		error = read_detail(session, line, &detail);
	if (error)
		return error;
	snprintf(what, sizeof(what), "on %.30s%s%.24s%s%.24s", line_word(line, 1),
	         line_word(line, 2) ? " to " : "", line_word(line, 2) ? line_word(line, 2) : "",
	         line_word(line, 3) ? " from " : "", line_word(line, 3) ? line_word(line, 3) : "");
	return snoop_start(session, SNOOP_RULES, &start, detail, what);
}

static int read_number(struct session *session, const struct line *line, uint32_t *out)
{
	const struct argument *number = line_option(line, "num");
	unsigned first = PACKETS_TRACED, last = first;

	if (number &&
	    (number_range_parse(number->text, WATCH_PACKETS_MAX, &first, &last) || first != last || !first)) {
		fprintf(session->out, "trace: -num cannot be '%.64s'. Allowed: 1 to %d.\n", number->text,
		        WATCH_PACKETS_MAX);
		return -EINVAL;
	}
	*out = first;
	return 0;
}

int command_trace(struct session *session, const struct line *line)
{
	struct message_watch_start start = {.kind = WATCH_PACKETS, .rate = PACKETS_RATE};
	int error = without_start(session, line, SNOOP_PACKETS, "trace");
	const char *name = line_word(line, 1);
	char reason[FILTER_REASON_MAX], what[96];

	if (error <= 0)
		return error;
	if (line_word_count(line) > 2)
		return complain(session, "trace", "one interface is taken, or all; options tell the rest");
	if (flow_options_read(&session->engine->running, line, &start.filter, reason))
		return complain(session, "trace", reason);
	error = add_interface(session, "trace", name, &start.filter);
	if (!error)
		error = read_number(session, line, &start.packets);
	if (error)
		return error;
	snprintf(what, sizeof(what), "on %.30s%s", name ? name : "all",
	         capture_filter_is_empty(&start.filter.packet) ? "" : ", filtered");
	return snoop_start(session, SNOOP_PACKETS, &start, WATCH_BASIC, what);
}
