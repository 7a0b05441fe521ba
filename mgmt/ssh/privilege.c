/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/ssh/privilege.h"

#include <errno.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define FIRST_USER                                                                                           \
	61184 /* systemd's range of users that have no name and exist only as long as they are needed */

static int limit(__rlimit_resource_t resource, rlim_t most)
{
	struct rlimit value = {most, most};

	return setrlimit(resource, &value) ? -errno : 0;
}

/* A connection needs three. Linux counts a user's processes over all containers of a system. */
#define PROCESSES 32

int privilege_drop(unsigned slot)
{
	uid_t user = FIRST_USER + slot;

	if (setgroups(0, NULL) || setresgid(user, user, user) || setresuid(user, user, user) ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || chdir("/"))
		return -errno;
	if (limit(RLIMIT_CORE, 0) || limit(RLIMIT_FSIZE, 0) || limit(RLIMIT_NOFILE, 64) ||
	    limit(RLIMIT_NPROC, PROCESSES))
		return -errno;
	return 0;
}
