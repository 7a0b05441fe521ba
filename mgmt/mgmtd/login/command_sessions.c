/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/messages/radius.h"
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/login/login.h"
#include "mgmt/mgmtd/login/radius.h"
#include "mgmt/mgmtd/session/table.h"

#include <errno.h>
#include <qb/qbutil.h>
#include <stdlib.h>
#include <time.h>

static void add_session(struct table *table, const struct session *session, bool own)
{
	const struct login_session *login = login_session(session);
	char since[32] = "";
	struct tm local;

	if (login)
		strftime(since, sizeof(since), "%Y-%m-%d %H:%M:%S", localtime_r(&login->since, &local));
	table_row(table, own ? "*" : "");
	table_cell(table, "%s", session->user);
	table_cell(table, "%s", session->may_write ? "Administrators" : "Auditors");
	table_cell(table, "%s", login ? login->source : "");
	table_cell(table, "%s", login ? login->address : "");
	table_cell(table, "%s", login ? login->access : "");
	table_cell(table, "%s", since);
	if (login)
		table_cell(
		    table, "%llu s",
		    (unsigned long long)((qb_util_nano_current_get() - login->used_ns) / QB_TIME_NS_IN_SEC));
	else
		table_cell(table, "%s", "");
}

int command_sessions(struct session *session, const struct line *line)
{
	static const char *const headings[] = {"User",   "Group", "User Database", "Address",
	                                       "Access", "Since", "Idle"};
	struct table table = {0};

	(void)line;
	for (size_t i = 0; i < sizeof(headings) / sizeof(*headings); i++)
		table_column(&table, headings[i]);
	for (const struct session *one = session->engine->sessions; one; one = one->next)
		if (one->open)
			add_session(&table, one, one == session);
	table_print(&table, 3, session->out);
	return 0;
}

int command_radiussnoop(struct session *session, const struct line *line)
{
	bool on = line_option(line, "on"), off = line_option(line, "off"),
	     verbose = line_option(line, "verbose");

	if ((on && off) || (verbose && !on)) {
		fprintf(session->out, "radiussnoop: %s.\n",
		        on ? "-on and -off exclude each other" : "-verbose goes with -on");
		return -EINVAL;
	}
	if (on)
		session->radius_snoop = verbose ? RADIUS_SNOOP_ATTRIBUTES : RADIUS_SNOOP_PACKETS;
	else if (off)
		session->radius_snoop = RADIUS_SNOOP_OFF;
	radius_snoop_changed(session->engine->radius);
	fprintf(session->out, "Snooping of RADIUS is %s in this session.\n",
	        session->radius_snoop == RADIUS_SNOOP_OFF       ? "off"
	        : session->radius_snoop == RADIUS_SNOOP_PACKETS ? "on"
	                                                        : "on, with attributes");
	return 0;
}
