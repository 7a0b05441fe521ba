/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/script/script_run.h"
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/script/script_file.h"
#include "mgmt/mgmtd/script/script_text.h"

#include <errno.h>
#include <qb/qbutil.h>
#include <stdlib.h>
#include <string.h>

#define SLICE_NS (20 * QB_TIME_NS_IN_MSEC)

struct frame {
	char name[SCRIPT_NAME_MAX];
	char *text; /* expanded: its lines end with NUL */
	size_t length, at;
	unsigned line;
	bool force, verbose;
	const struct object_type *context_type; /* where the script was started */
	char context_path[OBJECT_PATH];
};

struct script_run {
	struct frame frames[SCRIPT_DEPTH_MAX];
	unsigned depth;
	int first_error;
	FILE *out; /* the session's, while a line's own output is collected */
	char *text;
	size_t length;
	unsigned running_line; /* of the line that runs */
	char running_name[SCRIPT_NAME_MAX];
	bool force, verbose; /* of the line that runs */
	bool inside;         /* a line is being run, so its end is seen when it returns */
	bool ended;          /* ... and it has ended though it said that it waits */
	int ended_error;
	bool paused; /* a slice is over; the loop goes on with the next one */
};

static int advance(struct session *session);

/* Expands all lines of a script into one buffer, each with its NUL. */
static int expand_lines(struct session *session, const struct script_order *order, char *text,
                        struct frame *frame)
{
	FILE *out = open_memstream(&frame->text, &frame->length);
	char reason[128];
	unsigned number = 0;
	int error = out ? 0 : -ENOMEM;

	for (char *line = text, *next; out && line && !error; line = next) {
		char *expanded;

		next = strchr(line, '\n');
		if (next)
			*next++ = 0;
		number++;
		error = script_expand(line, order->arguments, order->count, &expanded, reason);
		if (error) {
			fprintf(session->out, "%s:%u: %s. Nothing was run.\n", frame->name, number, reason);
			break;
		}
		fwrite(expanded, 1, strlen(expanded) + 1, out);
		free(expanded);
	}
	if (out && fclose(out) && !error)
		error = -ENOMEM;
	if (error) {
		free(frame->text);
		frame->text = NULL;
	}
	return error;
}

static void leave(struct session *session, struct script_run *run)
{
	struct frame *frame = &run->frames[--run->depth];

	session->context_type = frame->context_type;
	memcpy(session->context_path, frame->context_path, sizeof(session->context_path));
	free(frame->text);
	frame->text = NULL;
}

static void on_slice(void *user)
{
	struct session *session = user;
	int error;

	session->script->paused = false;
	error = advance(session);
	if (error != SESSION_WAITS)
		session_end(session, error);
	else
		session_rearm(session);
}

static int finish(struct session *session)
{
	int error = session->script->first_error;

	script_stop(session);
	return error;
}

void script_stop(struct session *session)
{
	struct script_run *run = session->script;

	if (!run)
		return;
	if (run->paused)
		qb_loop_job_del(session->engine->loop, QB_LOOP_LOW, session, on_slice);
	if (run->out) {
		fclose(session->out);
		session->out = run->out;
		free(run->text);
	}
	while (run->depth)
		leave(session, run);
	free(run);
	session->script = NULL;
}

/* Only errors, and what was asked for, are shown (C02-058). */
static void end_line(struct session *session, int error, bool confirmation)
{
	struct script_run *run = session->script;

	fclose(session->out);
	session->out = run->out;
	run->out = NULL;
	if (error)
		fprintf(session->out, "%s:%u: %s", run->running_name, run->running_line,
		        run->length ? run->text : "failed.\n");
	else if (!confirmation || run->verbose)
		fwrite(run->text, 1, run->length, session->out);
	free(run->text);
	run->text = NULL;
	if (!error)
		return;
	if (!run->first_error)
		run->first_error = error;
	if (run->force)
		return;
	fprintf(session->out, "%s ends here. What it did before stays: see 'show -changes'.\n",
	        run->running_name);
	/* To whoever ran it and wants to go on after errors. */
	do
		leave(session, run);
	while (run->depth && !run->frames[run->depth - 1].force);
}

static bool confirms(const char *line)
{
	char name[16];

	if (sscanf(line, " %15s", name) != 1)
		return false;
	for (const struct command *command = commands; command->name; command++)
		if (!strcmp(command->name, name) || (command->alias && !strcmp(command->alias, name)))
			return command->writes || command->run == command_cc;
	return false;
}

/* Runs one line. Returns 0 (its error is dealt with) or SESSION_WAITS. */
static int run_line(struct session *session, const char *line, const struct frame *frame)
{
	struct script_run *run = session->script;
	FILE *own;
	int error;

	memcpy(run->running_name, frame->name, sizeof(run->running_name));
	run->running_line = frame->line;
	run->force = frame->force;
	run->verbose = frame->verbose;
	run->text = NULL;
	own = open_memstream(&run->text, &run->length);
	if (!own) {
		run->first_error = -ENOMEM;
		while (run->depth)
			leave(session, run);
		return 0;
	}
	run->out = session->out;
	session->out = own;
	run->ended = false;
	run->inside = true;
	error = session_run(session, line);
	run->inside = false;
	if (error == SESSION_WAITS && !run->ended)
		return SESSION_WAITS;
	end_line(session, run->ended ? run->ended_error : error, confirms(line));
	return 0;
}

static bool pause_if_long(struct session *session, uint64_t began)
{
	qb_loop_t *loop = session->engine->loop;

	if (!loop || qb_util_nano_current_get() - began < SLICE_NS)
		return false;
	session->script->paused = !qb_loop_job_add(loop, QB_LOOP_LOW, session, on_slice);
	return session->script->paused;
}

static int advance(struct session *session)
{
	struct script_run *run = session->script;
	uint64_t began = qb_util_nano_current_get();

	while (run->depth && !session->leaving) {
		struct frame *frame = &run->frames[run->depth - 1];
		const char *line = frame->text + frame->at;

		if (frame->at >= frame->length) {
			leave(session, run);
			continue;
		}
		if (pause_if_long(session, began))
			return SESSION_WAITS;
		frame->at += strlen(line) + 1;
		frame->line++;
		if (run_line(session, line, frame) == SESSION_WAITS)
			return SESSION_WAITS;
	}
	return finish(session);
}

int script_command_ended(struct session *session, int error)
{
	struct script_run *run = session->script;

	if (run->inside) {
		run->ended = true;
		run->ended_error = error;
		return SESSION_WAITS;
	}
	/* The loop's time ran out while the script was paused: never with a line's output open. */
	if (!run->out) {
		run->first_error = error;
		return finish(session);
	}
	end_line(session, error, true);
	return advance(session);
}

bool script_break(struct session *session)
{
	struct script_run *run = session->script;

	run->force = false;
	for (unsigned i = 0; i < run->depth; i++) {
		run->frames[i].force = false;
		run->frames[i].at = run->frames[i].length;
	}
	/* Its next slice finds nothing more to do. libqb leaks a job that is deleted when its turn has come. */
	if (run->paused)
		run->first_error = -ECANCELED;
	return run->paused;
}

int script_start(struct session *session, const struct script_order *order)
{
	const char *directory = session->engine->script_directory;
	struct script_run *run = session->script;
	struct frame *frame;
	char *text, reason[128];
	bool nested = run;
	int error;

	if (nested && run->depth == SCRIPT_DEPTH_MAX) {
		fprintf(session->out, "script: scripts run each other at most %d deep; %s is one too many.\n",
		        SCRIPT_DEPTH_MAX, order->arguments[0]);
		return -ELOOP;
	}
	error = script_read(directory ? directory : PATH_SCRIPTS, order->arguments[0], &text, reason);
	if (error) {
		fprintf(session->out, "script: %s.\n", reason);
		return error;
	}
	if (!nested)
		run = session->script = calloc(1, sizeof(*run));
	frame = run ? &run->frames[run->depth] : NULL;
	error = run ? 0 : -ENOMEM;
	if (frame) {
		*frame = (struct frame){.force = order->force,
		                        .verbose = order->verbose || (nested && run->verbose),
		                        .context_type = session->context_type};
		snprintf(frame->name, sizeof(frame->name), "%s", order->arguments[0]);
		memcpy(frame->context_path, session->context_path, sizeof(frame->context_path));
		error = expand_lines(session, order, text, frame);
	}
	free(text);
	if (error && !nested)
		script_stop(session);
	if (error)
		return error;
	run->depth++;
	return nested ? 0 : advance(session);
}
