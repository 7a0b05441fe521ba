/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_SSH_CONNECTION_H
#define MGMT_SSH_CONNECTION_H

#include "mgmt/ssh/settings.h"

#define CONNECTION_GRACE_SECONDS                                                                             \
	30 /* from the connection to the session's start, without what hadrian-mgmtd takes */

/*
 * Serves one client on fd, in a process of its own that gives root up first (slot: privilege.h), and ends the process.
 */
_Noreturn void connection_run(int fd, const struct ssh_access *access, const char *remote, unsigned slot);

#endif
