/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/messages/cluster.h"
#include "lib/messages/commit.h"
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/engine/cluster_link.h"
#include "mgmt/mgmtd/engine/restart.h"
#include "mgmt/mgmtd/session/table.h"

#include <errno.h>
#include <inttypes.h>
#include <qb/qbutil.h>
#include <string.h>

#define RECEIVE_SECONDS 10
#define STANDALONE      "This device is a standalone system (HA not configured)\n"

/* "17h 10m 17s", "51m 29s", "45s" (C22-047). */
static void print_duration(uint32_t seconds, FILE *out)
{
	if (seconds >= 3600)
		fprintf(out, "%uh ", seconds / 3600);
	if (seconds >= 60)
		fprintf(out, "%um ", seconds / 60 % 60);
	fprintf(out, "%us", seconds % 60);
}

static void print_status(const struct message_cluster_status *status, FILE *out)
{
	if (!status->configured) {
		fputs(STANDALONE, out);
		return;
	}
	fprintf(out, "This device is a HA %s\n", status->role == ROLE_SLAVE ? "SLAVE" : "MASTER");
	fprintf(out, "This device is currently %s (for ", status->active ? "Active" : "Inactive");
	print_duration(status->state_seconds, out);
	fputs(")\n", out);
	fprintf(out, "HA cluster peer is %s\n", status->peer_alive ? "ALIVE" : "DEAD");
	if (status->resyncing)
		fprintf(out, "HA object sync: %u%% (RE-SYNCING)\n", status->sync_percent);
	else
		fprintf(out, "HA object sync %u%%\n", status->sync_percent);
}

static void print_modules(const struct message_cluster_status *status, FILE *out)
{
	struct table table = {.right = 2 | 4 | 8 | 16};

	table_column(&table, "Module");
	table_column(&table, "Synchronized");
	table_column(&table, "Total");
	table_column(&table, "Skipped");
	table_column(&table, "Repaired");
	for (uint32_t i = 0; i < status->class_count && i < CLUSTER_CLASSES_MAX; i++) {
		const struct cluster_class_status *one = &status->classes[i];

		table_row(&table, "");
		table_cell(&table, "%.23s", one->name);
		table_cell(&table, "%" PRIu64, one->have);
		table_cell(&table, "%" PRIu64, one->should);
		table_cell(&table, "%u", one->skipped);
		table_cell(&table, "%u", one->repairs);
	}
	fputc('\n', out);
	table_print(&table, 0, out);
}

static void print_copy(const struct message_cluster_status *status, FILE *out)
{
	char mac[MAC_ADDRESS_TEXT];

	if (status->aside)
		fputs("This device stands aside: the HA cluster peer has another living node of this Role. "
		      "Stop one of "
		      "them.\n",
		      out);
	if (status->copied)
		fprintf(out,
		        "A third node is ignored: on %.15s, from %s, heartbeats come as the peer's, which "
		        "lives. Stop "
		        "it.\n",
		        status->copy_interface, mac_address_format(&status->copy_source, ':', mac));
}

static void print_differences(const struct message_cluster_status *status, FILE *out)
{
	const char *line = status->differences;
	size_t length;

	if (*line)
		fputs("HA cluster peer differs from this device:\n", out);
	for (; *line; line += length + (line[length] == '\n')) {
		length = strcspn(line, "\n");
		fprintf(out, "  %.*s\n", (int)length, line);
	}
}

static void print_links(const struct message_cluster_status *status, FILE *out)
{
	struct table table = {0};
	bool used = false;

	if (status->peer_alive)
		fprintf(out, "HA cluster peer is dead after %u ms of silence\n",
		        (status->patience_us + 999) / 1000);
	if (status->peer_alive && status->active)
		fprintf(out, "HA cluster peer is %sready to take over\n", status->peer_ready ? "" : "not ");
	if (status->mirror_delay_us)
		fprintf(out, "HA objects are at the peer within %.1f ms\n", status->mirror_delay_us / 1000.0);
	print_copy(status, out);
	print_differences(status, out);
	table_column(&table, "Link");
	table_column(&table, "Interface");
	table_column(&table, "State");
	for (uint32_t i = 0; i < status->link_count && i < CLUSTER_LINKS_MAX; i++) {
		const struct cluster_link_status *one = &status->links[i];

		table_row(&table, "");
		table_cell(&table, "%s", one->spare ? "Spare" : "Sync");
		table_cell(&table, "%.15s", one->interface);
		table_cell(&table, "%s", !one->up ? "Down" : used ? "Up" : "Up, in use");
		used |= one->up;
	}
	fputc('\n', out);
	table_print(&table, 0, out);
}

static void on_status(void *user, int error, const struct message_cluster_status *status)
{
	struct session *session = user;

	if (error) {
		fputs("hadrian-clusterd went away before it answered.\n", session->out);
	} else {
		print_status(status, session->out);
		if (session->links && status->configured)
			print_links(status, session->out);
		if (session->verbose && status->configured)
			print_modules(status, session->out);
	}
	session_end(session, error);
}

static void on_result(void *user, int error, const char *text)
{
	struct session *session = user;

	if (!error)
		fprintf(session->out, "%s\n", session->argument);
	else if (*text)
		fprintf(session->out, "Refused: %s\n", text);
	else
		fprintf(session->out, "Refused: %s.\n", strerror(-error));
	session_end(session, error);
}

static int not_reached(struct session *session, int error)
{
	fprintf(session->out, "hadrian-clusterd cannot be reached: %s.\n", strerror(-error));
	return error;
}

static int status(struct session *session, bool links, bool modules)
{
	static const struct message_cluster_status standalone = {0};
	int error;

	session->links = links;
	session->verbose = modules;
	error = cluster_link_status(session->engine->cluster, on_status, session);
	if (!error)
		return SESSION_WAITS;
	if (error == -ENOTCONN && !configuration_in_cluster(&session->engine->running)) {
		print_status(&standalone, session->out);
		return 0;
	}
	return not_reached(session, error);
}

/* False, and said so, where this node is in no cluster. */
static bool in_cluster(struct session *session)
{
	if (configuration_in_cluster(&session->engine->running))
		return true;
	fputs(STANDALONE, session->out);
	return false;
}

static int command(struct session *session, enum cluster_command command, const char *done,
                   cluster_result_done answered)
{
	int error;

	if (!in_cluster(session))
		return -EINVAL;
	snprintf(session->argument, sizeof(session->argument), "%s", done);
	error = cluster_link_command(session->engine->cluster, command, answered, session);
	return error ? not_reached(session, error) : SESSION_WAITS;
}

static void publish(struct session *session, uint32_t flags)
{
	int error = engine_publish(session->engine, CONFIGURATION_FORCE | flags);

	if (error)
		not_reached(session, error);
	else
		fprintf(session->out, "Configuration %llu sent to the peer%s.\n",
		        (unsigned long long)session->engine->generation,
		        flags & CONFIGURATION_RESTART ? ", which starts again with it" : "");
	session_end(session, error);
}

/* Nobody answers what is published, so it is asked first whether there is a peer. */
static void send_where_it_is(struct session *session, int error, const struct message_cluster_status *status,
                             uint32_t flags)
{
	if (!error && status->configured && status->corosync_joined && status->peer_alive) {
		publish(session, flags);
		return;
	}
	if (error)
		not_reached(session, error);
	else
		fputs("Refused: The HA cluster peer cannot be reached, so nothing was sent. Check it with "
		      "`ha -status` and try again.\n",
		      session->out);
	session_end(session, error ? error : -EHOSTDOWN);
}

static void on_peer(void *user, int error, const struct message_cluster_status *status)
{
	send_where_it_is(user, error, status, 0);
}

static void on_peer_to_restart(void *user, int error, const struct message_cluster_status *status)
{
	send_where_it_is(user, error, status, CONFIGURATION_RESTART);
}

static int send_configuration(struct session *session, bool reboot)
{
	int error;

	if (!in_cluster(session))
		return -EINVAL;
	if (session->engine->uncommitted) {
		fputs("The active configuration is not committed yet: type 'commit' first.\n", session->out);
		return -EINVAL;
	}
	error = cluster_link_status(session->engine->cluster, reboot ? on_peer_to_restart : on_peer, session);
	return error ? not_reached(session, error) : SESSION_WAITS;
}

/* What comes from now on is what was asked for. The answer to the question comes before it. */
static void await_configuration(struct engine *engine, bool reboot)
{
	engine->accept_until_ns = qb_util_nano_current_get() + RECEIVE_SECONDS * QB_TIME_NS_IN_SEC;
	engine->accept_restarts = reboot;
}

static void on_requested(void *user, int error, const char *text)
{
	if (!error)
		await_configuration(((struct session *)user)->engine, false);
	on_result(user, error, text);
}

static void on_requested_to_restart(void *user, int error, const char *text)
{
	if (!error)
		await_configuration(((struct session *)user)->engine, true);
	on_result(user, error, text);
}

static int request_configuration(struct session *session, bool reboot)
{
	if (!reboot)
		return command(session, CLUSTER_REQUEST_CONFIGURATION,
		               "Configuration requested from the peer; cfglog tells when it is taken over.",
		               on_requested);
	if (!restart_is_possible()) {
		fputs("ha: " RESTART_IMPOSSIBLE ".\n", session->out);
		return -ENOTSUP;
	}
	return command(session, CLUSTER_REQUEST_CONFIGURATION,
	               "Configuration requested from the peer; this node starts again with it.",
	               on_requested_to_restart);
}

static bool receives(const struct line *line)
{
	return line_option(line, "receiveconf") || line_option(line, "recvconf");
}

/* One thing at a time. */
static int check_options(struct session *session, const struct line *line)
{
	static const char *const things[] = {"activate",    "deactivate", "sendconf",
	                                     "receiveconf", "recvconf",   "status"};
	const char *first = NULL;

	if (line_word_count(line) > 1) {
		fprintf(session->out, "ha: '%s' is no option. 'help ha' lists them.\n", line_word(line, 1));
		return -EINVAL;
	}
	for (size_t i = 0; i < sizeof(things) / sizeof(*things); i++) {
		if (!line_option(line, things[i]))
			continue;
		if (first) {
			fprintf(session->out,
			        "ha: -%s and -%s do not go together. Type one, then the other.\n", first,
			        things[i]);
			return -EINVAL;
		}
		first = things[i];
	}
	if (line_option(line, "reboot") && !receives(line) && !line_option(line, "sendconf")) {
		fputs("ha: -reboot belongs to -sendconf and -receiveconf.\n", session->out);
		return -EINVAL;
	}
	if (line_option(line, "module") && first && strcmp(first, "status") != 0) {
		fputs("ha: -module belongs to -status.\n", session->out);
		return -EINVAL;
	}
	return 0;
}

int command_ha(struct session *session, const struct line *line)
{
	bool reboot = line_option(line, "reboot") != NULL;
	int error = check_options(session, line);

	if (error)
		return error;
	if (line_option(line, "deactivate"))
		return command(session, CLUSTER_DEACTIVATE, "Performing deactivation.", on_result);
	if (line_option(line, "activate"))
		return command(session, CLUSTER_ACTIVATE, "Performing activation.", on_result);
	if (line_option(line, "sendconf"))
		return send_configuration(session, reboot);
	if (receives(line))
		return request_configuration(session, reboot);
	return status(session, line_option(line, "status") != NULL, line_option(line, "module") != NULL);
}
