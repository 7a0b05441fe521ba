/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_HEARTBEAT_THREAD_H
#define DATAPATH_HEARTBEAT_THREAD_H

/* The thread that sends and judges heartbeats, by deadline or at real-time priority: nothing else of the node is in its way. */

#include <stdint.h>

/* After mailbox_start. Returns 0 or -errno. Control thread. */
int heartbeat_thread_start(void);
/* Waits for its end. Control thread. */
void heartbeat_thread_stop(void);

/* --- for datapath/heartbeat/beat.c, on the thread itself */

/* The timer fires each interval from now on; 0: never. */
void heartbeat_thread_period(uint64_t interval_ns);
/* Wakes for frames of the socket, until it is closed or forgotten. Returns 0 or -errno. */
int heartbeat_thread_watch(int fd);
void heartbeat_thread_forget(int fd);

#endif
