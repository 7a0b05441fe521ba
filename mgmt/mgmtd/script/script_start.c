/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/script/script_internal.h"
#include "mgmt/mgmtd/script/script_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int expand_lines(struct session *session, const struct script_order *order, char *text,
                        struct frame *frame)
{
	char reason[128];
	unsigned number;
	int error = script_expand_lines(text, order->arguments, order->count, &frame->text, &frame->length,
	                                &number, reason);

	if (error)
		fprintf(session->out, "%s:%u: %s. Nothing was run.\n", frame->name, number, reason);
	return error;
}

static int read_lines(struct session *session, const struct script_order *order, char **text)
{
	const char *directory = session->engine->script_directory;
	char reason[128];
	int error;

	if (order->text) {
		*text = strdup(order->text);
		return *text ? 0 : -ENOMEM;
	}
	error = script_read(directory ? directory : PATH_SCRIPTS, order->arguments[0], text, reason);
	if (error)
		fprintf(session->out, "script: %s.\n", reason);
	return error;
}

static int begin_frame(struct session *session, const struct script_order *order, char *text,
                       struct frame *frame)
{
	int error = expand_lines(session, order, text, frame);

	if (error || !order->done)
		return error;
	frame->done = order->done;
	frame->report = open_memstream(&frame->reported, &frame->reported_length);
	if (frame->report)
		return 0;
	free(frame->text);
	frame->text = NULL;
	return -ENOMEM;
}

int script_start(struct session *session, const struct script_order *order)
{
	struct script_run *run = session->script;
	struct frame *frame;
	char *text;
	bool nested = run;
	int error;

	if (nested && run->depth == SCRIPT_DEPTH_MAX) {
		fprintf(session->out, "script: scripts run each other at most %d deep; %s is one too many.\n",
		        SCRIPT_DEPTH_MAX, order->arguments[0]);
		return -ELOOP;
	}
	error = read_lines(session, order, &text);
	if (error)
		return error;
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
		error = begin_frame(session, order, text, frame);
	}
	free(text);
	if (error && !nested)
		script_stop(session);
	if (error)
		return error;
	run->depth++;
	return nested ? 0 : script_advance(session);
}
