/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/session/table.h"
#include "mgmt/mgmtd/statistics/memory.h"
#include "mgmt/mgmtd/statistics/usage.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

static void print_processes(const struct processes *processes, FILE *out)
{
	uint64_t ticks_a_second = (uint64_t)sysconf(_SC_CLK_TCK);
	struct table table = {0};

	table_column(&table, "Name");
	table_column(&table, "Time");
	table_column(&table, "CPU(%)");
	for (size_t i = 0; i < processes->count; i++) {
		const struct process *process = &processes->list[i];
		uint64_t seconds = process->ticks / ticks_a_second;

		table_row(&table, "");
		table_cell(&table, "%s", process->name);
		table_cell(&table, "%02" PRIu64 ":%02" PRIu64, seconds / 60, seconds % 60);
		table_cell(&table, "%.1f", process->percent);
	}
	table_print(&table, 0, out);
}

int command_top(struct session *session, const struct line *line)
{
	const struct processes *latest = usage_latest(session->engine->usage);
	struct processes sorted;
	double load[3];

	(void)line;
	if (!latest || getloadavg(load, 3) != 3) {
		fputs("top: there is nothing to show yet.\n", session->out);
		return -EAGAIN;
	}
	sorted = *latest;
	processes_sort(&sorted);
	fprintf(session->out, "Load avg: %.2f, %.2f, %.2f\nCPU usage: %.1f%%  CPUs: %ld\n", load[0], load[1],
	        load[2], sorted.system_percent, sysconf(_SC_NPROCESSORS_ONLN));
	print_processes(&sorted, session->out);
	return 0;
}

static void print_kilobytes(FILE *out, const char *name, uint64_t kilobytes)
{
	fprintf(out, "  %-38s  %" PRIu64 " KB\n", name, kilobytes);
}

/* What no process of the product holds and is not free: the kernel's, and other programs'. */
int command_memory(struct session *session, const struct line *line)
{
	const struct processes *latest = usage_latest(session->engine->usage);
	struct memory memory;
	uint64_t listed = 0;
	char name[48];
	int error = memory_read(&memory);

	(void)line;
	if (error || !latest) {
		fputs("memory: there is nothing to show yet.\n", session->out);
		return error ? error : -EAGAIN;
	}
	for (size_t i = 0; i < latest->count; i++) {
		snprintf(name, sizeof(name), "%s:", latest->list[i].name);
		print_kilobytes(session->out, name, latest->list[i].memory_kb);
		listed += latest->list[i].memory_kb;
	}
	if (memory.total_kb > memory.free_kb + listed) {
		print_kilobytes(session->out,
		                "System and other programs:", memory.total_kb - memory.free_kb - listed);
		listed = memory.total_kb - memory.free_kb;
	}
	print_kilobytes(session->out, "Free:", memory.free_kb);
	print_kilobytes(session->out, "Total (In listing + free):", listed + memory.free_kb);
	return 0;
}
