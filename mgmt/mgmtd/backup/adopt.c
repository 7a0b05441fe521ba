/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/backup/adopt.h"
#include "lib/messages/commit.h"
#include "mgmt/mgmtd/check/check.h"
#include "mgmt/mgmtd/https/listeners.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LINES_MAX 100

static char adopted_by[COMMIT_AUTHOR_MAX];

void adopt_log(struct engine *engine, const char *text)
{
	for (unsigned i = 0; i < LINES_MAX && *text; i++) {
		size_t length = strcspn(text, "\n");

		cfglog_write(&engine->cfglog, "Warning", "%.*s", (int)(length > 800 ? 800 : length), text);
		text += length + (text[length] == '\n');
	}
}

static void on_committed(void *user, int error, const char *reason)
{
	struct engine *engine = user;

	if (error)
		cfglog_write(&engine->cfglog, "Error", "The configuration by %s was not committed: %s",
		             adopted_by, reason);
}

static void on_activated(void *user, int error, const char *text)
{
	struct engine *engine = user;

	if (error) {
		cfglog_write(&engine->cfglog, "Error", "The configuration by %s was not activated: %s",
		             adopted_by, text);
		engine_rollback(engine, "");
		return;
	}
	engine_await_commit(engine); /* also where nothing differs: it is to be on disk */
	error = engine_commit(engine, adopted_by, on_committed, engine);
	if (error)
		on_committed(engine, error, strerror(-error));
}

static unsigned refused(struct engine *engine, const struct configuration *configuration)
{
	char *said = NULL;
	size_t size;
	FILE *out = open_memstream(&said, &size);
	unsigned count;

	if (!out)
		return 1;
	count = check_refused(configuration, out);
	if (!fclose(out))
		adopt_log(engine, said);
	free(said);
	return count;
}

int configuration_adopt(struct engine *engine, const struct configuration *configuration, const char *author)
{
	char reason[256] = "";
	int error;

	if (engine->activation.busy || engine->claim.busy || engine->uncommitted)
		return -EBUSY;
	snprintf(adopted_by, sizeof(adopted_by), "%s", author);
	if (refused(engine, configuration)) {
		cfglog_write(&engine->cfglog, "Error",
		             "The configuration by %s is inconsistent, or this node has not what it needs: "
		             "it is not used.",
		             adopted_by);
		return -EINVAL;
	}
	error = listeners_check(&engine->running, configuration, reason);
	if (!error)
		error = configuration_replace(&engine->candidate, configuration);
	if (!error)
		error = engine_activate(engine, &engine->candidate, on_activated, engine, reason);
	if (error) {
		cfglog_write(&engine->cfglog, "Error", "The configuration by %s was not activated: %s",
		             adopted_by, *reason ? reason : strerror(-error));
		configuration_replace(&engine->candidate, &engine->committed);
	}
	return error;
}
