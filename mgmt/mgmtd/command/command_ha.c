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
		fputs("This device is a standalone system (HA not configured)\n", out);
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

	if (error)
		fprintf(session->out, "Refused: %s.\n", *text ? text : strerror(-error));
	else
		fprintf(session->out, "%s\n", session->argument);
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

static int command(struct session *session, enum cluster_command command, const char *done)
{
	int error;

	if (!configuration_in_cluster(&session->engine->running)) {
		fputs("This device is a standalone system (HA not configured)\n", session->out);
		return -EINVAL;
	}
	snprintf(session->argument, sizeof(session->argument), "%s", done);
	error = cluster_link_command(session->engine->cluster, command, on_result, session);
	return error ? not_reached(session, error) : SESSION_WAITS;
}

static int send_configuration(struct session *session, bool reboot)
{
	int error;

	if (session->engine->uncommitted) {
		fputs("The active configuration is not committed yet: type 'commit' first.\n", session->out);
		return -EINVAL;
	}
	error = engine_publish(session->engine, CONFIGURATION_FORCE | (reboot ? CONFIGURATION_RESTART : 0));
	if (error)
		return not_reached(session, error);
	fprintf(session->out, "Configuration %llu sent to the peer%s.\n",
	        (unsigned long long)session->engine->generation,
	        reboot ? ", which starts again with it" : "");
	return 0;
}

static int request_configuration(struct session *session, bool reboot)
{
	struct engine *engine = session->engine;

	if (reboot && !restart_is_possible()) {
		fputs("ha: " RESTART_IMPOSSIBLE ".\n", session->out);
		return -ENOTSUP;
	}
	engine->accept_until_ns = qb_util_nano_current_get() + RECEIVE_SECONDS * QB_TIME_NS_IN_SEC;
	engine->accept_restarts = reboot;
	return command(session, CLUSTER_REQUEST_CONFIGURATION,
	               reboot ? "Configuration requested from the peer; this node starts again with it."
	                      : "Configuration requested from the peer; cfglog tells when it is taken over.");
}

int command_ha(struct session *session, const struct line *line)
{
	bool receive = line_option(line, "receiveconf") || line_option(line, "recvconf");
	bool reboot = line_option(line, "reboot") != NULL;

	if (reboot && !receive && !line_option(line, "sendconf")) {
		fputs("ha: -reboot belongs to -sendconf and -receiveconf.\n", session->out);
		return -EINVAL;
	}
	if (line_option(line, "deactivate"))
		return command(session, CLUSTER_DEACTIVATE, "Performing deactivation.");
	if (line_option(line, "activate"))
		return command(session, CLUSTER_ACTIVATE, "Performing activation.");
	if (line_option(line, "sendconf"))
		return send_configuration(session, reboot);
	if (receive)
		return request_configuration(session, reboot);
	return status(session, line_option(line, "status") != NULL, line_option(line, "module") != NULL);
}
