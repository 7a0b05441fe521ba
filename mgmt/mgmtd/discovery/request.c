/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/discovery/request.h"
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/engine/datapath_link.h"
#include "mgmt/mgmtd/policy/policy_build.h"

#include <errno.h>
#include <string.h>

int discovery_interface(struct session *session, const char *name, uint16_t *id)
{
	*id = interface_id(&session->engine->running, name);
	if (*id != POLICY_INTERFACE_NONE && *id != POLICY_INTERFACE_ANY && *id != POLICY_INTERFACE_CORE)
		return 0;
	fprintf(session->out, "There is no active interface '%.64s'; 'ifstat' lists them.\n", name);
	return -ENOENT;
}

int discovery_options(struct session *session, const struct line *line)
{
	const char *command = line_word(line, 0);
	bool show = line_option(line, "show"), flush = line_option(line, "flush"),
	     notify = line_option(line, "notify"), query = line_option(line, "query");

	if (show + flush + notify + query > 1) {
		fprintf(session->out, "%s: -show, -flush, -notify and -query exclude each other.\n", command);
		return -EINVAL;
	}
	if (line_word_count(line) > 2) {
		fprintf(session->out, "%s: one interface at a time, or none for all.\n", command);
		return -EINVAL;
	}
	if (flush && line_option(line, "ip")) {
		fprintf(session->out, "%s: -ip does not go with -flush.\n", command);
		return -EINVAL;
	}
	if ((flush || notify || query) && (line_option(line, "hw") || line_option(line, "num"))) {
		fprintf(session->out, "%s: -hw and -num go with -show.\n", command);
		return -EINVAL;
	}
	return 0;
}

static int unreachable(struct session *session, int error)
{
	if (!error)
		return SESSION_WAITS;
	fprintf(session->out, "The datapath cannot be reached: %s.\n", strerror(-error));
	return error;
}

/* session->argument is what is said of success. */
static void on_flushed(void *user, int error, const char *text)
{
	struct session *session = user;

	if (error)
		fprintf(session->out, "Not flushed: %s.\n", text);
	else
		fputs(session->argument, session->out);
	session_end(session, error);
}

static void on_notified(void *user, int error, const char *text)
{
	struct session *session = user;

	if (error)
		fprintf(session->out, "Not sent: %s.\n", text);
	else
		fputs(session->argument, session->out);
	session_end(session, error);
}

int discovery_flush(struct session *session, const struct line *line, unsigned version, const char *cache)
{
	struct message_neighbour_flush flush = {.version = version};
	const char *name = line_word(line, 1);
	int error = name ? discovery_interface(session, name, &flush.interface) : 0;

	if (error)
		return error;
	if (name)
		snprintf(session->argument, sizeof(session->argument), "%s cache of interface %s flushed.\n",
		         cache, name);
	else
		snprintf(session->argument, sizeof(session->argument),
		         "%s cache of all interfaces flushed.\n", cache);
	return unreachable(session,
	                   datapath_link_flush(session->engine->datapath, &flush, on_flushed, session));
}

int discovery_notify(struct session *session, const struct line *line, unsigned version,
                     enum neighbour_request request)
{
	struct message_neighbour_notify message = {.request = (uint8_t)request};
	const char *command = line_word(line, 0), *name = line_word(line, 1);
	const char *option = request == NEIGHBOUR_QUERY ? "query" : "notify";
	const struct argument *address = line_option(line, "ip");
	const char *text = address && address->value_count == 1 ? address->values[0] : NULL;
	int error;

	if (!name || !text) {
		fprintf(session->out, "%s -%s needs an interface and an address: %s -%s if1 -ip=%s\n",
		        command, option, command, option, version == 6 ? "2001:db8::1" : "192.0.2.1");
		return -EINVAL;
	}
	error = discovery_interface(session, name, &message.interface);
	if (error)
		return error;
	message.address = resolve_host(&session->engine->running, text);
	if (message.address.version != version) {
		fprintf(session->out, "-ip=%.64s: it must be one IPv%u address, or the name of one.\n", text,
		        version);
		return -EINVAL;
	}
	snprintf(session->argument, sizeof(session->argument), "%s %s sent on %s.\n",
	         version == 6 ? "Neighbor" : "ARP",
	         request == NEIGHBOUR_QUERY ? (version == 6 ? "solicitation" : "query")
	         : version == 6             ? "advertisement"
	                                    : "announcement",
	         name);
	return unreachable(session,
	                   datapath_link_notify(session->engine->datapath, &message, on_notified, session));
}
