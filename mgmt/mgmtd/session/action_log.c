/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/session/action_log.h"
#include "mgmt/mgmtd/login/login.h"

void action_log(struct session *session, const char *action, const char *name)
{
	const char *remote = session->attempt ? login_remote(session) : "";

	cfglog_write(&session->engine->cfglog, "Notice",
	             "action: %s:%s performed the action '%s' via %s%s: %s", session->user,
	             session->may_write ? "Administrators" : "Auditors", action,
	             *remote ? "SSH from " : "the console", remote, name);
}
