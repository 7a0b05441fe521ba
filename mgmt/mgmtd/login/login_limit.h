/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_LOGIN_LIMIT_H
#define MGMT_MGMTD_LOGIN_LIMIT_H

/*
 * Limits guessing of passwords by remote address: who guesses waits, nobody else does. Pure but for the table,
 * which is bounded; one thread.
 */

#include "lib/address.h"

#include <stdbool.h>
#include <stdint.h>

#define LOGIN_FAILURES_MAX   10
#define LOGIN_WINDOW_NS      (20 * 1000000000ULL) /* within this time */
#define LOGIN_CHECKS_AT_ONCE 16 /* of one address: half of what can wait, so that others get their turn */
#define LOGIN_ADDRESSES      256

struct login_address {
	char remote[IP_ADDRESS_TEXT]; /* as ip_address_client; "": free */
	uint64_t since_ns;            /* when the first of the failures was */
	unsigned failures, checks;
};

struct login_limit {
	struct login_address address[LOGIN_ADDRESSES];
};

/*
 * A login from remote begins at now (any clock that only grows): true where it may be checked, then
 * login_limit_end must follow. False where this address failed LOGIN_FAILURES_MAX times within LOGIN_WINDOW_NS, or has too many checks
 * under way, or where more addresses are busy than the table holds.
 */
bool login_limit_begin(struct login_limit *limit, const char *remote, uint64_t now_ns);
/* The check is over. */
void login_limit_end(struct login_limit *limit, const char *remote, bool failed, uint64_t now_ns);

#endif
