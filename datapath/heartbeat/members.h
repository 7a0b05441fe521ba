/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_HEARTBEAT_MEMBERS_H
#define DATAPATH_HEARTBEAT_MEMBERS_H

/* The interfaces that have heartbeats, and the sockets of those that the kernel keeps (Sync). Control thread. */

#include "datapath/heartbeat/mailbox.h"

/* Fills the members by a policy, where configuration->cluster is set, and opens their sockets; those of before stay open. */
void members_collect(struct heartbeat_configuration *configuration, const struct policy *policy);
/*
 * Opens the socket of a device that has come, and anew that of one that was replaced; all: of each. True where the configuration
 * has changed. The sockets in old are to be closed when the heartbeat thread has let go of them.
 */
bool members_renew(struct heartbeat_configuration *configuration, bool all, int old[POLICY_INTERFACES_MAX],
                   unsigned *old_count);
/* The open sockets. Returns how many. */
unsigned members_sockets(const struct heartbeat_configuration *configuration, int fds[POLICY_INTERFACES_MAX]);
void members_close(const int *fds, unsigned count);

#endif
