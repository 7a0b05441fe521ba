/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_SSHD_H
#define MGMT_MGMTD_SSHD_H

/*
 * The SSH server: hadrian-sshd as a child of mgmtd, configured from RemoteMgmtSSH. Runs on the loop's thread.
 */

#include "mgmt/mgmtd/configuration/configuration.h"
#include "mgmt/ssh/status.h"

#include <qb/qbloop.h>

struct sshd;

/* Returns 0 or -errno; *out for sshd_destroy, which ends the server. */
int sshd_create(qb_loop_t *loop, struct sshd **out);
/* NULL is fine. */
void sshd_destroy(struct sshd *sshd);

/*
 * Starts or ends the server as the configuration wants it, or has it read what changed; sessions go on where
 * a server is still wanted. NULL is fine.
 */
void sshd_configure(struct sshd *sshd, const struct configuration *configuration);
/* A child of mgmtd has ended (SIGCHLD). */
void sshd_reap(struct sshd *sshd);

/* What the running server says of itself. Returns 0, or -ESRCH where none runs, or it has not said anything yet. */
int sshd_status(const struct sshd *sshd, struct ssh_status *out);

/*
 * The server's configuration (mgmt/ssh/settings.h): every enabled RemoteMgmtSSH whose interface has an address,
 * malloc'ed, or NULL where there is none to serve (or no memory).
 */
char *sshd_render(const struct configuration *configuration);

#endif
