/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/script/script_create.h"
#include "mgmt/mgmtd/script/script_file.h"
#include "mgmt/mgmtd/script/script_run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *directory_of(const struct session *session)
{
	return session->engine->script_directory ? session->engine->script_directory : PATH_SCRIPTS;
}

static int usage(struct session *session, const char *what)
{
	fprintf(session->out, "script: %s. 'help script' shows how it is typed.\n", what);
	return -EINVAL;
}

static int run(struct session *session, const struct line *line)
{
	const char *arguments[LINE_ARGUMENTS_MAX];
	char *built[LINE_ARGUMENTS_MAX] = {0};
	struct script_order order = {.arguments = arguments,
	                             .force = line_option(line, "force"),
	                             .verbose = line_option(line, "verbose")};
	int error = 0;

	for (size_t i = 1; i < line->count && !error; i++) {
		const struct argument *argument = &line->argument[i];

		if (argument->kind == ARGUMENT_OPTION)
			continue;
		arguments[order.count] = argument->name;
		/* A value such as Name=x was read as a property; the script wants it as it was typed. */
		if (argument->kind == ARGUMENT_PROPERTY) {
			if (asprintf(&built[i], "%s%s=%s", argument->name,
			             argument->node < 0 ? ""
			             : argument->node   ? ":1"
			                                : ":0",
			             argument->text) < 0) {
				built[i] = NULL;
				error = -ENOMEM;
			}
			arguments[order.count] = built[i];
		}
		order.count++;
	}
	if (!error)
		error = order.count ? script_start(session, &order)
		                    : usage(session, "-run needs a script's name");
	for (size_t i = 0; i < line->count; i++)
		free(built[i]);
	return error;
}

static int show(struct session *session, const char *name)
{
	char *text, reason[128];
	int error = script_read(directory_of(session), name, &text, reason);

	if (error)
		fprintf(session->out, "script: %s.\n", reason);
	else
		fputs(text, session->out);
	if (!error && *text && text[strlen(text) - 1] != '\n')
		fputc('\n', session->out);
	free(text);
	return error;
}

static int drop(struct session *session, const char *name)
{
	char reason[128];
	int error = script_remove(directory_of(session), name, reason);

	if (!error)
		fprintf(session->out, "Removed %s.\n", name);
	else
		fprintf(session->out, "script: %s.\n", reason);
	return error;
}

static int write_created(struct session *session, const char *name, const char *text, size_t length,
                         int count)
{
	char reason[128];
	int error = script_write(directory_of(session), name, text, length, reason);

	if (error)
		fprintf(session->out, "script: %s.\n", reason);
	else
		fprintf(session->out, "Created %s: %d object%s.\n", name, count, count == 1 ? "" : "s");
	return error;
}

static int create(struct session *session, const struct line *line)
{
	const struct argument *file = line_option(line, "filename");
	struct target target;
	char *text = NULL, reason[256];
	size_t length;
	FILE *out;
	int count = target_parse(session, line, &target);

	if (count)
		return count;
	if ((!target.type && !target.category) || target.name)
		return usage(session, "-create needs a category or an object type, and no name");
	out = open_memstream(&text, &length);
	if (!out)
		return -ENOMEM;
	count = script_create(session->engine, &target, out, reason);
	fclose(out);
	if (count < 0)
		fprintf(session->out, "script: %s.\n", reason);
	else if (!count)
		fputs("No objects of selected category or type.\n", session->out);
	else if (file)
		count = write_created(session, file->text, text, length, count);
	else
		fwrite(text, 1, length, session->out);
	free(text);
	return count < 0 ? count : 0;
}

static int check_options(struct session *session, const struct line *line)
{
	static const char *const exclusive[] = {"run", "show", "create", "remove"};
	unsigned actions = 0;

	for (size_t i = 0; i < sizeof(exclusive) / sizeof(*exclusive); i++)
		actions += line_option(line, exclusive[i]) != NULL;
	if (actions > 1)
		return usage(session, "-run, -show, -create and -remove exclude each other");
	if (line_option(line, "filename") && !line_option(line, "create"))
		return usage(session, "-filename belongs to -create");
	if ((line_option(line, "force") || line_option(line, "verbose")) && !line_option(line, "run"))
		return usage(session, "-force and -verbose belong to -run");
	return 0;
}

int command_script(struct session *session, const struct line *line)
{
	const char *name = line_word(line, 1);
	size_t words = line_word_count(line);
	int error = check_options(session, line);

	if (error)
		return error;
	if (line_option(line, "run"))
		return run(session, line);
	if (line_option(line, "create"))
		return create(session, line);
	if (line_option(line, "show"))
		return words == 2 ? show(session, name) : usage(session, "-show needs one script's name");
	if (line_option(line, "remove"))
		return words == 2 ? drop(session, name) : usage(session, "-remove needs one script's name");
	if (words > 1)
		return usage(session, "an option such as -run or -show is missing");
	return script_list(directory_of(session), session->out);
}
