/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/engine/engine.h"
#include "lib/messages/cluster.h"
#include "mgmt/mgmtd/build.h"
#include "mgmt/mgmtd/check/check.h"
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/configuration/secret.h"
#include "mgmt/mgmtd/engine/cluster_link.h"
#include "mgmt/mgmtd/engine/datapath_link.h"
#include "mgmt/mgmtd/engine/engine_learned.h"
#include "mgmt/mgmtd/engine/restart.h"
#include "mgmt/mgmtd/engine/version.h"
#include "mgmt/mgmtd/https/https.h"
#include "mgmt/mgmtd/log/log_receivers.h"
#include "mgmt/mgmtd/login/radius.h"
#include "mgmt/mgmtd/policy/policy_build.h"
#include "mgmt/mgmtd/ssh/sshd.h"
#include "mgmt/mgmtd/time/clock.h"

#include <errno.h>
#include <qb/qbutil.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"

/* Clusterd and HTTPS take what they are given at once; only the datapath may refuse. */
static void apply_rest(struct engine *engine)
{
	static struct message_cluster_identity identity;
	struct message_cluster_configuration cluster;
	struct configuration copy = {0};
	const struct configuration *view = engine_learned_view(engine, &engine->running, &copy);

	clock_configure(engine->clock, &engine->running); /* first: what follows is told the zone */
	datapath_link_time_zone(engine->datapath);
	cluster_configuration_build(&engine->running, &cluster);
	cluster_identity_build(&engine->running, version_running(), HADRIAN_BUILD_NAME, &identity);
	cluster_link_configure(engine->cluster, &cluster, &identity);
	https_configure(engine->https, view);
	sshd_configure(engine->sshd, view);
	radius_configure(engine->radius, &engine->running);
	log_receivers_configure(engine->log, &engine->running);
	configuration_clear(&copy);
}

static void log_result(void *user, int error, const char *text)
{
	struct engine *engine = user;

	if (error)
		cfglog_write(&engine->cfglog, "Error", "The datapath refused the running configuration: %s",
		             text);
	/* One that went away gets it again when it is back. */
	if (error != -ENOTCONN)
		restart_report(error ? text : engine->lost ? "it cannot read the saved configuration" : NULL);
}

static int send_policy(struct engine *engine, const struct configuration *configuration, datapath_result done,
                       void *user, char reason[256])
{
	struct configuration copy = {0};
	const struct configuration *view = engine_learned_view(engine, configuration, &copy);
	size_t length;
	void *blob;
	int error = policy_build(view, ++engine->policy_generation, &blob, &length, reason);

	configuration_clear(&copy);
	if (error)
		return error;
	engine_learned_order(engine, configuration);
	error = datapath_link_apply(engine->datapath, engine->policy_generation, blob, length, done, user);
	free(blob);
	if (error)
		snprintf(reason, 256, "the datapath cannot be reached: %s", strerror(-error));
	return error;
}

static void send_running(struct engine *engine)
{
	char reason[256];

	if (send_policy(engine, &engine->running, log_result, engine, reason))
		qb_log(LOG_WARNING, "running configuration not sent to the datapath: %s", reason);
}

/* Without what interfaces have learned, addresses that are in use would be gone for a moment. */
void engine_datapath_connected(struct engine *engine)
{
	if (!engine_learned_ask(engine))
		send_running(engine);
}

void engine_apply_running(struct engine *engine)
{
	if (datapath_link_is_up(engine->datapath))
		send_running(engine);
	apply_rest(engine);
}

static void finish(struct engine *engine, int error, const char *text)
{
	struct activation *activation = &engine->activation;
	activation_done done = activation->done;
	void *user = activation->user;

	if (!activation->busy)
		return;
	timer_stop(&activation->timer);
	activation->busy = false;
	if (error) {
		configuration_clear(&activation->next);
		cfglog_write(&engine->cfglog, "Error", "Reconfigure failed, the old configuration stays: %s",
		             text);
		engine_learned_order(engine, &engine->running);
	} else {
		configuration_clear(&engine->running);
		engine->running = activation->next;
		activation->next.tree = NULL;
		/* Here, as whoever typed it may be gone: what nobody commits returns all the same. */
		if (configuration_equal(&engine->running, &engine->committed))
			engine_stop_commit_timer(engine);
		else if (!engine->receiving)
			engine_await_commit(engine);
		apply_rest(engine);
		cfglog_write(&engine->cfglog, "Notice", "Reconfigure completed successfully.");
	}
	if (done)
		done(user, error, text);
	engine_learned_waiting(engine);
	engine_receive_waiting(engine);
}

static void on_result(void *user, int error, const char *text)
{
	struct engine *engine = user;

	/* A datapath that went away gets the policy when it is back. */
	if (error == -ENOTCONN)
		finish(engine, 0, "The datapath went away; the configuration is applied when it is back.");
	else
		finish(engine, error, text);
}

static void on_timeout(void *user)
{
	struct engine *engine = user;

	datapath_link_forget(engine->datapath, engine);
	finish(engine, -ETIMEDOUT, "the datapath does not answer");
	/* It may take the new policy yet: the old one is sent behind it. */
	engine_apply_running(engine);
}

int engine_activate(struct engine *engine, const struct configuration *next, activation_done done, void *user,
                    char reason[256])
{
	struct activation *activation = &engine->activation;
	int error;

	if (activation->busy) {
		snprintf(reason, 256, "another activation is under way; try again in a moment");
		return -EBUSY;
	}
	error = configuration_copy(next, &activation->next);
	if (error) {
		snprintf(reason, 256, "out of memory");
		return error;
	}
	*activation = (struct activation){.busy = true, .next = activation->next, .done = done, .user = user};
	cfglog_write(&engine->cfglog, "Notice",
	             "Beginning system reconfigure. Activating new configuration.");
	error = send_policy(engine, next, on_result, engine, reason);
	if (error == -ENOTCONN) {
		finish(engine, 0,
		       "The datapath does not run; the configuration is applied when it is there.");
		return 0;
	}
	if (error) {
		activation->done = NULL;
		finish(engine, error, reason);
		return error;
	}
	(void)timer_start(&activation->timer, engine->loop, QB_LOOP_MED,
	                  ACTIVATION_TIMEOUT_MS * QB_TIME_NS_IN_MSEC, engine, on_timeout);
	return 0;
}

void engine_forget(struct engine *engine, const void *user)
{
	if (engine->activation.busy && engine->activation.user == user)
		engine->activation.done = NULL;
	if (engine->claim.busy && engine->claim.user == user)
		engine->claim.done = NULL;
}

void engine_free(struct engine *engine)
{
	engine_learned_destroy(engine);
	configuration_clear(&engine->committed);
	configuration_clear(&engine->running);
	configuration_clear(&engine->candidate);
	configuration_clear(&engine->activation.next);
	free(engine->waiting.json);
	renames_clear(&engine->renames);
	secrets_unload();
	schema_free(engine->schema);
}
