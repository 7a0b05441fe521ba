/* SPDX-License-Identifier: GPL-2.0-or-later */

/* hadrian-mgmtd: configuration, command line, HTTPS, SSH. */

#include "lib/ipc.h"
#include "lib/log.h"
#include "lib/messages/commit.h"
#include "lib/paths.h"
#include "mgmt/mgmtd/backup/storage.h"
#include "mgmt/mgmtd/capture/capture.h"
#include "mgmt/mgmtd/diagnostics/diagnostics.h"
#include "mgmt/mgmtd/engine/cluster_link.h"
#include "mgmt/mgmtd/engine/datapath_link.h"
#include "mgmt/mgmtd/engine/engine.h"
#include "mgmt/mgmtd/engine/engine_learned.h"
#include "mgmt/mgmtd/files/mib_file.h"
#include "mgmt/mgmtd/https/cgi.h"
#include "mgmt/mgmtd/https/https.h"
#include "mgmt/mgmtd/import/preconfiguration.h"
#include "mgmt/mgmtd/log/log_receivers.h"
#include "mgmt/mgmtd/login/login.h"
#include "mgmt/mgmtd/login/password_worker.h"
#include "mgmt/mgmtd/login/radius.h"
#include "mgmt/mgmtd/session/session.h"
#include "mgmt/mgmtd/ssh/sshd.h"
#include "mgmt/mgmtd/statistics/usage.h"
#include "mgmt/mgmtd/time/clock.h"
#include "mgmt/mgmtd/upgrade/upgrade.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static struct engine engine = {.state_directory = PATH_STATE_DIRECTORY};

static struct preconfiguration *preconfiguration;

static int32_t on_terminate(int32_t signal, void *user)
{
	(void)signal;
	(void)user;
	qb_loop_stop(engine.loop);
	return -1;
}

static int32_t on_child(int32_t signal, void *user)
{
	(void)signal;
	(void)user;
	https_reap(engine.https);
	sshd_reap(engine.sshd);
	clock_reap(engine.clock);
	radius_reap(engine.radius);
	log_receivers_reap(engine.log);
	upgrade_reap(engine.upgrade);
	return 0;
}

static void on_datapath(void *user)
{
	engine_datapath_connected(user);
}

static void on_received(void *user, const char *json, size_t length, const struct message_configuration *head)
{
	engine_receive(user, json, length, head);
}

static void on_current(void *user)
{
	engine_publish(user, 0);
}

static void on_difference(void *user, const char *text)
{
	struct engine *told = user;
	char *line = strdup(text);

	if (!line)
		return;
	sessions_notify(told, text);
	for (char *at = line; (at = strchr(at, '\n'));)
		*at = ' ';
	cfglog_write(&told->cfglog, "Warning", "%s", line);
	free(line);
}

/* Also of a directory that was there, made by whatever installed it. */
static int make_directory(const char *path, mode_t mode)
{
	if (mkdir(path, mode) && errno != EEXIST)
		return -errno;
	return chmod(path, mode) ? -errno : 0;
}

static int watch_signals(void)
{
	int error = qb_loop_signal_add(engine.loop, QB_LOOP_HIGH, SIGTERM, NULL, on_terminate, NULL);

	if (!error)
		error = qb_loop_signal_add(engine.loop, QB_LOOP_HIGH, SIGINT, NULL, on_terminate, NULL);
	if (!error)
		error = qb_loop_signal_add(engine.loop, QB_LOOP_MED, SIGCHLD, NULL, on_child, NULL);
	signal(SIGPIPE, SIG_IGN);
	return error;
}

static int start(struct ipc_server **server)
{
	static const struct cluster_events events = {on_received, on_current, on_difference};
	int error = https_create(engine.loop, &engine.https);
	char reason[MESSAGE_TEXT];

	if (!error)
		error = sshd_create(engine.loop, &engine.sshd);
	if (!error)
		error = radius_create(&engine, &engine.radius);
	if (!error)
		error = log_receivers_create(engine.loop, &engine.log);
	if (!error)
		error = upgrade_create(engine.loop, &engine.upgrade);
	if (!error)
		error = storage_create(&engine, &engine.storage);
	if (!error)
		error = datapath_link_create(engine.loop, on_datapath, &engine, &engine.datapath);
	if (!error)
		error = engine_learned_create(&engine);
	if (!error)
		error = captures_create(&engine, &engine.captures);
	if (!error)
		error = diagnostics_create(&engine, &engine.diagnostics);
	if (!error)
		error = cluster_link_create(engine.loop, &events, &engine, &engine.cluster);
	if (!error)
		error = clock_create(engine.loop, &engine.clock);
	if (!error)
		error = usage_create(&engine, &engine.usage);
	if (!error)
		error = watch_signals();
	if (error)
		return error;
	engine_apply_running(&engine);
	if (mib_file_provide(&engine.files, reason))
		qb_log(LOG_WARNING, "the MIB cannot be fetched: %s", reason);
	error = cgi_listen(&engine, &engine.cgi);
	if (error)
		qb_log(LOG_ERR, "no CGI programs (socket %s): %s", PATH_CGI_SOCKET, strerror(-error));
	error = password_worker_create(engine.loop, &engine.hashes);
	if (error)
		return error;
	error = logins_listen(&engine, &engine.logins);
	if (error)
		qb_log(LOG_ERR, "no logins over SSH (socket %s): %s", PATH_LOGIN_SOCKET, strerror(-error));
	error = preconfiguration_create(&engine, &preconfiguration);
	return error ? error : sessions_listen(&engine, server);
}

static void stop(struct ipc_server *server)
{
	ipc_server_destroy(server);
	preconfiguration_destroy(preconfiguration);
	cgi_destroy(engine.cgi);
	logins_destroy(engine.logins);
	usage_destroy(engine.usage);
	clock_destroy(engine.clock);
	captures_destroy(engine.captures);
	diagnostics_destroy(engine.diagnostics);
	datapath_link_destroy(engine.datapath);
	cluster_link_destroy(engine.cluster);
	https_destroy(engine.https);
	sshd_destroy(engine.sshd);
	radius_destroy(engine.radius);
	log_receivers_destroy(engine.log);
	upgrade_destroy(engine.upgrade);
	storage_destroy(engine.storage);
	password_worker_destroy(engine.hashes);
	engine_free(&engine);
}

int main(void)
{
	struct ipc_server *server = NULL;
	char reason[256] = "";
	int error;

	umask(077); /* what others may read gets its mode by name */
	log_start("hadrian-mgmtd", 1);
	log_forward("hadrian-mgmtd");
	error = make_directory(PATH_RUN_DIRECTORY, 0755);
	if (!error)
		error = make_directory(PATH_STATE_DIRECTORY, 0700);
	if (!error)
		error = schema_load(NULL, &engine.schema, reason);
	if (!error) {
		cfglog_open(&engine.cfglog, PATH_STATE_DIRECTORY);
		error = engine_load(&engine, reason);
	}
	engine.loop = error ? NULL : qb_loop_create();
	if (engine.loop)
		error = start(&server);
	if (error || !engine.loop) {
		qb_log(LOG_CRIT, "cannot start: %s", *reason ? reason : strerror(error ? -error : ENOMEM));
		return 1;
	}
	qb_loop_run(engine.loop);
	stop(server);
	qb_loop_destroy(engine.loop);
	qb_log_fini();
	return 0;
}
