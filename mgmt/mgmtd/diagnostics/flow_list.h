/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_DIAGNOSTICS_FLOW_LIST_H
#define MGMT_MGMTD_DIAGNOSTICS_FLOW_LIST_H

/* `flow -show`: flows are printed a page at a time, as fast as the client takes them. Runs on the loop's thread. */

#include "mgmt/mgmtd/session/session.h"

/* The session's command has been given up. */
void flow_list_forget(struct session *session);

#endif
