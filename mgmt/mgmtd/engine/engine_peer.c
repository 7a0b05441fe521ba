/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/messages/commit.h"
#include "mgmt/mgmtd/backup/storage.h"
#include "mgmt/mgmtd/check/check.h"
#include "mgmt/mgmtd/configuration/merge.h"
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/configuration/secret.h"
#include "mgmt/mgmtd/configuration/secret_values.h"
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

/* What the peer sent, on its way into force. */
struct received {
	struct engine *engine;
	struct message_configuration head;
};

int engine_reseal(struct engine *engine)
{
	struct configuration *const all[] = {&engine->committed, &engine->running, &engine->candidate};
	unsigned changed = 0;
	int error = secrets_load(engine->state_directory);

	for (size_t i = 0; i < 3 && !error; i++) {
		unsigned more;

		error = secrets_seal(all[i], &more);
		changed += i ? 0 : more;
	}
	return error ? error : (int)changed;
}

/* The peer has the cluster's key only. */
static int reseal_committed(struct engine *engine)
{
	char *json = NULL;
	int changed = engine_reseal(engine), error;

	if (changed <= 0)
		return changed;
	error = configuration_print(&engine->committed, false, &json);
	if (!error)
		error = store_save(engine->state_directory, engine->generation, json);
	free(json);
	return error;
}

int engine_publish(struct engine *engine, uint32_t flags)
{
	char *json = NULL;
	int error = reseal_committed(engine);

	if (!error)
		error = configuration_print(&engine->committed, true, &json);

	if (!error)
		error = cluster_link_publish(engine->cluster, json, strlen(json), engine->generation, flags);
	free(json);
	return error;
}

/* The candidate's edits go on from what came in. Returns what to tell, malloc'ed; "" where there were none. */
static int keep_edits(struct engine *engine, char **told)
{
	struct configuration merged;
	char *conflicts = NULL;
	size_t length;
	FILE *out = open_memstream(&conflicts, &length);
	int error = out ? configuration_copy(&engine->running, &merged) : -ENOMEM, count = 0;

	*told = NULL;
	if (!error)
		count = configuration_merge(&engine->committed, &engine->candidate, &merged, out);
	if (out)
		fclose(out);
	if (!error && count < 0) {
		configuration_clear(&merged);
		error = count;
	}
	if (!error && count > 0 &&
	    asprintf(told, " Not kept, as it was changed at both nodes: %s.", conflicts) < 0)
		*told = NULL;
	if (!error && !count)
		*told = strdup(configuration_equal(&merged, &engine->running)
		                   ? ""
		                   : " Edits that are not committed are kept: see 'show -changes'.");
	free(conflicts);
	if (error)
		return error;
	configuration_clear(&engine->candidate);
	engine->candidate = merged;
	return 0;
}

static void tell_received(struct engine *engine, const struct message_configuration *head, const char *told)
{
	char text[sizeof(((struct session *)NULL)->notice)];

	snprintf(text, sizeof(text), "Configuration %llu of the cluster peer%s%s was taken over.%s",
	         (unsigned long long)head->generation, head->author[0] ? ", committed by " : "", head->author,
	         told);
	sessions_notify(engine, text);
	if (*told)
		cfglog_write(&engine->cfglog, "Notice",
		             "The peer's configuration %llu came over edits here.%.700s",
		             (unsigned long long)head->generation, told);
}

static void save_received(void *user, int error, const char *text)
{
	struct received *received = user;
	struct engine *engine = received->engine;
	char *json = NULL, *told = NULL;

	engine->receiving = false;
	if (!error)
		error = configuration_print(&engine->running, false, &json);
	if (!error)
		error = store_save(engine->state_directory, received->head.generation, json);
	free(json);
	if (!error)
		error = keep_edits(engine, &told);
	if (!error) {
		engine_log_commit(engine, received->head.generation, "of the peer was taken over",
		                  received->head.author);
		error = configuration_replace(&engine->committed, &engine->running);
	}
	if (error) {
		cfglog_write(&engine->cfglog, "Error", "The peer's configuration %llu was not taken over: %s",
		             (unsigned long long)received->head.generation,
		             text && *text ? text : strerror(-error));
	} else {
		engine->generation = received->head.generation;
		tell_received(engine, &received->head, told ? told : "");
		logins_review(engine);
		storage_committed(engine->storage);
	}
	free(told);
	free(received);
}

/* The parsed configuration with this node's own parts in it, or an error with the reason. */
static int read_received(struct engine *engine, const char *json, size_t length, struct configuration *next,
                         char reason[256])
{
	char *text = strndup(json, length), *problems = NULL;
	size_t problems_length = 0;
	FILE *out;
	int error;

	next->schema = engine->schema;
	next->tree = NULL;
	if (!text)
		return -ENOMEM;
	error = configuration_parse(next, text, reason);
	free(text);
	if (!error)
		error = secrets_load(engine->state_directory);
	if (!error)
		error = secrets_seal(next, NULL);
	if (!error)
		error = configuration_keep_own(next, &engine->committed);
	out = error ? NULL : open_memstream(&problems, &problems_length);
	if (!out)
		return error ? error : -ENOMEM;
	if (check_configuration(next, out)) {
		fflush(out);
		snprintf(reason, 256, "%.240s", problems);
		error = -EINVAL;
	}
	fclose(out);
	free(problems);
	return error;
}

enum newer { NEWER_NONE, NEWER_PEER, NEWER_OWN };

/*
 * Whose is newer. Of two different ones of one generation (both nodes were edited while apart) the master's wins on both,
 * whoever hears of the other first.
 */
static enum newer find_newer(struct engine *engine, const char *json, size_t length, uint64_t generation,
                             bool force)
{
	char *own = NULL;
	bool same;

	if (force || qb_util_nano_current_get() < engine->accept_until_ns)
		return NEWER_PEER;
	if (!configuration_auto_sync(&engine->committed))
		return NEWER_NONE;
	if (generation != engine->generation)
		return generation > engine->generation ? NEWER_PEER : NEWER_OWN;
	if (configuration_print(&engine->committed, true, &own))
		return NEWER_NONE;
	same = strlen(own) == length && !memcmp(own, json, length);
	free(own);
	if (same)
		return NEWER_NONE;
	return configuration_role(&engine->committed) == ROLE_SLAVE ? NEWER_PEER : NEWER_OWN;
}

static int keep_waiting(struct engine *engine, const char *json, size_t length,
                        const struct message_configuration *head)
{
	struct waiting_configuration *waiting = &engine->waiting;
	char *copy = malloc(length + 1);

	if (!copy)
		return -ENOMEM;
	memcpy(copy, json, length);
	copy[length] = 0;
	free(waiting->json);
	waiting->json = copy;
	waiting->length = length;
	waiting->head = *head;
	return 0;
}

static void on_waiting(void *user)
{
	struct engine *engine = user;
	char *json = engine->waiting.json;
	struct message_configuration head = engine->waiting.head;

	engine->waiting.scheduled = false;
	engine->waiting.json = NULL;
	if (json)
		engine_receive(engine, json, engine->waiting.length, &head);
	free(json);
}

void engine_receive_waiting(struct engine *engine)
{
	if (!engine->waiting.json || engine->waiting.scheduled)
		return;
	engine->waiting.scheduled = !qb_loop_job_add(engine->loop, QB_LOOP_MED, engine, on_waiting);
}

/* Activated here and not committed: the peer's goes before. The candidate keeps it. */
static bool withdraw(struct engine *engine)
{
	if (!engine->uncommitted)
		return false;
	engine_stop_commit_timer(engine);
	if (configuration_replace(&engine->running, &engine->committed))
		return false;
	cfglog_write(
	    &engine->cfglog, "Warning",
	    "Beginning system reconfigure. What was activated here and not committed gives way to the "
	    "cluster peer's newer configuration.");
	return true;
}

static void refused(struct engine *engine, const struct message_configuration *head, int error,
                    const char *reason)
{
	cfglog_write(&engine->cfglog, "Error", "The peer's configuration %llu was refused: %s",
	             (unsigned long long)head->generation, *reason ? reason : strerror(-error));
}

/* What a running node cannot change over to, other IDs of its interfaces above all, it has from its next start on. */
static int start_with(struct engine *engine, const struct configuration *next,
                      const struct message_configuration *head, char reason[256])
{
	char *json = NULL;
	int error;

	if (!restart_is_possible()) {
		snprintf(reason, 256, "%s", RESTART_IMPOSSIBLE);
		return -ENOTSUP;
	}
	error = configuration_print(next, false, &json);
	if (!error)
		error = store_save(engine->state_directory, head->generation, json);
	free(json);
	if (error)
		return error;
	cfglog_write(&engine->cfglog, "Notice",
	             "Configuration %llu of the peer is taken over by the start that follows.",
	             (unsigned long long)head->generation);
	sessions_notify(engine, "The system is going down NOW!");
	return restart_node();
}

void engine_receive(struct engine *engine, const char *json, size_t length,
                    const struct message_configuration *head)
{
	struct configuration next = {0};
	struct received *received = NULL;
	char reason[256] = "";
	bool restart = head->flags & CONFIGURATION_RESTART;
	int error;

	if (engine->activation.busy) {
		error = keep_waiting(engine, json, length, head);
		if (error)
			refused(engine, head, error, "");
		return;
	}
	switch (find_newer(engine, json, length, head->generation, head->flags != 0)) {
	case NEWER_NONE:
		return;
	case NEWER_OWN:
		/* The peer has just begun to synchronize, or has not heard yet. */
		engine_publish(engine, 0);
		return;
	case NEWER_PEER:
		break;
	}
	restart |= engine->accept_restarts && qb_util_nano_current_get() < engine->accept_until_ns;
	engine->accept_until_ns = 0;
	error = read_received(engine, json, length, &next, reason);
	if (!error && restart) {
		error = start_with(engine, &next, head, reason);
	} else if (!error) {
		received = malloc(sizeof(*received));
		error = received ? 0 : -ENOMEM;
	}
	if (received) {
		bool withdrawn = withdraw(engine);

		*received = (struct received){engine, *head};
		engine->receiving = true;
		error = engine_activate(engine, &next, save_received, received, reason);
		if (error) {
			engine->receiving = false;
			free(received);
		}
		if (error && withdrawn)
			engine_apply_running(engine);
	}
	if (error)
		refused(engine, head, error, reason);
	configuration_clear(&next);
}
