/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_COMMAND_UPGRADE_H
#define MGMT_MGMTD_COMMAND_UPGRADE_H

#include "mgmt/mgmtd/session/session.h"
#include "mgmt/mgmtd/upgrade/upgrade.h"

/*
 * Installs the package that fd (the caller's) stands at, as `upgrade` does: draws the progress, says what came of it
 * about the file of session->argument, and ends the command. Returns SESSION_WAITS, or -errno without a word; ended and
 * owner as upgrade_start's.
 */
int upgrade_run(struct session *session, int fd, upgrade_ended ended, void *owner);

#endif
