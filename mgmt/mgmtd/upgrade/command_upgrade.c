/* SPDX-License-Identifier: GPL-2.0-or-later */

/* `upgrade`: another release of the software, from a package in the administrator's root folder (C02-110, C02-113). */

#include "mgmt/mgmtd/upgrade/command_upgrade.h"
#include "lib/messages/cluster.h"
#include "lib/messages/file.h"
#include "lib/messages/type.h"
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/engine/cluster_link.h"
#include "mgmt/mgmtd/engine/restart.h"
#include "mgmt/mgmtd/engine/version.h"
#include "mgmt/mgmtd/files/file_store.h"
#include "mgmt/mgmtd/session/action_log.h"
#include "mgmt/mgmtd/session/table.h"
#include "mgmt/mgmtd/upgrade/upgrade.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define QUESTION "Are you sure you want to continue? [yes/no]:"
/* 72 columns, as the guide prints it; under it grow as many bars. */
#define RULER "|0%Validating                     |50%Extracting                   |100%\n"
#define BARS  70

static int refuse(struct session *session, int error, const char *reason)
{
	fprintf(session->out, "upgrade: %s.\n", reason);
	return error;
}

static bool is_package(const char *name)
{
	const char *end = strrchr(name, '.');

	return end && !strcasecmp(end, ".upg");
}

/* A name in the root folder that ends with .upg. */
static int parse_name(struct session *session, const char *name, bool pattern, struct file_path *path)
{
	char reason[MESSAGE_TEXT];
	int error = file_path_parse(name, path, reason);

	if (error)
		return refuse(session, error, reason);
	if (path->folder != FILE_ROOT || !is_package(path->name))
		return refuse(session, -EINVAL,
		              "a package is a file of the root folder whose name ends with .upg; 'upgrade "
		              "-list' lists them");
	if (path->pattern && !pattern)
		return refuse(session, -EINVAL,
		              "wildcards can be used with -delete only; give one package's whole name");
	return 0;
}

static int list(struct session *session)
{
	static struct message_file_entry entries[FILE_ENTRIES_MAX];
	struct table table = {.right = 2};
	struct file_path root = {.folder = FILE_ROOT, .name = "*", .pattern = true};
	char reason[MESSAGE_TEXT];
	size_t count = 0, found = 0;
	int error = file_store_list(&session->engine->files, &root, entries, &count, reason);

	if (error && error != -ENOENT)
		return refuse(session, error, reason);
	table_column(&table, "Name");
	table_column(&table, "Size");
	for (size_t i = 0; i < count; i++) {
		const char *name = entries[i].path + (entries[i].path[0] == '/');

		if (entries[i].folder || !is_package(name))
			continue;
		table_row(&table, "");
		table_cell(&table, "%s", name);
		table_cell(&table, "%llu", (unsigned long long)entries[i].size);
		found++;
	}
	table_print(&table, 0, session->out);
	if (!found)
		fputs("There is no package; upload one with SCP.\n", session->out);
	return 0;
}

static int delete_packages(struct session *session, const char *name)
{
	static struct message_file_entry entries[FILE_ENTRIES_MAX];
	struct file_path path;
	char reason[MESSAGE_TEXT];
	size_t count = 0;
	int error = parse_name(session, name, true, &path);

	if (error)
		return error;
	error = file_store_list(&session->engine->files, &path, entries, &count, reason);
	if (error)
		return refuse(session, error, reason);
	if (!count)
		return refuse(session, -ENOENT, "no package has such a name; 'upgrade -list' lists them");
	for (size_t i = 0; i < count && !error; i++) {
		error = file_path_parse(entries[i].path, &path, reason);
		if (!error)
			error = file_store_remove(&session->engine->files, &path, reason);
		if (!error)
			fprintf(session->out, "Deleted %s.\n", path.name);
	}
	return error ? refuse(session, error, reason) : 0;
}

static void draw(struct session *session, unsigned bars)
{
	char text[BARS + 1];

	if (bars > BARS || bars <= session->rows)
		return;
	memset(text, '|', bars - session->rows);
	text[bars - session->rows] = 0;
	if (!session_push(session, text))
		session->rows = bars;
}

static void on_progress(void *user, bool validating, unsigned percent)
{
	struct session *session = user;

	draw(session, (validating ? percent : 100 + percent) * BARS / 200);
	session_rearm(session);
}

/* Releases that differ behind their second number only are patches. */
static bool is_patch(const char *version)
{
	const char *running = version_running();
	size_t length = strcspn(running, ".");

	length += running[length] ? 1 + strcspn(running + length + 1, ".") : 0;
	return !strncmp(running, version, length) && (version[length] == '.' || !version[length]);
}

static void on_done(void *user, const char *version, const char *refused)
{
	struct session *session = user;

	fputc('\n', session->out);
	if (refused) {
		/* An attempt is told of as well; which release it is for is not known (MA-067). */
		action_log(session, "update/major", session->argument);
		cfglog_write(&session->engine->cfglog, "Error", "Upgrade with %s refused: %s.",
		             session->argument, refused);
		fprintf(session->out, "%s is refused: %s. Nothing was changed.\n", session->argument,
		        refused);
	} else {
		cfglog_write(&session->engine->cfglog, "Notice", "User %s upgrades to release %s.",
		             session->user, version);
		action_log(session, is_patch(version) ? "update/patches" : "update/major", version);
		fprintf(
		    session->out,
		    "Release %s is installed. Where it does not come up, the present one returns by itself.\n"
		    "The system is going down NOW!\n",
		    version);
	}
	session_end(session, refused ? -EBADMSG : 0);
}

int upgrade_run(struct session *session, int fd, upgrade_ended ended, void *owner)
{
	static const struct upgrade_events events = {on_progress, on_done};
	int error;

	session->rows = 0;
	error = upgrade_start(session->engine->upgrade, fd, &events, session, ended, owner);
	if (error)
		return error;
	session_push(session, RULER);
	return SESSION_WAITS;
}

static int begin(struct session *session)
{
	struct file_path path;
	char reason[MESSAGE_TEXT];
	int fd, error = parse_name(session, session->argument, false, &path);

	if (error)
		return error;
	fd = file_store_open(&session->engine->files, &path, reason);
	if (fd < 0)
		return refuse(session, fd, reason);
	error = upgrade_run(session, fd, NULL, NULL);
	close(fd);
	if (error != SESSION_WAITS)
		return refuse(session, error,
		              error == -EBUSY ? "another upgrade is under way" : strerror(-error));
	return error;
}

static int on_answer(struct session *session, const char *answer)
{
	if (answer_is_yes(answer))
		return begin(session);
	fputs("Nothing was changed.\n", session->out);
	return 0;
}

static int ask(struct session *session, const char *advice)
{
	fprintf(session->out, "\nThis will upgrade the system using %s\n%s\n", session->argument, advice);
	return session_ask(session, QUESTION, on_answer);
}

static void on_status(void *user, int error, const struct message_cluster_status *status)
{
	struct session *session = user;
	const char *advice = "This node is inactive: traffic goes on through its peer while it restarts.";

	if (error)
		advice = "The state of the cluster is not known; upgrade the inactive node first.";
	else if (status->active && status->peer_alive)
		advice = "This node is active: the peer takes over before it restarts. Upgrade the inactive "
		         "node first.";
	else if (status->active)
		advice = "The peer is not alive: no traffic is forwarded while this node restarts.";
	session_end(session, ask(session, advice));
}

/* The file is looked for at once, so that nobody confirms what cannot be. */
static int upgrade(struct session *session, const char *name, bool force)
{
	struct file_path path;
	char reason[MESSAGE_TEXT];
	int fd, error = parse_name(session, name, false, &path);

	if (error)
		return error;
	if (!restart_is_possible())
		return refuse(
		    session, -ENOTSUP,
		    "this node's daemons were not started by hadrian-supervisor, which upgrades need");
	fd = file_store_open(&session->engine->files, &path, reason);
	if (fd < 0)
		return refuse(session, fd, reason);
	close(fd);
	snprintf(session->argument, sizeof(session->argument), "%s", path.name);
	if (force)
		return begin(session);
	if (!configuration_in_cluster(&session->engine->running))
		return ask(session, "No traffic is forwarded while the system restarts.");
	error = cluster_link_status(session->engine->cluster, on_status, session);
	if (!error)
		return SESSION_WAITS;
	return ask(session, "The state of the cluster is not known; upgrade the inactive node first.");
}

int command_upgrade(struct session *session, const struct line *line)
{
	const char *name = line_word(line, 1);
	size_t words = line_word_count(line);

	if (line_option(line, "list"))
		return words == 1 ? list(session)
		                  : refuse(session, -EINVAL, "-list lists all packages and takes no name");
	if (words != 2)
		return refuse(session, -EINVAL, "give one package's name; 'upgrade -list' lists them");
	if (line_option(line, "delete"))
		return delete_packages(session, name);
	return upgrade(session, name, line_option(line, "force") != NULL);
}
