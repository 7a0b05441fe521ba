/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_STATISTIC_H
#define MGMT_MGMTD_STATISTIC_H

/* Sets of statistics: values named by a path in a tree (C02-118). One thread. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define STATISTIC_PATH 160

struct statistic {
	char path[STATISTIC_PATH]; /* "/interfaces/common/if1/bytes_recv" */
	const char *unit;          /* a constant, "bytes" */
	uint64_t value;
	bool known; /* false: there is no such value at present */
};

struct statistics {
	struct statistic *list;
	size_t count, capacity;
};

void statistics_free(struct statistics *set);
/* Appends a value; unit is kept. Where memory is out the value is missing from the set. */
void statistics_add(struct statistics *set, uint64_t value, const char *unit, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* By path. */
void statistics_sort(struct statistics *set);
/* The value of that path in a sorted set, or NULL. */
struct statistic *statistics_find(const struct statistics *set, const char *path);
/* '*' stands for any characters, also for several parts of a path (C02-121). */
bool statistic_matches(const char *pattern, const char *path);
/*
 * Keeps those of wanted that from does not have yet; both are sorted then. Returns how many of from match the
 * pattern, those that were there included, or -ENOMEM.
 */
int statistics_take(struct statistics *wanted, const struct statistics *from, const char *pattern);
/* Removes those that match. Returns how many. */
size_t statistics_remove(struct statistics *set, const char *pattern);
/* Values of a set as of now; those that now does not have become unknown. Both are sorted. */
void statistics_refresh(struct statistics *set, const struct statistics *now);
/* The table of C02-119 with those that match (NULL: all) and the local time. Returns how many. */
size_t statistics_print(const struct statistics *set, const char *pattern, FILE *out);

#endif
