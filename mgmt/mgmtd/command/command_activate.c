/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/messages/commit.h"
#include "mgmt/mgmtd/check/check.h"
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/configuration/target.h"
#include "mgmt/mgmtd/https/listeners.h"
#include "mgmt/mgmtd/show/show_object.h"

#include <errno.h>
#include <string.h>

static void activated(void *user, int error, const char *text)
{
	struct session *session = user;
	struct engine *engine = session->engine;

	if (error) {
		fprintf(session->out, "Activation failed, the old configuration stays in force: %s.\n", text);
	} else {
		if (text && *text)
			fprintf(session->out, "%s\n", text);
		if (engine->uncommitted)
			fprintf(session->out,
			        "Configuration activated. Without 'commit' within %u seconds the old one "
			        "returns.\n",
			        engine_commit_seconds(engine));
		else
			fputs("Configuration activated; nothing to commit.\n", session->out);
	}
	session_end(session, error);
}

int command_activate(struct session *session, const struct line *line)
{
	struct engine *engine = session->engine;
	struct problems warnings = {.out = session->out};
	char reason[256] = "";
	unsigned count;
	int error;

	(void)line;
	if (engine->claim.busy) {
		fputs("A commit is under way; activate when it has ended.\n", session->out);
		return -EBUSY;
	}
	count = check_configuration(&engine->candidate, session->out);
	if (count) {
		fprintf(session->out, "%u error%s: nothing was activated. Correct %s and activate again.\n",
		        count, count > 1 ? "s" : "", count > 1 ? "them" : "it");
		return -EINVAL;
	}
	check_change(&engine->running, &engine->candidate, &warnings);
	error = listeners_check(&engine->running, &engine->candidate, reason);
	if (!error)
		error = engine_activate(engine, &engine->candidate, activated, session, reason);
	if (error) {
		fprintf(session->out, "Activation failed: %s.\n", reason);
		return error;
	}
	return SESSION_WAITS;
}

static int stale(struct session *session, const char *reason)
{
	fprintf(session->out,
	        "Commit refused: %s. Your changes are edits again: look at 'show -changes', then activate "
	        "and commit.\n",
	        reason);
	return -ESTALE;
}

static void committed(void *user, int error, const char *reason)
{
	struct session *session = user;

	if (error == -ESTALE)
		stale(session, reason);
	else if (error)
		fprintf(session->out, "Commit failed: %s.\n", reason);
	else
		fprintf(session->out, "Configuration %llu committed.\n",
		        (unsigned long long)session->engine->generation);
	session_end(session, error);
}

int command_commit(struct session *session, const struct line *line)
{
	struct engine *engine = session->engine;
	char author[COMMIT_AUTHOR_MAX];
	int error;

	(void)line;
	if (engine->receiving)
		return stale(session,
		             "the configuration of the cluster peer came first, and is being taken over");
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
	session_author(session, author);
	error = engine_commit(engine, author, committed, session);
	if (!error)
		return SESSION_WAITS;
	fputs("Another commit is under way.\n", session->out);
	return error;
}

/* The object that a command names in the committed configuration, NULL after a message. */
static const struct lyd_node *committed_object(struct session *session, const struct target *target)
{
	const struct lyd_node *object =
	    target->type->singleton || target->name ? target_find(&session->engine->committed, target) : NULL;

	if (!object)
		fprintf(session->out, "Invalid operation: there is no committed %s '%s'.\n",
		        target->type->name, target->name ? target->name : "");
	return object;
}

static int restore(struct session *session, const struct target *target, const struct lyd_node *object,
                   const char *what)
{
	char label[OBJECT_LABEL];
	int error = object_restore(&session->engine->candidate, target->type, target->context, object);

	if (error)
		fprintf(session->out, "%s: %s.\n", target->type->name, strerror(-error));
	else
		fprintf(session->out, "%s %s.\n", what, object_label(target->type, object, label));
	return error;
}

static int target_of(struct session *session, const struct line *line, struct target *target)
{
	int error = target_parse(session, line, target);

	if (error || target->type)
		return error;
	fprintf(session->out, "%s what? Type: %s [CATEGORY] TYPE NAME\n", line->argument[0].name,
	        line->argument[0].name);
	return -EINVAL;
}

/* What was edited of one object: back to what is committed, and away where it never was. */
static int reject_object(struct session *session, const struct line *line)
{
	struct configuration *candidate = &session->engine->candidate;
	const struct lyd_node *object;
	struct lyd_node *edited;
	struct target target;
	char label[OBJECT_LABEL];
	int error = target_of(session, line, &target);

	if (error)
		return error;
	/* An index is one of the candidate, as 'show' tells it. */
	edited = target_find(candidate, &target);
	object = edited ? counterpart(&session->engine->committed, target.type, edited) : NULL;
	if (!edited && target.type->singleton)
		object = target_find(&session->engine->committed, &target);
	if (object)
		return restore(session, &target, object, "Changes rejected:");
	if (!edited)
		return target_object(session, &target) ? 0 : -ENOENT;
	fprintf(session->out, "Changes rejected: %s was new and is gone.\n",
	        object_label(target.type, edited, label));
	object_delete(candidate, edited);
	return 0;
}

int command_undelete(struct session *session, const struct line *line)
{
	const struct lyd_node *object;
	struct target target;
	char label[OBJECT_LABEL];
	int error = target_of(session, line, &target);

	if (error)
		return error;
	object = committed_object(session, &target);
	if (!object)
		return -ENOENT;
	if (counterpart(&session->engine->candidate, target.type, object)) {
		fprintf(session->out, "%s is not deleted; 'reject' drops what was edited of it.\n",
		        object_label(target.type, object, label));
		return -EEXIST;
	}
	return restore(session, &target, object, "Undeleted");
}

int command_reject(struct session *session, const struct line *line)
{
	if (line_word_count(line) > 1)
		return reject_object(session, line);
	if (session->engine->activation.busy || session->engine->claim.busy) {
		fprintf(session->out, "%s is under way; reject when it has ended.\n",
		        session->engine->claim.busy ? "A commit" : "An activation");
		return -EBUSY;
	}
	engine_rollback(session->engine, "Changes rejected: the committed configuration is restored.");
	fputs("All changes that were not committed are dropped.\n", session->out);
	return 0;
}
