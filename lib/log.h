/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_LOG_H
#define LIB_LOG_H

#include <qb/qblog.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Starts qb_log for a daemon: lines with time and severity on standard error, and syslog where with_syslog is
 * set. After this use qb_log(LOG_INFO, "...") and its kin. Never pass a secret to it.
 */
void log_start(const char *name, int with_syslog);

/*
 * From now on what this program logs goes to hadrian-log too, where that runs, which sends it to the receivers that are
 * configured. It never waits: what hadrian-log does not take at once is counted, and told with the next line.
 */
void log_forward(const char *program);

/* From now on lines that go to hadrian-log say that this node is active, or is not. On the thread that logs. */
void log_activity(bool active);

/*
 * From now on times are told in that zone: text as the environment's TZ (POSIX.1, 8.3: "<+0100>-01:00"), of that length; anything else is left.
 * On the thread that logs.
 */
void log_time_zone(const char *text, size_t length);

#endif
