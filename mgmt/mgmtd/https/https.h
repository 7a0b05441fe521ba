/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_HTTPS_H
#define MGMT_MGMTD_HTTPS_H

/*
 * The HTTPS server: lighttpd as a child of mgmtd, configured from RemoteMgmtHTTP. Runs on the loop's thread.
 */

#include "mgmt/mgmtd/configuration/configuration.h"

#include <qb/qbloop.h>

struct https;

/* Returns 0 or -errno; *out for https_destroy, which ends the server. */
int https_create(qb_loop_t *loop, struct https **out);
void https_destroy(struct https *https);

/* Starts, restarts or ends the server as the configuration wants it; nothing happens where nothing changed.
 */
void https_configure(struct https *https, const struct configuration *configuration);
/* A child of mgmtd has ended (SIGCHLD). */
void https_reap(struct https *https);

#endif
