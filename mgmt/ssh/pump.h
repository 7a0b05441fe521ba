/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_SSH_PUMP_H
#define MGMT_SSH_PUMP_H

/* Carries bytes between an SSH channel and a program until one of them ends. */

#include "mgmt/ssh/program.h"

#include <libssh/libssh.h>
#include <stdint.h>

enum pump_end {
	PUMP_PROGRAM_ENDED,
	PUMP_CLIENT_GONE,
	PUMP_SESSION_ENDED, /* hadrian-mgmtd closed the session (its user is gone), or the server ends */
	PUMP_IDLE,          /* the client sent nothing for idle_seconds (C02-038) */
};

/*
 * The event holds the session. Nothing waits without bound in memory: a program that does not read leaves the client's
 * bytes in the channel's window, a client that does not read the program's in its pipe. login is the session's
 * connection to hadrian-mgmtd, of which only the end is looked at. A SIGTERM ends the session too, and is blocked then.
 */
enum pump_end pump(ssh_event event, ssh_session session, ssh_channel channel, struct program *program,
                   int login, uint32_t idle_seconds);

#endif
