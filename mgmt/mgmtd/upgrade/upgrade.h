/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_UPGRADE_H
#define MGMT_MGMTD_UPGRADE_H

/*
 * Installing a package with hadrian-upgrade, which runs beside mgmtd (C02-110). One at a time. Runs on the loop's thread.
 */

#include <qb/qbloop.h>
#include <stdbool.h>

struct upgrade;

/* Any may not be called any more after upgrade_forget; the upgrade goes on. */
struct upgrade_events {
	/* validating, then not; per cent of it. */
	void (*progress)(void *user, bool validating, unsigned percent);
	/* The end: refused says why nothing was changed; NULL: installed, and the node starts again right after this. */
	void (*done)(void *user, const char *version, const char *refused);
};

/*
 * The end, for what outlives who asked: called once, whether anybody was forgotten or not, right before the node starts
 * again where a release was installed.
 */
typedef void (*upgrade_ended)(void *owner, bool installed);

/* Returns 0 or -errno; *out for upgrade_destroy. */
int upgrade_create(qb_loop_t *loop, struct upgrade **out);
void upgrade_destroy(struct upgrade *upgrade);

/*
 * package: its descriptor, which stays the caller's and stands at its first byte. ended may be NULL; it is not called
 * where an error is returned. Returns 0, -EBUSY or another -errno.
 */
int upgrade_start(struct upgrade *upgrade, int package, const struct upgrade_events *events, void *user,
                  upgrade_ended ended, void *owner);
/* Nobody with this user pointer is called any more. NULL for upgrade is fine. */
void upgrade_forget(struct upgrade *upgrade, const void *user);
/* A child of mgmtd has ended (SIGCHLD). */
void upgrade_reap(struct upgrade *upgrade);

#endif
