/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/messages/capture.h"
#include "mgmt/mgmtd/capture/capture.h"
#include "mgmt/mgmtd/capture/pcapdump_files.h"
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/configuration/interface.h"
#include "mgmt/mgmtd/configuration/value.h"
#include "mgmt/mgmtd/policy/policy_build.h"
#include "mgmt/mgmtd/session/action_log.h"
#include "mgmt/mgmtd/session/table.h"
#include "mgmt/mgmtd/statistics/memory.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

static int start(struct session *session, const struct line *line);
static int stop(struct session *session, const struct line *line);
static int status(struct session *session, const struct line *line);

static const struct mode {
	const char *name;
	int (*run)(struct session *session, const struct line *line);
	unsigned words; /* besides the command */
	const char *options[9];
	bool filters;
} modes[] = {
    {"status", status, 0, {0}, false},
    {"start", start, 1, {"count", "snaplen", "bufsize", "out", "nowrite", "nocap", "hex", "k12"}, true},
    {"stop", stop, 1, {0}, false},
    {"list", pcapdump_list, 0, {0}, false},
    {"show", pcapdump_show, 1, {"filename", "num", "hex", "k12"}, false},
    {"write", pcapdump_write, 1, {"filename"}, false},
    {"remove", pcapdump_remove, 0, {"filename"}, false},
};
#define MODE_COUNT (sizeof(modes) / sizeof(*modes))

static int complain(struct session *session, const char *reason)
{
	fprintf(session->out, "pcapdump: %s.\n", reason);
	return -EINVAL;
}

/* A number that an option has; -EINVAL after a message. Leaves *out alone where the option is not there. */
static int read_number(struct session *session, const struct line *line, const char *name, unsigned least,
                       unsigned most, unsigned *out)
{
	const struct argument *option = line_option(line, name);
	unsigned first, last;

	if (!option)
		return 0;
	if (number_range_parse(option->text, most, &first, &last) || first != last || first < least) {
		fprintf(session->out, "pcapdump: -%s cannot be '%s'. Allowed: %u to %u.\n", name,
		        option->text, least, most);
		return -EINVAL;
	}
	*out = first;
	return 0;
}

static int check_settings(struct session *session, const struct line *line,
                          const struct capture_settings *settings)
{
	if (settings->nocap && !settings->out)
		return complain(session, "-nocap keeps nothing, so it needs -out");
	if (settings->nocap && (settings->snaplen || line_option(line, "bufsize") || settings->nowrite))
		return complain(
		    session, "with -nocap there is no buffer and no file: leave out -snaplen, -bufsize and "
		             "-nowrite");
	if (settings->format != CAPTURE_TEXT && !settings->out)
		return complain(session, "-hex and -k12 say how packets are printed: they need -out");
	return 0;
}

static int read_settings(struct session *session, const struct line *line, struct capture_settings *settings)
{
	unsigned count = 0, snaplen = 0, buffer_kb = CAPTURE_BUFFER_KB_MIN;
	char reason[FILTER_REASON_MAX];
	int error = read_number(session, line, "count", 1, 1000000000, &count);

	if (!error)
		error = read_number(session, line, "snaplen", 1, CAPTURE_LENGTH_MAX, &snaplen);
	if (!error)
		error = read_number(session, line, "bufsize", CAPTURE_BUFFER_KB_MIN, CAPTURE_BUFFER_KB_MAX,
		                    &buffer_kb);
	if (error)
		return error;
	*settings = (struct capture_settings){.count = count,
	                                      .snaplen = snaplen,
	                                      .buffer_kb = buffer_kb,
	                                      .out = line_option(line, "out") != NULL,
	                                      .nowrite = line_option(line, "nowrite") != NULL,
	                                      .nocap = line_option(line, "nocap") != NULL};
	if (line_option(line, "hex"))
		settings->format = CAPTURE_HEX;
	else if (line_option(line, "k12"))
		settings->format = CAPTURE_K12;
	error = check_settings(session, line, settings);
	if (error)
		return error;
	if (filter_options_read(&session->engine->running, line, &settings->filter, settings->filter_text,
	                        reason))
		return complain(session, reason);
	return 0;
}

/* Whether the datapath has its packets: Sync interfaces are the kernel's. */
static bool can_be_captured(const struct object_type *type, const struct lyd_node *interface)
{
	return strcmp(value_of(type, interface, "HAType"), "Sync") != 0 && !object_disabled(type, interface);
}

static int check_interface(struct session *session, const char *name)
{
	const struct object_type *type = schema_type(session->engine->schema, NULL, "EthernetInterface");
	const struct lyd_node *interface = object_find(&session->engine->running, type, NULL, name);
	const struct capture *capture = capture_find(session->engine->captures, name);

	if (!interface && interface_find(&session->engine->running, name, &type)) {
		fprintf(session->out,
		        "%s is a VLAN: capture its BaseInterface, where its frames are with their tags.\n",
		        name);
		return -EINVAL;
	}
	if (!interface) {
		fprintf(session->out, "There is no active interface '%s'; 'ifstat' lists them.\n", name);
		return -ENOENT;
	}
	if (!can_be_captured(type, interface)) {
		fprintf(session->out,
		        "%s is a Sync interface, or disabled: its packets cannot be captured.\n", name);
		return -EINVAL;
	}
	if (capture && capture->id) {
		fprintf(session->out, "%s is being captured already; 'pcapdump -stop %s' stops it.\n", name,
		        name);
		return -EBUSY;
	}
	return 0;
}

static int check_memory(struct session *session, unsigned interfaces, const struct capture_settings *settings)
{
	uint64_t buffers_kb = settings->nocap ? 0 : (uint64_t)interfaces * settings->buffer_kb;
	struct memory memory;
	int error = memory_read(&memory);

	if (!error && capture_memory_suffices(memory.free_kb, buffers_kb))
		return 0;
	fprintf(session->out,
	        "Insufficient memory: packets are captured where %llu MB are free besides the buffers (%llu "
	        "KB), and "
	        "%llu MB are.\n",
	        CAPTURE_MEMORY_KB >> 10, (unsigned long long)buffers_kb,
	        (unsigned long long)(error ? 0 : memory.free_kb >> 10));
	return -ENOMEM;
}

static int start_one(struct session *session, const char *name, const struct capture_settings *settings)
{
	int error = capture_start(session->engine->captures, session, name,
	                          interface_id(&session->engine->running, name), settings);

	if (error == -ENOTCONN)
		fputs("The datapath cannot be reached.\n", session->out);
	else if (error)
		fprintf(session->out, "%s cannot be captured: %s.\n", name, strerror(-error));
	return error;
}

/* Every interface that can be, but those that are being captured. */
static int start_all(struct session *session, const struct capture_settings *settings)
{
	const struct object_type *type = schema_type(session->engine->schema, NULL, "EthernetInterface");
	const struct configuration *running = &session->engine->running;
	unsigned count = 0;
	int error = 0;

	for (unsigned counting = 1; counting <= 2 && !error; counting++) {
		for (const struct lyd_node *at = object_first(running, type, NULL); at && !error;
		     at = object_next(at)) {
			const char *name = object_key(type, at);
			const struct capture *capture = capture_find(session->engine->captures, name);

			if (!can_be_captured(type, at) || (capture && capture->id))
				continue;
			if (counting == 1)
				count++;
			else
				error = start_one(session, name, settings);
		}
		if (counting == 1 && !error)
			error = check_memory(session, count, settings);
	}
	if (!error && !count)
		return complain(session, "there is no interface that could be captured and is not");
	return error;
}

/* What has been asked of the datapath is waited for, whatever went wrong behind. */
static int wait_for(struct session *session, int error)
{
	session->capture_error = error;
	return captures_waiting(session->engine->captures, session) ? SESSION_WAITS : error;
}

static int start(struct session *session, const struct line *line)
{
	const char *name = line_word(line, 1);
	struct capture_settings settings;
	int error = read_settings(session, line, &settings);

	if (!error && name)
		error = check_interface(session, name);
	if (error)
		return error;
	if (name)
		error = check_memory(session, 1, &settings);
	if (!error)
		error = name ? start_one(session, name, &settings) : start_all(session, &settings);
	if (!error)
		action_log(session, "tools/tcpdump-start", name ? name : "all interfaces");
	return wait_for(session, error);
}

static int stop(struct session *session, const struct line *line)
{
	struct captures *captures = session->engine->captures;
	const char *name = line_word(line, 1), *before = "Stopping packet capture on: ";
	int error = 0;

	for (struct capture *at = captures_first(captures); at && !error; at = at->next) {
		if (!at->id || (name && strcmp(at->interface, name) != 0))
			continue;
		error = capture_stop(captures, session, at);
		if (!error)
			fprintf(session->out, "%s%s", before, at->interface);
		before = ", ";
	}
	if (!captures_waiting(captures, session)) {
		fprintf(session->out, "No packets are being captured%s%s.\n", name ? " on " : "",
		        name ? name : "");
		return -ENOENT;
	}
	action_log(session, "tools/tcpdump-stop", name ? name : "all interfaces");
	fputs(".\nInterface Pkts(In) Pkts(Out) Saved to file\n"
	      "--------- -------- --------- ---------------------------\n",
	      session->out);
	return wait_for(session, error);
}

static int status(struct session *session, const struct line *line)
{
	const struct capture *first = captures_first(session->engine->captures);
	unsigned rows = 0;

	(void)line;
	for (const struct capture *at = first; at; at = at->next) {
		if (!at->id)
			continue;
		if (!rows++)
			fputs("             PCAP Status\n\n"
			      "Interface Mode   Packets(In)  Packets(Out) Filter\n"
			      "--------- ------ -----------  ------------ ------\n",
			      session->out);
		fprintf(session->out, "%-9s %-6s %-12llu %-12llu %s\n", at->interface,
		        at->settings.nocap ? "SNOOP" : "ACTIVE", (unsigned long long)at->received,
		        (unsigned long long)at->sent, at->settings.filter_text);
	}
	if (!rows)
		fputs("No packets are being captured.\n", session->out);
	for (const struct capture *at = first; at; at = at->next) {
		if (at->id && at->lost)
			fprintf(session->out, "%s: %llu packets were not captured: they came too fast.\n",
			        at->interface, (unsigned long long)at->lost);
		else if (!at->id)
			fprintf(session->out, "%s: the buffer holds packets of an earlier capture.\n",
			        at->interface);
	}
	return 0;
}

static bool takes(const struct mode *mode, const char *option)
{
	if (!strcasecmp(option, mode->name) || (mode->filters && filter_option_is(option)))
		return true;
	for (size_t i = 0; mode->options[i]; i++)
		if (!strcasecmp(option, mode->options[i]))
			return true;
	return false;
}

/* The one option that says what to do; status where there is none. NULL after a message. */
static const struct mode *find_mode(struct session *session, const struct line *line)
{
	const struct mode *found = NULL;

	for (size_t i = 0; i < MODE_COUNT; i++) {
		if (!line_option(line, modes[i].name))
			continue;
		if (found) {
			fprintf(session->out, "pcapdump: -%s and -%s are two commands: give one.\n",
			        found->name, modes[i].name);
			return NULL;
		}
		found = &modes[i];
	}
	return found ? found : modes;
}

int command_pcapdump(struct session *session, const struct line *line)
{
	const struct mode *mode = find_mode(session, line);

	if (!mode)
		return -EINVAL;
	for (size_t i = 0; i < line->count; i++) {
		const struct argument *argument = &line->argument[i];

		if (argument->kind == ARGUMENT_OPTION && !takes(mode, argument->name)) {
			fprintf(session->out,
			        "pcapdump: -%s has no meaning with -%s; 'help pcapdump' tells more.\n",
			        argument->name, mode->name);
			return -EINVAL;
		}
	}
	if (line_word_count(line) > mode->words + 1)
		return complain(session, mode->words
		                             ? "one interface at a time, or none for all"
		                             : "no words are taken there; 'help pcapdump' tells more");
	if (line_option(line, "hex") && line_option(line, "k12"))
		return complain(session, "give -hex or -k12, not both");
	return mode->run(session, line);
}
