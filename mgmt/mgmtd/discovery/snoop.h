/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_DISCOVERY_SNOOP_H
#define MGMT_MGMTD_DISCOVERY_SNOOP_H

/* Sessions that are shown router solicitations and advertisements (`ndpsnoop`, C05-021). One thread. */

#include "mgmt/mgmtd/engine/engine.h"

struct session;

/* What an `ndp` of a session that is going has gathered. */
void ndp_forget(struct session *session);
/* Tells the datapath whether any session wants them: after session->ndp_snoop changed, or a session is gone. */
void discovery_snoop_changed(struct engine *engine);

#endif
