/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/configuration/nearest.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

const struct command *command_find(const char *name)
{
	for (const struct command *command = commands; command->name; command++)
		if (!strcasecmp(command->name, name) || (command->alias && !strcasecmp(command->alias, name)))
			return command;
	return NULL;
}

bool command_is_open(const struct command *command, unsigned views, bool may_write)
{
	return !(command->view & ~views) && (!command->writes || may_write);
}

static int unknown_command(struct session *session, const char *name)
{
	struct nearest nearest;

	nearest_start(&nearest, name);
	for (const struct command *command = commands; command->name; command++)
		nearest_offer(&nearest, command->name);
	fprintf(session->out, "There is no command '%s'.", name);
	if (nearest.best)
		fprintf(session->out, " Did you mean '%s'?", nearest.best);
	fputs(" 'help' lists the commands.\n", session->out);
	return -EINVAL;
}

static int unknown_option(struct session *session, const struct command *command, const char *name)
{
	struct nearest nearest;
	const char *before = " It has:";

	nearest_start(&nearest, name);
	fprintf(session->out, "%s has no option -%s.", command->name, name);
	for (const struct command_option *option = command->options; option && option->name; option++) {
		fprintf(session->out, "%s -%s", before, option->name);
		before = "";
		nearest_offer(&nearest, option->name);
	}
	if (nearest.best)
		fprintf(session->out, ". Did you mean -%s?", nearest.best);
	fputc('\n', session->out);
	return -EINVAL;
}

static int may_not_write(struct session *session, const char *what)
{
	fprintf(session->out, "%s: user %s may look, but change nothing (group Auditors).\n", what,
	        session->user);
	return -EPERM;
}

static int check_option(struct session *session, const struct command *command,
                        const struct argument *argument)
{
	const struct command_option *option = command->options;

	while (option && option->name && strcasecmp(option->name, argument->name) != 0)
		option++;
	if (!option || !option->name)
		return unknown_option(session, command, argument->name);
	if (option->writes && !session->may_write)
		return may_not_write(session, command->name);
	if (!option->value && argument->has_value) {
		fprintf(session->out, "%s: -%s has no value, so nothing stands behind a '='.\n",
		        command->name, option->name);
		return -EINVAL;
	}
	if (option->value && *option->value != '[' && !argument->value_count) {
		fprintf(session->out, "%s: -%s needs a value: -%s=%s.\n", command->name, option->name,
		        option->name, option->value);
		return -EINVAL;
	}
	return 0;
}

/* The first or the last of two would be ignored. */
static int check_once(struct session *session, const struct command *command, const struct line *line,
                      const struct argument *argument)
{
	if (line_option(line, argument->name) == argument)
		return 0;
	fprintf(session->out, "%s: -%s is given twice.%s\n", command->name, argument->name,
	        argument->has_value
	            ? " Where several values are taken, they stand behind one with commas between."
	            : "");
	return -EINVAL;
}

/* Its usage is its name alone. */
static bool takes_nothing(const struct command *command)
{
	size_t length = strlen(command->name);
	const char *behind = command->usage + length;

	return !strncmp(command->usage, command->name, length) && (!*behind || !strncmp(behind, "\n\n", 2));
}

/* Whoever typed more expects that it means something: 'activate IPAddress x' puts everything into force. */
static int check_words(struct session *session, const struct command *command, const struct line *line)
{
	if (!takes_nothing(command) || line->count == 1)
		return 0;
	fprintf(session->out,
	        "%s stands alone: nothing may follow, as '%s%s' does. 'help %s' says what it does.\n",
	        command->name, line->argument[1].kind == ARGUMENT_OPTION ? "-" : "", line->argument[1].name,
	        command->name);
	return -EINVAL;
}

int command_dispatch(struct session *session, const struct line *line)
{
	const struct command *command = command_find(line->argument[0].name);
	int error;

	if (!command)
		return unknown_command(session, line->argument[0].name);
	if (command->view & ~session->views) {
		const char *view = command_view_name(command->view);

		fprintf(session->out,
		        "%s: the command is in the view %s, which is not open: 'cmdview %s' opens it.\n",
		        command->name, view, view);
		return -EACCES;
	}
	if (command->writes && !session->may_write)
		return may_not_write(session, command->name);
	for (size_t i = 1; i < line->count; i++) {
		const struct argument *argument = &line->argument[i];

		if (argument->kind != ARGUMENT_OPTION)
			continue;
		error = check_option(session, command, argument);
		if (!error)
			error = check_once(session, command, line, argument);
		if (error)
			return error;
	}
	error = check_words(session, command, line);
	return error ? error : command->run(session, line);
}
