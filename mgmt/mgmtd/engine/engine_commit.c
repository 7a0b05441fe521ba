/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/messages/cluster.h"
#include "mgmt/mgmtd/backup/backup.h"
#include "mgmt/mgmtd/backup/storage.h"
#include "mgmt/mgmtd/configuration/merge.h"
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/configuration/store.h"
#include "mgmt/mgmtd/engine/cluster_link.h"
#include "mgmt/mgmtd/engine/engine.h"
#include "mgmt/mgmtd/engine/restart.h"
#include "mgmt/mgmtd/login/login.h"
#include "mgmt/mgmtd/session/session.h"

#include <errno.h>
#include <qb/qbutil.h>
#include <stdlib.h>
#include <string.h>

#define OBJECTS_LOGGED 20

void engine_log_commit(struct engine *engine, uint64_t generation, const char *how, const char *author)
{
	char *objects = NULL;
	size_t length;
	FILE *out = open_memstream(&objects, &length);
	unsigned count = 0;

	if (out) {
		count = configuration_differences(&engine->committed, &engine->running, OBJECTS_LOGGED, out);
		fclose(out);
	}
	cfglog_write(&engine->cfglog, "Notice", "Configuration %llu %s%s%s%s%.800s.",
	             (unsigned long long)generation, how, *author ? " by " : "", author, count ? ": " : "",
	             count ? objects : "");
	free(objects);
}

void engine_stop_commit_timer(struct engine *engine)
{
	timer_stop(&engine->commit_timer);
	engine->uncommitted = false;
}

/* Running becomes committed, on disk and at the peer. */
static int save(struct engine *engine, char reason[256])
{
	char *json = NULL;
	int error = engine_reseal(engine);

	if (error >= 0)
		error = configuration_print(&engine->running, false, &json);
	if (!error)
		error = store_save(engine->state_directory, engine->generation + 1, json);
	free(json);
	if (!error) {
		engine_log_commit(engine, engine->generation + 1, "committed", engine->claim.author);
		error = configuration_replace(&engine->committed, &engine->running);
	}
	if (error) {
		snprintf(reason, 256, "the configuration could not be saved in %.150s: %s",
		         engine->state_directory, strerror(-error));
		return error;
	}
	engine->generation++;
	if (configuration_equal(&engine->candidate, &engine->committed))
		renames_clear(&engine->renames);
	engine_stop_commit_timer(engine);
	logins_review(engine);
	storage_committed(engine->storage);
	if (configuration_in_cluster(&engine->committed) && configuration_auto_sync(&engine->committed))
		engine_publish(engine, 0);
	return 0;
}

static void finish(struct engine *engine, int error, const char *reason)
{
	commit_done done = engine->claim.done;
	void *user = engine->claim.user;

	engine->claim.busy = false;
	configuration_clear(&engine->claim.at_start);
	if (error)
		cfglog_write(&engine->cfglog, "Warning", "A commit%s%s was refused: %s",
		             engine->claim.author[0] ? " of " : "", engine->claim.author, reason);
	if (done)
		done(user, error, reason);
}

static void restart(struct engine *engine)
{
	char reason[256];
	int error = restart_node();

	if (error)
		snprintf(reason, sizeof(reason), "it is saved, but the node cannot start again by itself: %s",
		         strerror(-error));
	finish(engine, error, error ? reason : "");
}

static void on_published(void *user, int error, const struct message_cluster_status *status)
{
	(void)error;
	(void)status;
	restart(user);
}

/*
 * Saved for the next start. The peer gets it before this node goes, so that a claim of the peer that is on its way does not find itself alone:
 * clusterd answers when it has sent what came before.
 */
static int save_for_start(struct engine *engine, bool claimed, char reason[256])
{
	const struct configuration *configuration = &engine->claim.at_start;
	uint64_t generation = engine->generation + 1;
	char *json = NULL;
	int error = backup_restore_at_start(engine, configuration, reason);

	if (error)
		return error;
	if (claimed && !configuration_print(configuration, true, &json))
		cluster_link_publish(engine->cluster, json, strlen(json), generation, false);
	free(json);
	if (claimed)
		cluster_link_claim_end(engine->cluster, generation);
	if (!claimed || cluster_link_status(engine->cluster, on_published, engine))
		restart(engine);
	return 0;
}

/*
 * Whether what is claimed may be saved. What the peer committed may be in force here by now, or on its way: a peer that has
 * left since is not there to refuse a claim on the generation before. Or the changes were taken back for it.
 */
static int judge(const struct engine *engine, char reason[256])
{
	const struct waiting_configuration *waiting = &engine->waiting;
	uint64_t base = engine->claim.base;

	if (!engine->receiving && !(waiting->json && waiting->head.generation > base) &&
	    base == engine->generation && (engine->claim.at_start.tree || engine->uncommitted))
		return 0;
	snprintf(reason, 256, "the configuration of the cluster peer came first");
	return -ESTALE;
}

static void on_claimed(void *user, int error, const char *text)
{
	struct engine *engine = user;
	char reason[256];

	snprintf(reason, sizeof(reason), "%s", text);
	if (!error)
		error = judge(engine, reason);
	if (!error && engine->claim.at_start.tree) {
		error = save_for_start(engine, true, reason);
		if (!error)
			return;
	} else if (!error) {
		error = save(engine, reason);
	}
	cluster_link_claim_end(engine->cluster, engine->generation);
	finish(engine, error, error ? reason : "");
}

/*
 * A node that has synchronized nothing so far knows nothing of what its peer committed, so that it can follow nothing: it commits
 * alone, and which of the two configurations holds is found out then (engine_receive).
 */
static bool is_ordered(const struct engine *engine)
{
	return configuration_in_cluster(&engine->running) && configuration_auto_sync(&engine->running) &&
	       configuration_auto_sync(&engine->committed);
}

/* The claim goes out, or nobody is there to ask. */
static int begin_claim(struct engine *engine)
{
	struct commit_claim *claim = &engine->claim;
	bool at_start = claim->at_start.tree;
	char reason[256] = "";
	int error = is_ordered(engine)
	                ? cluster_link_claim(engine->cluster, claim->base, claim->author, on_claimed, engine)
	                : -ENOTCONN;

	if (!error)
		return 0;
	if (error == -ENOTCONN)
		error = judge(engine, reason);
	else
		snprintf(reason, sizeof(reason), "the cluster cannot be asked: %s", strerror(-error));
	if (!error)
		error = at_start ? save_for_start(engine, false, reason) : save(engine, reason);
	if (error || !at_start)
		finish(engine, error, reason);
	return 0;
}

int engine_commit(struct engine *engine, const char *author, commit_done done, void *user)
{
	struct commit_claim *claim = &engine->claim;

	if (claim->busy)
		return -EBUSY;
	*claim = (struct commit_claim){.busy = true, .base = engine->generation, .done = done, .user = user};
	snprintf(claim->author, sizeof(claim->author), "%s", author);
	return begin_claim(engine);
}

int engine_commit_at_start(struct engine *engine, const struct configuration *configuration,
                           const char *author, commit_done done, void *user)
{
	struct commit_claim *claim = &engine->claim;
	int error;

	if (claim->busy)
		return -EBUSY;
	*claim = (struct commit_claim){.base = engine->generation, .done = done, .user = user};
	snprintf(claim->author, sizeof(claim->author), "%s", author);
	error = configuration_copy(configuration, &claim->at_start);
	if (error)
		return error;
	claim->busy = true;
	return begin_claim(engine);
}

void engine_rollback(struct engine *engine, const char *why)
{
	bool was_running = engine->uncommitted;

	engine_stop_commit_timer(engine);
	if (configuration_replace(&engine->candidate, &engine->committed) ||
	    (was_running && configuration_replace(&engine->running, &engine->committed))) {
		cfglog_write(&engine->cfglog, "Error",
		             "Out of memory on the way back to the committed configuration.");
		return;
	}
	renames_clear(&engine->renames);
	if (!was_running)
		return;
	cfglog_write(&engine->cfglog, "Warning", "Beginning system reconfigure. %s", why);
	engine_apply_running(engine);
}

static void on_commit_timeout(void *user)
{
	struct engine *engine = user;
	char why[160];

	/* `commit` was typed in time, and the peer's answer is on its way. Or what is activated now comes into force. */
	if (engine->claim.busy || engine->activation.busy) {
		engine_await_commit(engine);
		return;
	}
	snprintf(why, sizeof(why), "No commit within %u seconds: the committed configuration is restored.",
	         engine_commit_seconds(engine));
	engine_rollback(engine, why);
	sessions_notify(engine, why);
}

unsigned engine_commit_seconds(const struct engine *engine)
{
	return setting_number(&engine->running, "RemoteMgmtSettings", "BiDirTimeout");
}

void engine_await_commit(struct engine *engine)
{
	engine_stop_commit_timer(engine);
	engine->uncommitted = true;
	(void)timer_start(&engine->commit_timer, engine->loop, QB_LOOP_MED,
	                  engine_commit_seconds(engine) * QB_TIME_NS_IN_SEC, engine, on_commit_timeout);
}
