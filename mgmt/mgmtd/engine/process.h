/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_PROCESS_H
#define MGMT_MGMTD_PROCESS_H

/* The product's own processes as /proc shows them (C02-050 ... C02-052). One thread; nothing blocks. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PROCESSES_MAX 128

struct process {
	pid_t pid, parent;
	char name[32];      /* of the program */
	uint64_t ticks;     /* CPU time, in clock ticks (sysconf(_SC_CLK_TCK)) */
	uint64_t memory_kb; /* its own: without what it shares with other programs */
	double percent;     /* of one CPU, over the time between two looks */
};

struct processes {
	struct process list[PROCESSES_MAX];
	size_t count;
	uint64_t when_ns;                  /* of the look, monotonic */
	uint64_t system_ticks, idle_ticks; /* of all CPUs together, since the start */
	double percent, system_percent;    /* of the list, of one CPU; of all CPUs together */
};

/*
 * Reads a line of /proc/PID/stat: pid, parent, name (at most 15 characters) and ticks. Any text is safe to give.
 * Returns 0 or -EINVAL.
 */
int process_stat_parse(const char *line, struct process *out);
/*
 * Looks at the processes in roots and all that descend from them; with threads of forwarding left out of
 * forwarder (0: none), whose main thread alone counts. Returns 0 or -errno.
 */
int processes_look(const pid_t roots[], size_t count, pid_t forwarder, struct processes *out);
/* Fills in percent of now from an earlier look. */
void processes_compare(const struct processes *before, struct processes *now);
/* Highest use first. */
void processes_sort(struct processes *processes);

#endif
