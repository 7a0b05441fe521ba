/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_LOCKOUT_H
#define MGMT_MGMTD_LOCKOUT_H

/*
 * User names that are locked out after failed logins (C17-010), each for one profile. Pure but for the table, which is
 * bounded: where it is full, the name that failed longest ago is forgotten. One thread.
 */

#include <stdbool.h>
#include <stdint.h>

#define LOCKOUT_NAMES 512

struct lockout_name {
	char profile[64], user[64]; /* user "": free */
	unsigned failures;          /* since the last success or lockout */
	uint64_t failed_ns, until_ns;
};

struct lockouts {
	struct lockout_name name[LOCKOUT_NAMES];
};

/* now: any clock that only grows. */
bool lockout_holds(const struct lockouts *lockouts, const char *profile, const char *user, uint64_t now_ns);
/* A login failed: the attempts_max-th in a row locks the name out. True where this one did. 0 for no lockout. */
bool lockout_failed(struct lockouts *lockouts, const char *profile, const char *user, unsigned attempts_max,
                    unsigned seconds, uint64_t now_ns);
/* A login succeeded. */
void lockout_forget(struct lockouts *lockouts, const char *profile, const char *user);

#endif
