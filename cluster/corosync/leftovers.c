/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/corosync/leftovers.h"

#include <errno.h>
#include <ftw.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *position)
{
	(void)status;
	(void)position;
	return type == FTW_DP || type == FTW_D ? rmdir(path) && errno != ENOENT
	                                       : unlink(path) && errno != ENOENT;
}

static void remove_matching(const char *pattern)
{
	glob_t found;

	if (glob(pattern, GLOB_NOSORT, NULL, &found))
		return;
	for (size_t i = 0; i < found.gl_pathc; i++)
		nftw(found.gl_pathv[i], remove_entry, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	globfree(&found);
}

void leftovers_remove(pid_t pid)
{
	char pattern[64];

	snprintf(pattern, sizeof(pattern), "/dev/shm/qb-%d-*", (int)pid);
	remove_matching(pattern);
	snprintf(pattern, sizeof(pattern), "/dev/shm/qb-corosync-%d-*", (int)pid);
	remove_matching(pattern);
}

void leftovers_record(const char *path, pid_t pid)
{
	FILE *file = fopen(path, "we");

	if (!file)
		return;
	fprintf(file, "%d\n", (int)pid);
	fclose(file);
}

void leftovers_remove_recorded(const char *path)
{
	FILE *file = fopen(path, "re");
	int pid = 0;

	if (!file)
		return;
	if (fscanf(file, "%d", &pid) == 1 && pid > 1 && kill(pid, 0) && errno == ESRCH)
		leftovers_remove(pid);
	fclose(file);
	unlink(path);
}
