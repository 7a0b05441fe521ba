/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_ACTION_LOG_H
#define MGMT_MGMTD_ACTION_LOG_H

#include "mgmt/mgmtd/session/session.h"

/*
 * A line of cfglog about what a user did with configurations (MA-063): "action: admin:Administrators performed the action
 * 'profile/save' via SSH from 192.0.2.1: NAME". action: as in "profile/save". name: what it was done to. Loop's thread.
 */
void action_log(struct session *session, const char *action, const char *name);

#endif
