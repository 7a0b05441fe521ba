/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_CFGLOG_H
#define MGMT_MGMTD_CFGLOG_H

/* The configuration log (C02-045): starts, deployments and what went wrong with them. Kept over restarts. One
 * thread. */

#include <stdbool.h>
#include <stdio.h>

#define CFGLOG_LENGTH_MAX (256 << 10) /* then the older half goes */

struct cfglog {
	char path[256];
};

void cfglog_open(struct cfglog *log, const char *directory);
/* severity: "Notice", "Warning", "Error". Also goes to the daemon's log. */
void cfglog_write(struct cfglog *log, const char *severity, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Prints everything, or from the last "Beginning system reconfigure" on. Returns 0 or -errno. */
int cfglog_print(const struct cfglog *log, bool everything, FILE *out);

#endif
