/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/script/script_internal.h"

#include <errno.h>
#include <qb/qbutil.h>
#include <stdlib.h>
#include <string.h>

#define SLICE_NS (20 * QB_TIME_NS_IN_MSEC)

/* Where goes what is shown: to the report of the innermost script that makes one, or out. */
static FILE *sink(const struct script_run *run, FILE *out)
{
	for (unsigned i = run->depth; i; i--)
		if (run->frames[i - 1].report)
			return run->frames[i - 1].report;
	return out;
}

static void leave(struct session *session, struct script_run *run)
{
	struct frame *frame = &run->frames[--run->depth];

	session->context_type = frame->context_type;
	memcpy(session->context_path, frame->context_path, sizeof(session->context_path));
	free(frame->text);
	frame->text = NULL;
	if (frame->report)
		fclose(frame->report);
	frame->report = NULL;
	free(frame->reported);
	frame->reported = NULL;
}

/* A script's last line has ended. */
static void leave_at_end(struct session *session, struct script_run *run)
{
	struct frame *frame = &run->frames[run->depth - 1];
	char *reported;
	int error;

	if (!frame->report || run->broken) {
		leave(session, run);
		return;
	}
	fclose(frame->report);
	frame->report = NULL;
	reported = frame->reported;
	frame->reported = NULL;
	leave(session, run);
	error = frame->done(session, reported, frame->reported_length);
	free(reported);
	if (!run->first_error)
		run->first_error = error;
}

static void on_slice(void *user)
{
	struct session *session = user;
	int error;

	session->script->paused = false;
	error = script_advance(session);
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
	script_output_end(session, &run->output);
	script_output_free(&run->output);
	while (run->depth)
		leave(session, run);
	free(run);
	session->script = NULL;
}

/* Only errors, and what was asked for, are shown (C02-058). */
static void end_line(struct session *session, int error)
{
	struct script_run *run = session->script;
	struct script_output *output = &run->output;
	FILE *out;

	script_output_end(session, output);
	out = sink(run, session->out);
	if (error)
		fprintf(out, "%s:%u: %s", run->running_name, run->running_line,
		        output->length ? output->text : "failed.\n");
	else if (output->shown)
		fwrite(output->text, 1, output->length, out);
	script_output_free(output);
	/* A report tells it. */
	if (!error || out != session->out)
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

/* What these say is that they did it. */
static bool confirms(const char *line)
{
	static int (*const confirming[])(struct session *, const struct line *) = {
	    command_activate, command_add, command_cc,       command_commit,           command_delete,
	    command_reject,   command_set, command_undelete, command_reset_to_default,
	};
	const struct command *command;
	char name[32];

	command = sscanf(line, " %31s", name) == 1 ? command_find(name) : NULL;
	for (size_t i = 0; command && i < sizeof(confirming) / sizeof(*confirming); i++)
		if (command->run == confirming[i])
			return true;
	return false;
}

/* Runs one line. Returns 0 (its error is dealt with) or SESSION_WAITS. */
static int run_line(struct session *session, const char *line, const struct frame *frame)
{
	struct script_run *run = session->script;
	int error;

	if (frame->report)
		fprintf(frame->report, "\n==== %s ====\n\n", line);
	memcpy(run->running_name, frame->name, sizeof(run->running_name));
	run->running_line = frame->line;
	run->force = frame->force;
	run->verbose = frame->verbose;
	if (script_output_begin(session, &run->output, run->verbose || !confirms(line))) {
		run->first_error = -ENOMEM;
		while (run->depth)
			leave(session, run);
		return 0;
	}
	run->ended = false;
	run->inside = true;
	error = session_run(session, line);
	run->inside = false;
	if (error == SESSION_WAITS && !run->ended)
		return SESSION_WAITS;
	end_line(session, run->ended ? run->ended_error : error);
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

int script_advance(struct session *session)
{
	struct script_run *run = session->script;
	uint64_t began = qb_util_nano_current_get();

	while (run->depth && !session->leaving) {
		struct frame *frame = &run->frames[run->depth - 1];
		const char *line = frame->text + frame->at;

		if (frame->at >= frame->length) {
			leave_at_end(session, run);
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
	if (!run->output.outer) {
		run->first_error = error;
		return finish(session);
	}
	end_line(session, error);
	return script_advance(session);
}

FILE *script_forward(struct session *session)
{
	struct script_run *run = session->script;

	if (!run->output.outer)
		return session->out;
	script_output_forward(session, &run->output, sink(run, run->output.outer));
	return run->output.outer;
}

bool script_break(struct session *session)
{
	struct script_run *run = session->script;

	run->force = false;
	run->broken = true;
	for (unsigned i = 0; i < run->depth; i++) {
		run->frames[i].force = false;
		run->frames[i].at = run->frames[i].length;
	}
	/* Its next slice finds nothing more to do. libqb leaks a job that is deleted when its turn has come. */
	run->first_error = -ECANCELED;
	return run->paused;
}
