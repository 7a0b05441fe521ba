/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_CORE_APPLY_H
#define DATAPATH_CORE_APPLY_H

/* Policies taking effect. Control thread. */

/*
 * Takes the policy in a sealed memory file (closed here). Returns 0, or -errno with the reason for people:
 * then the policy before is untouched. Only where there is none before, a policy some of whose devices cannot
 * be opened is taken all the same, for a node without one interface is worth more than a node without any;
 * the error tells of it then.
 */
int policy_apply(int fd, char reason[256]);
/* Once a second. */
void policy_tick(void);
/* The policy is not needed any more; workers have ended. */
void policy_stop(void);

#endif
