/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/login/lockout.h"

#include <stdio.h>
#include <string.h>

#define SECOND_NS 1000000000ULL

static struct lockout_name *find(const struct lockouts *lockouts, const char *profile, const char *user)
{
	for (unsigned i = 0; i < LOCKOUT_NAMES; i++) {
		const struct lockout_name *name = &lockouts->name[i];

		if (*name->user && !strcmp(name->user, user) && !strcmp(name->profile, profile))
			return (struct lockout_name *)name;
	}
	return NULL;
}

static struct lockout_name *make(struct lockouts *lockouts, const char *profile, const char *user)
{
	struct lockout_name *oldest = &lockouts->name[0];

	for (unsigned i = 0; i < LOCKOUT_NAMES && *oldest->user; i++)
		if (!*lockouts->name[i].user || lockouts->name[i].failed_ns < oldest->failed_ns)
			oldest = &lockouts->name[i];
	*oldest = (struct lockout_name){0};
	snprintf(oldest->profile, sizeof(oldest->profile), "%s", profile);
	snprintf(oldest->user, sizeof(oldest->user), "%s", user);
	return oldest;
}

bool lockout_holds(const struct lockouts *lockouts, const char *profile, const char *user, uint64_t now_ns)
{
	const struct lockout_name *name = find(lockouts, profile, user);

	return name && now_ns < name->until_ns;
}

bool lockout_failed(struct lockouts *lockouts, const char *profile, const char *user, unsigned attempts_max,
                    unsigned seconds, uint64_t now_ns)
{
	struct lockout_name *name;

	if (!attempts_max || !*user)
		return false;
	name = find(lockouts, profile, user);
	if (!name)
		name = make(lockouts, profile, user);
	name->failed_ns = now_ns;
	if (++name->failures < attempts_max)
		return false;
	name->failures = 0;
	name->until_ns = now_ns + seconds * SECOND_NS;
	return true;
}

void lockout_forget(struct lockouts *lockouts, const char *profile, const char *user)
{
	struct lockout_name *name = find(lockouts, profile, user);

	if (name)
		*name = (struct lockout_name){0};
}
