/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/check.h"
#include "mgmt/mgmtd/cluster_link.h"
#include "mgmt/mgmtd/engine.h"
#include "mgmt/mgmtd/resolve.h"
#include "mgmt/mgmtd/secret.h"
#include "mgmt/mgmtd/secret_values.h"
#include "mgmt/mgmtd/session.h"
#include "mgmt/mgmtd/store.h"

#include <errno.h>
#include <qb/qbutil.h>
#include <stdlib.h>
#include <string.h>

/* What the peer sent, on its way into force. */
struct received {
	struct engine *engine;
	uint64_t generation;
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

int engine_publish(struct engine *engine, bool force)
{
	char *json = NULL;
	int error = reseal_committed(engine);

	if (!error)
		error = configuration_print(&engine->committed, true, &json);

	if (!error)
		error = cluster_link_publish(engine->cluster, json, strlen(json), engine->generation, force);
	free(json);
	return error;
}

static void save_received(void *user, int error, const char *text)
{
	struct received *received = user;
	struct engine *engine = received->engine;
	char *json = NULL;

	if (!error)
		error = configuration_print(&engine->running, false, &json);
	if (!error)
		error = store_save(engine->state_directory, received->generation, json);
	free(json);
	if (!error)
		error = configuration_replace(&engine->committed, &engine->running);
	if (!error)
		error = configuration_replace(&engine->candidate, &engine->running);
	if (error) {
		cfglog_write(&engine->cfglog, "Error", "The peer's configuration %llu was not taken over: %s",
		             (unsigned long long)received->generation,
		             text && *text ? text : strerror(-error));
	} else {
		engine->generation = received->generation;
		cfglog_write(&engine->cfglog, "Notice", "The peer's configuration %llu was taken over.",
		             (unsigned long long)received->generation);
		sessions_notify(engine,
		                "The configuration of the cluster peer was taken over; edits that were not "
		                "committed are gone.");
	}
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

/*
 * Whether the peer's is newer. Of two different ones of one generation (both nodes were edited while apart)
 * the master's wins on both, whoever hears of the other first.
 */
static bool is_newer(struct engine *engine, const char *json, size_t length, uint64_t generation, bool force)
{
	char *own = NULL;
	bool same;

	if (force || qb_util_nano_current_get() < engine->accept_until_ns)
		return true;
	if (!configuration_auto_sync(&engine->committed) || generation < engine->generation)
		return false;
	if (generation > engine->generation)
		return true;
	if (configuration_print(&engine->committed, true, &own))
		return false;
	same = strlen(own) == length && !memcmp(own, json, length);
	free(own);
	return !same && configuration_role(&engine->committed) == ROLE_SLAVE;
}

void engine_receive(struct engine *engine, const char *json, size_t length, uint64_t generation, bool force)
{
	struct configuration next = {0};
	struct received *received;
	char reason[256] = "";
	int error;

	if (!is_newer(engine, json, length, generation, force))
		return;
	engine->accept_until_ns = 0;
	error = read_received(engine, json, length, &next, reason);
	received = error ? NULL : malloc(sizeof(*received));
	if (received) {
		*received = (struct received){engine, generation};
		if (engine->uncommitted)
			engine_rollback(engine, "The cluster peer's newer configuration comes in.");
		error = engine_activate(engine, &next, save_received, received, reason);
		if (error)
			free(received);
	}
	if (error)
		cfglog_write(&engine->cfglog, "Error", "The peer's configuration %llu was refused: %s",
		             (unsigned long long)generation, *reason ? reason : strerror(-error));
	configuration_clear(&next);
}
