/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_DISCOVERY_SNOOP_H
#define MGMT_MGMTD_DISCOVERY_SNOOP_H

/*
 * Sessions that are shown router solicitations and advertisements (`ndpsnoop`, C05-021), or ARP (`arpsnoop`, C04-013). One
 * thread.
 */

#include "lib/messages/neighbour.h"
#include "mgmt/mgmtd/engine/engine.h"

struct session;

/* What an `arp` or `ndp` of a session that is going has gathered. */
void neighbours_forget(struct session *session);
/* Tells the datapath whether any session wants them: after ndp_snoop or arp_snoop of a session changed, or a session is gone. */
void discovery_snoop_changed(struct engine *engine);

#endif
