/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_DIAGNOSTICS_SNOOP_H
#define MGMT_MGMTD_DIAGNOSTICS_SNOOP_H

/*
 * What a session watches between its commands: rules that decide (`rulesnoop`) and packets (`trace`), one of each. Runs on
 * the loop's thread.
 */

#include "lib/messages/watch.h"
#include "mgmt/mgmtd/diagnostics/watch_text.h"
#include "mgmt/mgmtd/session/session.h"

enum snoop_kind { SNOOP_RULES, SNOOP_PACKETS, SNOOP_KINDS };

/*
 * Starts to watch, in place of what the session watched of that kind before. what: for people, "on if1". The command ends
 * with the datapath's answer: returns SESSION_WAITS, or -errno after a message.
 */
int snoop_start(struct session *session, enum snoop_kind kind, struct message_watch_start *start,
                enum watch_detail detail, const char *what);
/* NULL: nothing of that kind is watched. Else what. */
const char *snoop_what(const struct session *session, enum snoop_kind kind);
/* Ends it. Returns whether there was something. */
bool snoop_end(struct session *session, enum snoop_kind kind);
/* Ctrl-C: ends everything, and says so in the session. */
void snoop_break(struct session *session);
/* The command that waits for the start has been given up; everything: so has the session. */
void snoop_forget(struct session *session, bool everything);

#endif
