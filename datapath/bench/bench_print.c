/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>

struct bench_options bench_options;

int bench_failed(const char *what)
{
	fprintf(stderr, "bench: %s\n", what);
	return EXIT_FAILURE;
}

int bench_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void bench_print(const char *metric, uint32_t size, double value, const char *unit)
{
	char name[64];

	if (size)
		snprintf(name, sizeof(name), "%s.%" PRIu32, metric, size);
	else
		snprintf(name, sizeof(name), "%s", metric);
	if (bench_options.json)
		printf("{\"metric\":\"%s\",\"value\":%.1f,\"unit\":\"%s\"}\n", name, value, unit);
	else
		printf("%-34s %14.1f %s\n", name, value, unit);
	fflush(stdout);
}

void bench_result(const struct measurement *measurement, double value, const char *unit)
{
	bench_print(measurement->name, measurement->alone ? 0 : measurement->size, value, unit);
}
