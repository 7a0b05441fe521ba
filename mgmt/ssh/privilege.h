/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_SSH_PRIVILEGE_H
#define MGMT_SSH_PRIVILEGE_H

/*
 * Gives root up for a user that no other connection has at the same time (slot), so that neither what a client sends
 * before its login nor its session reaches another connection's processes. For good. Returns 0 or -errno.
 */
int privilege_drop(unsigned slot);

#endif
