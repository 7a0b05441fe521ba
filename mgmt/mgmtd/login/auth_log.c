/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/log.h"
#include "mgmt/mgmtd/login/login_attempt.h"

#include <stdio.h>
#include <string.h>

/* A value is one word, or stands in quotes: what a client or a server sent adds no fields. */
static void write_field(FILE *out, const char *name, const char *value, bool quoted)
{
	fprintf(out, quoted ? " %s=\"" : " %s=", name);
	for (; *value; value++)
		fputc((unsigned char)*value < 0x20 + !quoted || *value == 0x7f || *value == '"' ? '?'
		                                                                                : *value,
		      out);
	if (quoted)
		fputc('"', out);
}

static void write_event(const struct session *session, int priority, const char *event, const char *user,
                        const char *source, const char *groups, const char *reason)
{
	const struct login_attempt *attempt = session->attempt;
	char line[1024] = "";
	FILE *out;

	if (!login_is_logged(session))
		return;
	out = fmemopen(line, sizeof(line), "w");
	if (!out)
		return;
	fprintf(out, "AUTHSYS: prio=%s event=%s", priority == LOG_WARNING ? "warning" : "notice", event);
	if (attempt->session.id)
		fprintf(out, " userid=%u", attempt->session.id);
	if (user)
		write_field(out, "user", user, false);
	write_field(out, "ip", attempt->request.remote, false);
	write_field(out, "profile", attempt->profile.name, false);
	fputs(" agent=Basic", out);
	write_field(out, "userdb", source, false);
	if (groups)
		write_field(out, "usergroups", groups, true);
	if (reason)
		write_field(out, "reason", reason, true);
	fputs(" action=none", out);
	fclose(out);
	qb_log(priority == LOG_WARNING ? LOG_WARNING : LOG_NOTICE, "%s", line);
}

void auth_log(const struct session *session, int priority, const char *event, const char *user,
              const char *source, const char *groups)
{
	write_event(session, priority, event, user, source, groups, NULL);
}

void auth_log_silent(const struct session *session, const char *source, const char *reason)
{
	write_event(session, LOG_WARNING, "authentication_source_did_not_respond",
	            session->attempt->request.user, source, NULL, reason);
}
