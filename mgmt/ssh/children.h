/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_SSH_CHILDREN_H
#define MGMT_SSH_CHILDREN_H

/* The processes of the connections, bounded in all and for one address, so that nobody shuts others out. */

#include "lib/address.h"

#include <stdbool.h>
#include <sys/types.h>

#define CHILDREN_MAX            32
#define CHILDREN_OF_ONE_ADDRESS 16

struct children {
	struct {
		pid_t pid; /* 0: free */
		char remote[IP_ADDRESS_TEXT];
		char access[64];
	} child[CHILDREN_MAX];
};

/* A free slot, or -1 where there are too many. Pure. */
int children_slot(const struct children *children, const char *remote);
void children_add(struct children *children, int slot, pid_t pid, const char *remote, const char *access);
/* How many an access let in. Pure. */
unsigned children_count(const struct children *children, const char *access);
/* Forgets those that have ended. */
void children_reap(struct children *children);
/* Ends all with SIGTERM; one whose client does not take its end within CHILDREN_GRACE_MS is killed. */
#define CHILDREN_GRACE_MS 1000
void children_end(struct children *children);

#endif
