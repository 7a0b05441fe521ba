/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SYSTEM_DAEMONS_H
#define SYSTEM_DAEMONS_H

/*
 * The daemons of a node as processes: started, started again after a crash, stopped in order. hadrian-supervisor's only
 * thread.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* datapath_arguments: what hadrian-datapath is started with behind its name, NULL-terminated; must outlive this. */
void daemons_start(char *const datapath_arguments[]);
/* Ends all, one after the other: clusterd first, which hands the active role over while the datapath still forwards. */
void daemons_stop(void);
/* Collects those that ended by themselves and plans their next start. Returns their number, one's name in *name. */
unsigned daemons_reap(const char **name);
/* Starts what is due. Returns the milliseconds to the next one, -1 for none. */
int daemons_restart_due(void);

#endif
