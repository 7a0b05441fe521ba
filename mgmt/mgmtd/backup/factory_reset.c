/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/backup/factory_reset.h"
#include "mgmt/mgmtd/engine/restart.h"
#include "system/factory.h"

#include <errno.h>
#include <string.h>

#define BARS "||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||\n"

/* The supervisor removes the files, when no daemon writes them any more. From here on a power failure does not undo it. */
static int reset(struct session *session, bool with_system)
{
	int error;

	fputs("Resetting configuration to factory default...\n", session->out);
	error = factory_ask(with_system);
	if (error) {
		fprintf(session->out, "The reset failed: %s. Nothing was changed.\n", strerror(-error));
		return error;
	}
	cfglog_write(&session->engine->cfglog, "Warning", "User %s resets the %s to factory default.",
	             session->user, with_system ? "system" : "configuration");
	fputs(BARS "Reset configuration to factory default successfully.\nThe system is going down NOW!\n",
	      session->out);
	error = restart_node();
	if (error)
		fprintf(session->out,
		        "It cannot start again by itself (%s); it is reset when it is started.\n",
		        strerror(-error));
	return error;
}

static int on_answer(struct session *session, const char *answer)
{
	if (answer_is_yes(answer))
		return reset(session, session->verbose);
	fputs("Nothing was changed.\n", session->out);
	return 0;
}

int factory_reset(struct session *session, bool with_system, bool force)
{
	if (!restart_is_possible()) {
		fputs("backup: this node's daemons were not started by hadrian-supervisor, which a factory "
		      "reset needs.\n",
		      session->out);
		return -ENOTSUP;
	}
	if (force)
		return reset(session, with_system);
	session->verbose = with_system;
	fprintf(session->out,
	        "This will reset the current configuration to factory default\n%sand reboot the system.\n"
	        "This change is not reversible.\n",
	        with_system ? "and the software to the version that was delivered,\n" : "");
	return session_ask(session, "Are you sure you want to continue? [yes/no]:", on_answer);
}
