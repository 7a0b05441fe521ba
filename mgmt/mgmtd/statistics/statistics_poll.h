/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_STATISTICS_POLL_H
#define MGMT_MGMTD_STATISTICS_POLL_H

/* What a session polls (C02-119, C02-120). Runs on the loop's thread. */

#include "mgmt/mgmtd/session/session.h"

/* The command that waits for values has been given up; everything: so has the session, with its list. */
void statistics_forget(struct session *session, bool everything);

#endif
