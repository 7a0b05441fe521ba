/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/timer.h"
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/configuration/value.h"
#include "mgmt/mgmtd/session/table.h"
#include "mgmt/mgmtd/statistics/statistics_gather.h"
#include "mgmt/mgmtd/statistics/statistics_poll.h"

#include <errno.h>
#include <qb/qbutil.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define INTERVAL_MAX 86400 /* seconds */

/* Of one session. */
struct statistics_poll {
	struct session *session;
	struct statistics list; /* what is polled */
	struct gather *asked;   /* by a command that waits */
	struct gather *due;     /* by the interval */
	struct timer timer;
	unsigned interval_s; /* 0: no polling */
	enum { SHOW_LIST, SHOW_ALL, ADD, SHOW_ONCE } act;
	char pattern[STATISTIC_PATH]; /* of the command that waits */
};

static struct statistics_poll *poll_of(struct session *session)
{
	if (!session->poll)
		session->poll = calloc(1, sizeof(*session->poll));
	if (session->poll)
		session->poll->session = session;
	return session->poll;
}

static void print_paths(const struct statistics *all, FILE *out)
{
	struct table table = {0};

	table_column(&table, "Name");
	table_column(&table, "Unit");
	for (size_t i = 0; i < all->count; i++) {
		table_row(&table, "");
		table_cell(&table, "%s", all->list[i].path);
		table_cell(&table, "%s", all->list[i].unit);
	}
	table_print(&table, 0, out);
}

static int no_such(struct statistics_poll *poll, bool datapath)
{
	FILE *out = poll->session->out;

	fprintf(out, "There is no statistic '%s'; 'statistics -listall' lists them.\n", poll->pattern);
	if (!datapath)
		fputs("Those of the datapath are missing: it cannot be reached.\n", out);
	return -ENOENT;
}

static int show_matching(struct statistics_poll *poll, const struct statistics *all, bool datapath)
{
	struct statistics shown = {0};
	int matches = statistics_take(&shown, all, poll->pattern);

	if (matches > 0)
		statistics_print(&shown, NULL, poll->session->out);
	statistics_free(&shown);
	if (matches < 0)
		return matches;
	return matches ? 0 : no_such(poll, datapath);
}

static void on_asked(void *user, const struct statistics *all, bool datapath)
{
	struct statistics_poll *poll = user;
	struct session *session = poll->session;
	int error = 0;

	statistics_refresh(&poll->list, all);
	if (poll->act == ADD || poll->act == SHOW_ONCE)
		error = show_matching(poll, all, datapath);
	if (!error && poll->act == ADD && statistics_take(&poll->list, all, poll->pattern) < 0)
		error = -ENOMEM;
	if (poll->act == SHOW_ALL)
		print_paths(all, session->out);
	if (poll->act == SHOW_LIST)
		statistics_print(&poll->list, NULL, session->out);
	if (!error && !datapath)
		fputs("The datapath cannot be reached: its statistics are missing.\n", session->out);
	session_end(session, error);
}

static void on_due(void *user, const struct statistics *all, bool datapath)
{
	struct statistics_poll *poll = user;
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	(void)datapath;
	if (!out)
		return;
	statistics_refresh(&poll->list, all);
	statistics_print(&poll->list, NULL, out);
	fclose(out);
	/* A client that does not read misses a round. */
	session_push(poll->session, text);
	free(text);
}

static void on_interval(void *user)
{
	struct statistics_poll *poll = user;

	(void)timer_start(&poll->timer, poll->session->engine->loop, QB_LOOP_LOW,
	                  poll->interval_s * QB_TIME_NS_IN_SEC, poll, on_interval);
	if (!poll->due)
		gather_start(poll->session->engine, on_due, poll, &poll->due);
}

static void stop(struct statistics_poll *poll)
{
	timer_stop(&poll->timer);
	poll->interval_s = 0;
	gather_cancel(poll->due);
}

void statistics_forget(struct session *session, bool everything)
{
	if (!session->poll)
		return;
	gather_cancel(session->poll->asked);
	if (!everything)
		return;
	stop(session->poll);
	statistics_free(&session->poll->list);
	free(session->poll);
	session->poll = NULL;
}

/* Gathers; what follows is in on_asked. */
static int ask(struct statistics_poll *poll, int act, const char *pattern)
{
	int error;

	poll->act = act;
	snprintf(poll->pattern, sizeof(poll->pattern), "%s", pattern);
	error = gather_start(poll->session->engine, on_asked, poll, &poll->asked);
	return error ? error : SESSION_WAITS;
}

static int show_list(struct statistics_poll *poll)
{
	if (poll->list.count)
		return ask(poll, SHOW_LIST, "*");
	fputs("The list of polled values is empty\n", poll->session->out);
	return 0;
}

static int remove_matching(struct statistics_poll *poll, const char *pattern)
{
	if (statistics_remove(&poll->list, pattern))
		return 0;
	fprintf(poll->session->out,
	        "'%s' is not on the list of polled values; 'statistics' shows the list.\n", pattern);
	return -ENOENT;
}

static int start_polling(struct statistics_poll *poll, const struct argument *interval)
{
	FILE *out = poll->session->out;
	unsigned first = 0, last;
	int error;

	if (!interval || number_range_parse(interval->text, INTERVAL_MAX, &first, &last) || first != last ||
	    !first) {
		fprintf(
		    out,
		    "statistics: -interval cannot be '%s'. Allowed: 1..%d seconds, as in 'statistics -poll "
		    "-interval=10'.\n",
		    interval ? interval->text : "", INTERVAL_MAX);
		return -EINVAL;
	}
	if (!poll->list.count) {
		fputs("The list of polled values is empty; 'statistics -add PATH' puts values on it.\n", out);
		return -EINVAL;
	}
	stop(poll);
	error = timer_start(&poll->timer, poll->session->engine->loop, QB_LOOP_LOW, first * QB_TIME_NS_IN_SEC,
	                    poll, on_interval);
	if (error)
		return error;
	poll->interval_s = first;
	return show_list(poll);
}

static int stop_polling(struct statistics_poll *poll)
{
	if (!poll->interval_s) {
		fputs("No polling is under way.\n", poll->session->out);
		return -ENOENT;
	}
	stop(poll);
	return 0;
}

/* The options that say what is to be done exclude one another. */
static const struct argument *chosen(struct session *session, const struct line *line, bool *several)
{
	static const char *const acts[] = {"add", "remove", "listall", "poll", "stop"};
	const struct argument *found = NULL;

	*several = false;
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		const struct argument *option = line_option(line, acts[i]);

		*several |= option && found;
		found = option ? option : found;
	}
	if (*several)
		fputs("statistics: one of -add, -remove, -listall, -poll and -stop at a time.\n",
		      session->out);
	return found;
}

static int act_on(struct statistics_poll *poll, const struct line *line, const char *act, const char *path)
{
	bool takes_path = !act || !strcasecmp(act, "add") || !strcasecmp(act, "remove");

	if (act && takes_path && !path) {
		fprintf(poll->session->out,
		        "statistics: -%s needs a path, as in 'statistics -%s /system/cpu/*'.\n", act, act);
		return -EINVAL;
	}
	if (path && (!takes_path || line_word_count(line) > 2)) {
		fprintf(poll->session->out, "statistics: '%s' is too much.\n",
		        line_word(line, takes_path ? 2 : 1));
		return -EINVAL;
	}
	if (!act)
		return path ? ask(poll, SHOW_ONCE, path) : show_list(poll);
	if (!strcasecmp(act, "add"))
		return ask(poll, ADD, path);
	if (!strcasecmp(act, "remove"))
		return remove_matching(poll, path);
	if (!strcasecmp(act, "listall"))
		return ask(poll, SHOW_ALL, "*");
	return !strcasecmp(act, "poll") ? start_polling(poll, line_option(line, "interval"))
	                                : stop_polling(poll);
}

int command_statistics(struct session *session, const struct line *line)
{
	struct statistics_poll *poll = poll_of(session);
	const struct argument *act;
	bool several;

	if (!poll)
		return -ENOMEM;
	act = chosen(session, line, &several);
	if (several)
		return -EINVAL;
	if (line_option(line, "interval") && (!act || strcasecmp(act->name, "poll") != 0)) {
		fputs("statistics: -interval belongs to -poll.\n", session->out);
		return -EINVAL;
	}
	return act_on(poll, line, act ? act->name : NULL, line_word(line, 1));
}
