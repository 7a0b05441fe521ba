/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLUSTER_COROSYNC_LEFTOVERS_H
#define CLUSTER_COROSYNC_LEFTOVERS_H

#include <sys/types.h>

/*
 * A Corosync that was killed leaves its shared memory behind in /dev/shm, megabytes each time. These remove
 * what a process that has ended left, and remember its id across a crash of clusterd.
 */
void leftovers_remove(pid_t pid);
void leftovers_record(const char *path, pid_t pid);
/* Removes for the id in the file at path, unless that process runs. */
void leftovers_remove_recorded(const char *path);

#endif
