/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/statistics/statistic.h"
#include "mgmt/mgmtd/session/table.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void statistics_free(struct statistics *set)
{
	free(set->list);
	*set = (struct statistics){0};
}

static struct statistic *append(struct statistics *set)
{
	if (set->count == set->capacity) {
		size_t capacity = set->capacity ? 2 * set->capacity : 64;
		struct statistic *grown = realloc(set->list, capacity * sizeof(*grown));

		if (!grown)
			return NULL;
		set->list = grown;
		set->capacity = capacity;
	}
	return &set->list[set->count++];
}

void statistics_add(struct statistics *set, uint64_t value, const char *unit, const char *format, ...)
{
	struct statistic *added = append(set);
	va_list arguments;

	if (!added)
		return;
	*added = (struct statistic){.unit = unit, .value = value, .known = true};
	va_start(arguments, format);
	vsnprintf(added->path, sizeof(added->path), format, arguments);
	va_end(arguments);
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct statistic *)a)->path, ((const struct statistic *)b)->path);
}

void statistics_sort(struct statistics *set)
{
	if (set->count)
		qsort(set->list, set->count, sizeof(*set->list), compare);
}

static int compare_path(const void *path, const void *statistic)
{
	return strcmp(path, ((const struct statistic *)statistic)->path);
}

struct statistic *statistics_find(const struct statistics *set, const char *path)
{
	return set->count ? bsearch(path, set->list, set->count, sizeof(*set->list), compare_path) : NULL;
}

bool statistic_matches(const char *pattern, const char *path)
{
	const char *star = NULL, *from = path;

	/* Only the last '*' needs to be tried again: what an earlier one takes, a later one could. */
	while (*path) {
		if (*pattern == '*') {
			star = pattern++;
			from = path;
		} else if (*pattern == *path) {
			pattern++;
			path++;
		} else if (star) {
			pattern = star + 1;
			path = ++from;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

int statistics_take(struct statistics *wanted, const struct statistics *from, const char *pattern)
{
	size_t before = wanted->count;
	int matches = 0;

	for (size_t i = 0; i < from->count; i++) {
		const struct statistics known = {.list = wanted->list, .count = before};
		struct statistic *added;

		if (!statistic_matches(pattern, from->list[i].path))
			continue;
		matches++;
		if (statistics_find(&known, from->list[i].path))
			continue;
		added = append(wanted);
		if (!added) {
			wanted->count = before;
			return -ENOMEM;
		}
		*added = from->list[i];
	}
	statistics_sort(wanted);
	return matches;
}

size_t statistics_remove(struct statistics *set, const char *pattern)
{
	size_t kept = 0, before = set->count;

	for (size_t i = 0; i < set->count; i++)
		if (!statistic_matches(pattern, set->list[i].path))
			set->list[kept++] = set->list[i];
	set->count = kept;
	return before - kept;
}

void statistics_refresh(struct statistics *set, const struct statistics *now)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct statistic *found = statistics_find(now, set->list[i].path);

		set->list[i].known = found != NULL;
		if (found)
			set->list[i].value = found->value;
	}
}

size_t statistics_print(const struct statistics *set, const char *pattern, FILE *out)
{
	char heading[40];
	struct table table = {0};
	time_t now = time(NULL);
	struct tm local;
	size_t rows;

	strftime(heading, sizeof(heading), "Name | %Y-%m-%d %H:%M:%S", localtime_r(&now, &local));
	table_column(&table, heading);
	table_column(&table, "Value");
	table_column(&table, "Unit");
	for (size_t i = 0; i < set->count; i++) {
		const struct statistic *one = &set->list[i];

		if (pattern && !statistic_matches(pattern, one->path))
			continue;
		table_row(&table, "");
		table_cell(&table, "%s", one->path);
		if (one->known)
			table_cell(&table, "%" PRIu64, one->value);
		else
			table_cell(&table, "-");
		table_cell(&table, "%s", one->unit);
	}
	rows = table.rows;
	table_print(&table, 0, out);
	return rows;
}
