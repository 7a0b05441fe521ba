/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The password of who sits at an open session, once more. */

#include "mgmt/mgmtd/login/login_attempt.h"
#include "mgmt/mgmtd/login/password_worker.h"
#include "mgmt/mgmtd/login/users.h"

#include <errno.h>
#include <qb/qbutil.h>

static const char *own_hash(const struct session *session)
{
	const struct login_session *login = login_session(session);

	return login && !login->remote
	           ? user_password(&session->engine->running, login->source, session->user)
	           : NULL;
}

bool login_has_password(const struct session *session)
{
	return own_hash(session) != NULL;
}

static void end(struct session *session, bool wrong)
{
	login_limit_end(&session->engine->logins->limit, session->attempt->request.remote, wrong,
	                qb_util_nano_current_get());
	session->attempt->confirmed = NULL;
}

static void on_checked(void *user, bool matches)
{
	struct session *session = user;
	void (*done)(struct session * session, bool right) = session->attempt->confirmed;

	end(session, !matches);
	done(session, matches);
}

int login_confirm(struct session *session, const char *password,
                  void (*done)(struct session *session, bool right))
{
	struct login_attempt *attempt = session->attempt;
	struct logins *logins = session->engine->logins;
	int error;

	if (!attempt ||
	    !login_limit_begin(&logins->limit, attempt->request.remote, qb_util_nano_current_get()))
		return -EAGAIN;
	attempt->confirmed = done;
	error = password_worker_check(logins->passwords, password, own_hash(session), on_checked, session);
	if (error)
		end(session, error == -E2BIG);
	return error;
}

void login_confirm_forget(struct session *session)
{
	if (!session->attempt || !session->attempt->confirmed)
		return;
	password_worker_forget(session->engine->logins->passwords, session);
	end(session, true);
}
