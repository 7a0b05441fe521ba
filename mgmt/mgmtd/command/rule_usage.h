/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_RULE_USAGE_H
#define MGMT_MGMTD_RULE_USAGE_H

/* `ruledb -usage`: how often each rule in force has decided. Runs on the loop's thread. */

struct session;
struct rule_usage;

/*
 * Asks the datapath and prints a line a rule, of those alone whose name or index is `name` where that is not NULL. Returns
 * SESSION_WAITS, or -errno after a message.
 */
int rule_usage_show(struct session *session, const char *name);
/* The session is about to end, or has its answer: forgets session->rule_usage, also NULL. */
void rule_usage_forget(struct session *session);

#endif
