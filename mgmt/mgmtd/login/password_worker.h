/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_PASSWORD_WORKER_H
#define MGMT_MGMTD_PASSWORD_WORKER_H

/*
 * Checks and hashes passwords on a thread of its own, one after the other: each takes tens of milliseconds on purpose,
 * and the loop has other work. All functions are called on the loop's thread, and so are the results.
 */

#include <qb/qbloop.h>
#include <stdbool.h>

#define PASSWORD_CHECKS_MAX 32 /* that wait at once */

struct password_worker;
typedef void (*password_result)(void *user, bool matches);
/* hash is valid during the call, NULL on an error. */
typedef void (*password_hashed)(void *user, int error, const char *hash);

/* Starts the thread. Returns 0 or -errno. */
int password_worker_create(qb_loop_t *loop, struct password_worker **out);
/* Waits for the check that runs; results that did not come yet never come. NULL is fine. */
void password_worker_destroy(struct password_worker *worker);
/*
 * Compares as password_matches does: hash NULL (no such user) takes as long as any. Both texts are copied, and
 * the password's copy is wiped after the check. done is called later, once. Returns 0, or -EAGAIN where
 * PASSWORD_CHECKS_MAX wait, or -E2BIG for what is too long for a password or a hash.
 */
int password_worker_check(struct password_worker *worker, const char *password, const char *hash,
                          password_result done, void *user);
/* Hashes as password_hash does; otherwise as password_worker_check. */
int password_worker_hash(struct password_worker *worker, const char *password, password_hashed done,
                         void *user);
/* user is gone: its results are not told. */
void password_worker_forget(struct password_worker *worker, const void *user);

#endif
