/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/check.h"
#include "mgmt/mgmtd/command.h"

#include <errno.h>

static void activated(void *user, int error, const char *text)
{
	struct session *session = user;
	struct engine *engine = session->engine;
	bool changed = !configuration_equal(&engine->running, &engine->committed);

	if (error) {
		fprintf(session->out, "Activation failed, the old configuration stays in force: %s.\n", text);
	} else {
		if (text && *text)
			fprintf(session->out, "%s\n", text);
		if (changed) {
			engine_await_commit(engine);
			fprintf(session->out,
			        "Configuration activated. Without 'commit' within %d seconds the old one "
			        "returns.\n",
			        COMMIT_SECONDS);
		} else {
			fputs("Configuration activated; nothing to commit.\n", session->out);
		}
	}
	session_end(session, error);
}

int command_activate(struct session *session, const struct line *line)
{
	struct engine *engine = session->engine;
	char reason[256] = "";
	unsigned count;
	int error = options_check(session, line, NULL);

	if (error)
		return error;
	count = check_configuration(&engine->candidate, session->out);
	if (count) {
		fprintf(session->out, "%u error%s: nothing was activated. Correct %s and activate again.\n",
		        count, count > 1 ? "s" : "", count > 1 ? "them" : "it");
		return -EINVAL;
	}
	error = engine_activate(engine, &engine->candidate, activated, session, reason);
	if (error) {
		fprintf(session->out, "Activation failed: %s.\n", reason);
		return error;
	}
	return SESSION_WAITS;
}

int command_commit(struct session *session, const struct line *line)
{
	struct engine *engine = session->engine;
	char reason[256];
	int error = options_check(session, line, NULL);

	if (error)
		return error;
	if (engine->activation.busy) {
		fputs("An activation is under way; commit when it has ended.\n", session->out);
		return -EBUSY;
	}
	if (!engine->uncommitted) {
		bool edited = !configuration_equal(&engine->candidate, &engine->running);

		fputs(edited ? "The changes are not activated yet: type 'activate' first.\n"
		             : "Nothing to commit.\n",
		      session->out);
		return edited ? -EINVAL : 0;
	}
	error = engine_commit(engine, reason);
	if (error)
		fprintf(session->out, "Commit failed: %s.\n", reason);
	else
		fprintf(session->out, "Configuration %llu committed.\n",
		        (unsigned long long)engine->generation);
	return error;
}

int command_reject(struct session *session, const struct line *line)
{
	int error = options_check(session, line, NULL);

	if (error)
		return error;
	if (session->engine->activation.busy) {
		fputs("An activation is under way; reject when it has ended.\n", session->out);
		return -EBUSY;
	}
	engine_rollback(session->engine, "Changes rejected: the committed configuration is restored.");
	fputs("All changes that were not committed are dropped.\n", session->out);
	return 0;
}
