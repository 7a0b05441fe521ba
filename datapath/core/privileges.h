/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_CORE_PRIVILEGES_H
#define DATAPATH_CORE_PRIVILEGES_H

#include <stdbool.h>

/* Whether this process may do what a datapath does. Returns 0, or -EPERM with what is missing in reason. */
int privileges_check(char reason[256]);

/*
 * Gives up, for this thread and all it starts later, every capability that ports and host interfaces do not
 * need, and the way to gain any. To be called before other threads are started. Returns 0 or -errno.
 */
int privileges_drop(void);

/* Whether the program of an AF_XDP socket can be loaded. */
bool privileges_af_xdp(void);

/* Puts the calling thread under real-time scheduling. Returns 0, or -errno where that is not permitted. */
int privileges_real_time(void);
/* Takes the calling thread out of it again: it has nothing left to do that others must wait for. Returns 0 or -errno. */
int privileges_ordinary_time(void);

#endif
