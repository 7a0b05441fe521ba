/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/engine/process.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <qb/qbutil.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int process_stat_parse(const char *line, struct process *out)
{
	/* The name may hold blanks and parentheses: it ends at the last one. */
	const char *open = strchr(line, '('), *close = strrchr(line, ')');
	unsigned long long user, kernel;
	int pid, parent;

	if (!open || !close || close < open || sscanf(line, "%d", &pid) != 1)
		return -EINVAL;
	if (sscanf(close + 1, " %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &parent, &user,
	           &kernel) != 3)
		return -EINVAL;
	*out = (struct process){.pid = pid, .parent = parent, .ticks = user + kernel};
	snprintf(out->name, sizeof(out->name), "%.*s", (int)(close - open - 1), open + 1);
	return 0;
}

static int read_stat(const char *path, struct process *out)
{
	char line[512];
	FILE *file = fopen(path, "re");
	int error = -ESRCH;

	if (!file)
		return -errno;
	if (fgets(line, sizeof(line), file))
		error = process_stat_parse(line, out);
	fclose(file);
	return error;
}

/* The program's whole name; /proc/PID/stat has but 15 characters of it. */
static void read_name(struct process *process)
{
	char path[64], target[256];
	const char *name;
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/%d/exe", process->pid);
	length = readlink(path, target, sizeof(target) - 1);
	if (length <= 0)
		return;
	target[length] = 0;
	name = strrchr(target, '/');
	name = name ? name + 1 : target;
	snprintf(process->name, sizeof(process->name), "%.*s", (int)strcspn(name, " "), name);
}

static void read_memory(struct process *process)
{
	static const char *const own[] = {"RssAnon:", "RssShmem:", "HugetlbPages:"};
	char path[64], line[256];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", process->pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
			if (!strncmp(line, own[i], strlen(own[i])))
				process->memory_kb += strtoull(line + strlen(own[i]), NULL, 10);
	if (file)
		fclose(file);
}

static void read_system(struct processes *out)
{
	unsigned long long ticks[8] = {0};
	FILE *file = fopen("/proc/stat", "re");

	if (!file)
		return;
	if (fscanf(file, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &ticks[0], &ticks[1], &ticks[2],
	           &ticks[3], &ticks[4], &ticks[5], &ticks[6], &ticks[7]) >= 4) {
		for (size_t i = 0; i < 8; i++)
			out->system_ticks += ticks[i];
		out->idle_ticks = ticks[3] + ticks[4];
	}
	fclose(file);
}

/* Every process of the system, malloc'ed. */
static struct process *read_all(size_t *count)
{
	struct process *all = NULL, *grown, one = {0};
	size_t capacity = 0;
	struct dirent *entry;
	DIR *directory = opendir("/proc");

	*count = 0;
	while (directory && (entry = readdir(directory))) {
		char path[sizeof(entry->d_name) + 16];

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		if (*count == capacity) {
			capacity = capacity ? 2 * capacity : 256;
			grown = realloc(all, capacity * sizeof(*all));
			if (!grown)
				break;
			all = grown;
		}
		snprintf(path, sizeof(path), "/proc/%s/stat", entry->d_name);
		if (!read_stat(path, &one))
			all[(*count)++] = one;
	}
	if (directory)
		closedir(directory);
	return all;
}

static bool listed(const struct processes *processes, pid_t pid)
{
	for (size_t i = 0; i < processes->count; i++)
		if (processes->list[i].pid == pid)
			return true;
	return false;
}

static bool is_root(const pid_t roots[], size_t count, pid_t pid)
{
	for (size_t i = 0; i < count; i++)
		if (roots[i] == pid)
			return true;
	return false;
}

/* A process may stand before its parent: looked through until nothing is added. */
static void choose(const struct process *all, size_t all_count, const pid_t roots[], size_t count,
                   struct processes *out)
{
	size_t before;

	do {
		before = out->count;
		for (size_t i = 0; i < all_count && out->count < PROCESSES_MAX; i++)
			if (!listed(out, all[i].pid) &&
			    (is_root(roots, count, all[i].pid) || listed(out, all[i].parent)))
				out->list[out->count++] = all[i];
	} while (out->count > before && out->count < PROCESSES_MAX);
}

int processes_look(const pid_t roots[], size_t count, pid_t forwarder, struct processes *out)
{
	struct process *all;
	size_t all_count;

	*out = (struct processes){.when_ns = qb_util_nano_current_get()};
	read_system(out);
	all = read_all(&all_count);
	if (!all)
		return -ENOMEM;
	choose(all, all_count, roots, count, out);
	free(all);
	for (size_t i = 0; i < out->count; i++) {
		struct process *process = &out->list[i], thread = {0};
		char path[64];

		read_name(process);
		read_memory(process);
		snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", process->pid, process->pid);
		if (process->pid == forwarder && !read_stat(path, &thread))
			process->ticks = thread.ticks;
	}
	return 0;
}

static const struct process *find(const struct processes *processes, const struct process *like)
{
	for (size_t i = 0; i < processes->count; i++)
		if (processes->list[i].pid == like->pid && processes->list[i].ticks <= like->ticks)
			return &processes->list[i];
	return NULL;
}

void processes_compare(const struct processes *before, struct processes *now)
{
	double ticks =
	    (double)(now->when_ns - before->when_ns) / QB_TIME_NS_IN_SEC * (double)sysconf(_SC_CLK_TCK);
	uint64_t passed = now->system_ticks - before->system_ticks;

	now->percent = 0;
	for (size_t i = 0; i < now->count && ticks > 0; i++) {
		struct process *process = &now->list[i];
		const struct process *former = find(before, process);

		process->percent = 100.0 * (double)(process->ticks - (former ? former->ticks : 0)) / ticks;
		now->percent += process->percent;
	}
	now->system_percent =
	    passed ? 100.0 - 100.0 * (double)(now->idle_ticks - before->idle_ticks) / (double)passed : 0;
}

static int compare(const void *a, const void *b)
{
	const struct process *first = a, *second = b;

	if (first->percent != second->percent)
		return first->percent < second->percent ? 1 : -1;
	return first->ticks < second->ticks ? 1 : -(first->ticks > second->ticks);
}

void processes_sort(struct processes *processes)
{
	qsort(processes->list, processes->count, sizeof(processes->list[0]), compare);
}
