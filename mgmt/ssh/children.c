/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/ssh/children.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

int children_slot(const struct children *children, const char *remote)
{
	char client[IP_ADDRESS_TEXT], other[IP_ADDRESS_TEXT];
	unsigned same = 0;
	int slot = -1;

	ip_address_client(remote, client);
	for (int i = 0; i < CHILDREN_MAX; i++) {
		if (!children->child[i].pid)
			slot = slot < 0 ? i : slot;
		else if (!strcmp(ip_address_client(children->child[i].remote, other), client))
			same++;
	}
	return same < CHILDREN_OF_ONE_ADDRESS ? slot : -1;
}

void children_add(struct children *children, int slot, pid_t pid, const char *remote, const char *access)
{
	children->child[slot].pid = pid;
	snprintf(children->child[slot].access, sizeof(children->child[slot].access), "%s", access);
	snprintf(children->child[slot].remote, sizeof(children->child[slot].remote), "%s", remote);
}

unsigned children_count(const struct children *children, const char *access)
{
	unsigned count = 0;

	for (size_t i = 0; i < CHILDREN_MAX; i++)
		count += children->child[i].pid && !strcmp(children->child[i].access, access);
	return count;
}

void children_reap(struct children *children)
{
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
		for (size_t i = 0; i < CHILDREN_MAX; i++)
			if (children->child[i].pid == pid)
				children->child[i].pid = 0;
}

static bool any_left(const struct children *children)
{
	for (size_t i = 0; i < CHILDREN_MAX; i++)
		if (children->child[i].pid)
			return true;
	return false;
}

static void signal_all(const struct children *children, int number)
{
	for (size_t i = 0; i < CHILDREN_MAX; i++)
		if (children->child[i].pid)
			kill(children->child[i].pid, number);
}

void children_end(struct children *children)
{
	const struct timespec pause = {.tv_nsec = 10000000};

	signal_all(children, SIGTERM);
	for (unsigned i = 0; i < CHILDREN_GRACE_MS / 10 && any_left(children); i++) {
		nanosleep(&pause, NULL);
		children_reap(children);
	}
	signal_all(children, SIGKILL);
}
