/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/configuration/nearest.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

/* The names in the order of the guide; `all` is no view but three of them. */
const struct command_view_group command_views[] = {
    {"default", VIEW_DEFAULT}, {"advanced", VIEW_ADVANCED},         {"debug", VIEW_DEBUG},
    {"service", VIEW_SERVICE}, {"all", VIEW_ADVANCED | VIEW_DEBUG}, {0},
};

const char *command_view_name(enum command_view view)
{
	for (size_t i = 0; command_views[i].name; i++)
		if (command_views[i].views == (unsigned)view)
			return command_views[i].name;
	return "default";
}

void command_views_print(unsigned views, FILE *out)
{
	fputs("default", out);
	for (unsigned bit = VIEW_ADVANCED; bit <= VIEW_SERVICE; bit <<= 1)
		if (views & bit)
			fprintf(out, ", %s", command_view_name((enum command_view)bit));
}

static int print_open(struct session *session)
{
	fputs("Command view(s) enabled: ", session->out);
	command_views_print(session->views, session->out);
	fputc('\n', session->out);
	return 0;
}

static int on_answer(struct session *session, const char *answer)
{
	if (!answer_is_yes(answer)) {
		fputs("The view service stays closed.\n", session->out);
		return -ECANCELED;
	}
	session->views |= VIEW_SERVICE;
	cfglog_write(&session->engine->cfglog, "Warning",
	             "The command view service was opened on the console.");
	return print_open(session);
}

/* The vendor's one-time password has no counterpart: who is root on the node could do the same without (C02-049). */
static int open_service(struct session *session)
{
	if (session->views & VIEW_SERVICE)
		return print_open(session);
	if (session->attempt || strcmp(session->user, SESSION_CONSOLE) != 0) {
		fputs("cmdview: only root opens the view service, on the node itself: sudo hadrian.\n",
		      session->out);
		return -EPERM;
	}
	return session_ask(session, "Commands of the view service can do harm. Open it (yes/no)?", on_answer);
}

static int unknown(struct session *session, const char *name)
{
	struct nearest nearest;

	nearest_start(&nearest, name);
	for (size_t i = 0; command_views[i].name; i++)
		nearest_offer(&nearest, command_views[i].name);
	fprintf(session->out,
	        "cmdview: there is no view '%s'. There are: default, advanced, debug, all, service.", name);
	if (nearest.best)
		fprintf(session->out, " Did you mean '%s'?", nearest.best);
	fputc('\n', session->out);
	return -EINVAL;
}

int command_cmdview(struct session *session, const struct line *line)
{
	const char *name = line_word(line, 1);

	if (!name)
		return print_open(session);
	for (size_t i = 0; command_views[i].name; i++) {
		if (strcasecmp(command_views[i].name, name) != 0)
			continue;
		if (command_views[i].views == VIEW_SERVICE)
			return open_service(session);
		session->views =
		    command_views[i].views ? session->views | command_views[i].views : VIEW_DEFAULT;
		return print_open(session);
	}
	return unknown(session, name);
}
