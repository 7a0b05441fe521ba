/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLUSTER_COROSYNC_PROCESS_H
#define CLUSTER_COROSYNC_PROCESS_H

/*
 * Corosync as a child of clusterd: started when there are a key and the addresses of the links, started again
 * (later and later) when it ends, killed with clusterd. Loop's thread; nothing here waits, but for
 * corosync_destroy.
 */

#include "lib/messages/cluster.h"

#include <qb/qbloop.h>
#include <stdbool.h>

struct corosync;

/* Starts nothing yet. Returns 0 or -ENOMEM; *out is the caller's. */
int corosync_create(qb_loop_t *loop, struct corosync **out);
/*
 * Starts it with this configuration, or restarts it where the configuration differs from the one it has. True: the one that
 * runs only has to be made to read what was written for it now (links_reload).
 */
bool corosync_configure(struct corosync *corosync, const struct message_cluster_configuration *configuration);
/* Ends a Corosync that runs but does not work, and starts it again. */
void corosync_restart(struct corosync *corosync);
/* When the one that runs was started, by clock_now_ms; 0: none runs, or it is about to end. */
uint64_t corosync_since(const struct corosync *corosync);
/* Ends it and starts it no more until it is configured again. */
void corosync_stop(struct corosync *corosync);
/* Ends it, waits half a second at most for it to leave its cluster cleanly, and frees. NULL is fine. */
void corosync_destroy(struct corosync *corosync);

#endif
