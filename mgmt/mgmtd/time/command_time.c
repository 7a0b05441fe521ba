/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/session/table.h"
#include "mgmt/mgmtd/time/clock.h"

#include <errno.h>
#include <string.h>

#define FIRST_YEAR 2000
#define LAST_YEAR  2099

static void print_clock(struct session *session)
{
	const struct configuration *running = &session->engine->running;
	const struct object_type *type = schema_type(running->schema, NULL, "DateTime");
	const char *zone = value_of(type, object_find(running, type, NULL, NULL), "Timezone");
	time_t now = time(NULL);
	struct tm local;
	char text[32];

	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", localtime_r(&now, &local));
	fprintf(session->out, "%s %s%s\n", text, zone, local.tm_isdst > 0 ? " (summer time)" : "");
}

static void print_answer(struct table *table, const struct clock_status *status,
                         const struct clock_answer *answer)
{
	if (!status->ever)
		table_cell(table, "not asked yet");
	else if (!answer->answered)
		table_cell(table, "no answer");
	else if (!answer->used)
		table_cell(table, "%+.3f s, not used (more than %u s)", answer->offset, status->max_adjust_s);
	else
		table_cell(table, "%+.3f s", answer->offset);
}

static void print_servers(const struct clock_status *status, FILE *out)
{
	struct table table = {0};

	fputc('\n', out);
	table_column(&table, "Time server");
	table_column(&table, "IP");
	table_column(&table, "Clock was behind by");
	for (size_t i = 0; i < status->count; i++) {
		table_row(&table, "");
		table_cell(&table, "%s", status->server[i].name);
		table_cell(&table, "%s", status->server[i].address);
		print_answer(&table, status, &status->server[i].answer);
	}
	table_print(&table, 0, out);
}

static void print_synchronization(const struct clock_status *status, FILE *out)
{
	struct tm local;
	char text[32];

	if (!status->count && !status->enabled)
		return;
	fprintf(out, "Synchronization: %s\n",
	        status->asking    ? "under way"
	        : status->enabled ? "enabled"
	                          : "disabled, only by 'time -sync'");
	if (status->ever) {
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", localtime_r(&status->when, &local));
		if (*status->error)
			fprintf(out, "Last tried     : %s, %s\n", text, status->error);
		else
			fprintf(out, "Last adjusted  : %s, by %+.3f s\n", text, status->judgement.offset);
	}
	if (status->count)
		print_servers(status, out);
}

static int show(struct session *session)
{
	print_clock(session);
	if (session->engine->clock)
		print_synchronization(clock_status(session->engine->clock), session->out);
	return 0;
}

static void on_set(void *user, int error, const char *reason)
{
	struct session *session = user;

	if (error) {
		fprintf(session->out, "time: %s.\n", reason);
	} else {
		cfglog_write(&session->engine->cfglog, "Notice", "The clock was set by %s", session->user);
		print_clock(session);
	}
	session_end(session, error);
}

static bool all_read(const char *text, const char *end)
{
	return end && text && !*end;
}

/* Local time as typed, -1 where it is none or does not exist. */
static time_t read_time(const char *date, const char *clock)
{
	struct tm local = {.tm_isdst = -1}, again;
	time_t seconds;

	if (!date || !clock || !all_read(date, strptime(date, "%Y-%m-%d", &local)) ||
	    !all_read(clock, strptime(clock, "%H:%M:%S", &local)) || local.tm_sec > 59)
		return -1;
	if (local.tm_year + 1900 < FIRST_YEAR || local.tm_year + 1900 > LAST_YEAR)
		return -1;
	local.tm_isdst = -1;
	again = local;
	seconds = mktime(&again);
	/* A day that the month does not have, or an hour that the change to summer time leaves out. */
	return again.tm_mday == local.tm_mday && again.tm_hour == local.tm_hour &&
	               again.tm_min == local.tm_min
	           ? seconds
	           : -1;
}

static int set(struct session *session, const struct line *line)
{
	const char *date = line_word(line, 1), *clock = line_word(line, 2);
	time_t seconds = line_word_count(line) == 3 ? read_time(date, clock) : -1;
	int error;

	if (seconds < 0) {
		fprintf(session->out,
		        "time: -set cannot be '%s%s%s'. Allowed: YYYY-mm-DD HH:MM:SS, a local time from %d "
		        "to %d, "
		        "as in 'time -set 2015-04-27 09:25:00'.\n",
		        date ? date : "", clock ? " " : "", clock ? clock : "", FIRST_YEAR, LAST_YEAR);
		return -EINVAL;
	}
	error = clock_set(session->engine->clock, seconds, on_set, session);
	if (!error)
		return SESSION_WAITS;
	fprintf(session->out, "time: the clock cannot be set now: %s.\n", strerror(-error));
	return error;
}

static int synchronize(struct session *session, bool force)
{
	int error = clock_synchronize(session->engine->clock, force);

	if (error == -ENOENT)
		fputs("time: there is no TimeServer; 'cc DateTime' and 'add TimeServer NAME IP=...' make "
		      "one.\n",
		      session->out);
	else if (error)
		fprintf(session->out, "time: the servers cannot be asked: %s.\n", strerror(-error));
	else
		fputs("Time synchronization requested\n", session->out);
	return error;
}

int command_time(struct session *session, const struct line *line)
{
	bool sets = line_option(line, "set"), syncs = line_option(line, "sync");

	if (sets && syncs) {
		fputs("time: -set or -sync, one at a time.\n", session->out);
		return -EINVAL;
	}
	if (line_option(line, "force") && !syncs) {
		fputs("time: -force belongs to -sync.\n", session->out);
		return -EINVAL;
	}
	if (sets)
		return set(session, line);
	if (line_word_count(line) > 1) {
		fprintf(session->out, "time: '%s' is too much; 'time -set' sets the clock.\n",
		        line_word(line, 1));
		return -EINVAL;
	}
	return syncs ? synchronize(session, line_option(line, "force")) : show(session);
}
