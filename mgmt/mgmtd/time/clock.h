/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_CLOCK_H
#define MGMT_MGMTD_CLOCK_H

/*
 * The clock: set by an administrator, or by time servers every TimeSyncInterval. Each server is asked by a chronyd of its
 * own, which has no privilege and ends with its answer; the clock itself is set by hadrian-clock. Runs on the loop's
 * thread, and never waits.
 */

#include "lib/address.h"
#include "mgmt/mgmtd/configuration/configuration.h"
#include "mgmt/mgmtd/time/clock_judge.h"

#include <qb/qbloop.h>
#include <time.h>

#define CLOCK_SERVERS_MAX 16

struct clock;

/* error: 0, or -errno with the reason. */
typedef void (*clock_done)(void *user, int error, const char *reason);

struct clock_server {
	char name[64];
	char address[IP_ADDRESS_TEXT];
	struct clock_answer answer; /* of the last time */
};

struct clock_status {
	bool enabled, asking;
	bool ever;   /* it was tried, and the rest tells the outcome */
	time_t when; /* of the outcome */
	unsigned max_adjust_s;
	struct clock_judgement judgement;
	char error[128]; /* "" where the clock was adjusted */
	size_t count;
	struct clock_server server[CLOCK_SERVERS_MAX];
};

/* Returns 0 or -ENOMEM; *out for clock_destroy, for which NULL is fine. */
int clock_create(qb_loop_t *loop, struct clock **out);
void clock_destroy(struct clock *clock);
/* Takes time zone and servers of the configuration; first asks them soon after. clock NULL: the time zone only. */
void clock_configure(struct clock *clock, const struct configuration *configuration);
/* A child of mgmtd has ended (SIGCHLD), one of these perhaps. */
void clock_reap(struct clock *clock);

/*
 * Asks the servers now; force: whatever the difference is. Returns 0 (also where they are being asked already),
 * -ENOENT where there is none, or -errno.
 */
int clock_synchronize(struct clock *clock, bool force);
/* Sets the clock. Returns 0 (done is called later), -EBUSY while it is being set, or -errno. */
int clock_set(struct clock *clock, time_t seconds, clock_done done, void *user);
/* Nobody with this user pointer is called any more. NULL is fine. */
void clock_forget(struct clock *clock, const void *user);
/* As long as clock lives. */
const struct clock_status *clock_status(const struct clock *clock);

#endif
