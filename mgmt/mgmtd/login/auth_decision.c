/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/login/auth_decision.h"

static enum auth_action begin(const struct auth_sources *sources)
{
	if (!sources->remote)
		return AUTH_ASK_LOCAL;
	return sources->local && sources->local_first && sources->user_known ? AUTH_ASK_LOCAL
	                                                                     : AUTH_ASK_RADIUS;
}

enum auth_action auth_decide(const struct auth_sources *sources, enum auth_event event)
{
	switch (event) {
	case AUTH_BEGINS:
		return begin(sources);
	case AUTH_LOCAL_MATCHES:
	case AUTH_RADIUS_ACCEPTS:
		return AUTH_GRANT;
	case AUTH_RADIUS_CHALLENGES:
		return AUTH_ASK_USER;
	case AUTH_RADIUS_SILENT:
		/* With LocalFirst the user is not in the database: it was looked up there. */
		return sources->local && !sources->local_first ? AUTH_ASK_LOCAL : AUTH_REFUSE;
	case AUTH_LOCAL_DIFFERS:
	case AUTH_RADIUS_REJECTS:
	case AUTH_RADIUS_FORGETS:
		break;
	}
	return AUTH_REFUSE;
}
