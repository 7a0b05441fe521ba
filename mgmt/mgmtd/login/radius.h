/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_RADIUS_H
#define MGMT_MGMTD_RADIUS_H

/*
 * hadrian-radius as a child of mgmtd, which asks RADIUS servers. It is there as long as the configuration has a
 * RadiusServer. Runs on the loop's thread.
 */

#include "lib/messages/radius.h"
#include "mgmt/mgmtd/configuration/configuration.h"

#include <qb/qbloop.h>

struct engine;
struct radius;

/* answer->code 0: no server answered, or none can be asked. */
typedef void (*radius_result)(void *user, const struct message_radius_answer *answer);

/* Returns 0 or -errno; *out for radius_destroy, which ends the child. What it snoops goes to the engine's sessions. */
int radius_create(struct engine *engine, struct radius **out);
/* NULL is fine. */
void radius_destroy(struct radius *radius);
/* Starts or ends the child as the configuration wants it. NULL is fine. */
void radius_configure(struct radius *radius, const struct configuration *configuration);
/* A child of mgmtd has ended (SIGCHLD). NULL is fine. */
void radius_reap(struct radius *radius);

/*
 * Asks; the request is copied, its id is set here. done is called later, once. Returns 0, or -EAGAIN where
 * RADIUS_REQUESTS_MAX are under way.
 */
int radius_ask(struct radius *radius, const struct message_radius_request *request, radius_result done,
               void *user);
/* user is gone: its results are not told. */
void radius_forget(struct radius *radius, const void *user);
/* The sessions' radius_snoop has changed. NULL is fine. */
void radius_snoop_changed(struct radius *radius);

#endif
