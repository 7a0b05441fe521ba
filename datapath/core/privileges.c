/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/core/privileges.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>

/*
 * What ports and host interfaces that a later policy brings still need: interfaces and routes, packet
 * sockets, real-time priority, memory locked for a NIC or an AF_XDP socket, and loading such a socket's
 * program.
 */
static const struct {
	cap_value_t value;
	const char *name;
	bool required;
} kept[] = {
    {CAP_NET_ADMIN, "CAP_NET_ADMIN", true},  {CAP_NET_RAW, "CAP_NET_RAW", true},
    {CAP_SYS_NICE, "CAP_SYS_NICE", false},   {CAP_IPC_LOCK, "CAP_IPC_LOCK", false},
    {CAP_SYS_RAWIO, "CAP_SYS_RAWIO", false}, {CAP_BPF, "CAP_BPF", false},
};
#define KEPT (sizeof(kept) / sizeof(kept[0]))

static bool have(cap_t capabilities, cap_value_t value)
{
	cap_flag_value_t set = CAP_CLEAR;

	return cap_get_flag(capabilities, value, CAP_EFFECTIVE, &set) == 0 && set == CAP_SET;
}

int privileges_check(char reason[256])
{
	cap_t capabilities = cap_get_proc();
	char missing[128] = "";

	if (!capabilities) {
		snprintf(reason, 256, "cannot read its capabilities: %s", strerror(errno));
		return -errno;
	}
	for (size_t i = 0; i < KEPT; i++) {
		if (kept[i].required && !have(capabilities, kept[i].value)) {
			strncat(missing, " ", sizeof(missing) - strlen(missing) - 1);
			strncat(missing, kept[i].name, sizeof(missing) - strlen(missing) - 1);
		}
	}
	cap_free(capabilities);
	if (!missing[0])
		return 0;
	snprintf(reason, 256, "capabilities missing:%s; run it as root", missing);
	return -EPERM;
}

static bool keeps(cap_value_t value)
{
	for (size_t i = 0; i < KEPT; i++) {
		if (kept[i].value == value)
			return true;
	}
	return false;
}

int privileges_drop(void)
{
	cap_t now = cap_get_proc(), next = cap_init();
	int error = 0;

	if (!now || !next) {
		error = -ENOMEM;
		goto out;
	}
	/* The bounding set first: dropping from it needs CAP_SETPCAP, which goes with the rest. */
	for (cap_value_t value = 0; CAP_IS_SUPPORTED(value); value++) {
		if (!keeps(value) && have(now, CAP_SETPCAP) && cap_drop_bound(value) < 0)
			error = -errno;
	}
	for (size_t i = 0; i < KEPT; i++) {
		if (!have(now, kept[i].value))
			continue;
		cap_set_flag(next, CAP_PERMITTED, 1, &kept[i].value, CAP_SET);
		cap_set_flag(next, CAP_EFFECTIVE, 1, &kept[i].value, CAP_SET);
	}
	if (cap_set_proc(next) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		error = -errno;
out:
	cap_free(now);
	cap_free(next);
	return error;
}

int privileges_real_time(void)
{
	struct sched_param parameters = {.sched_priority = 5};

	/* Threads that libraries start here are not to inherit it. */
	return -pthread_setschedparam(pthread_self(), SCHED_RR | SCHED_RESET_ON_FORK, &parameters);
}

int privileges_ordinary_time(void)
{
	struct sched_param parameters = {.sched_priority = 0};

	return -pthread_setschedparam(pthread_self(), SCHED_OTHER, &parameters);
}

bool privileges_af_xdp(void)
{
	cap_t capabilities = cap_get_proc();
	bool result = capabilities && have(capabilities, CAP_BPF);

	cap_free(capabilities);
	return result;
}
