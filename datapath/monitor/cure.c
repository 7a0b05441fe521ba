/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/monitor/cure.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

uint64_t cure_distance(const struct cure_past *past)
{
	uint64_t distance = CURE_FIRST_S;

	if (!past->count)
		return 0;
	for (uint32_t i = 1; i < past->count && distance < CURE_LAST_S; i++)
		distance *= 2;
	return distance < CURE_LAST_S ? distance : CURE_LAST_S;
}

bool cure_due(const struct cure_past *past, uint64_t since_s, uint64_t now_s)
{
	if (!since_s || now_s - since_s < CURE_AFTER_S)
		return false;
	return past->last_s > now_s || now_s - past->last_s >= cure_distance(past);
}

struct cure_past cure_read(const char *path)
{
	struct cure_past past = {0};
	FILE *file = fopen(path, "re");

	if (!file)
		return past;
	if (fscanf(file, "%" SCNu64 " %" SCNu32, &past.last_s, &past.count) != 2)
		past = (struct cure_past){0};
	fclose(file);
	return past;
}

int cure_remember(const char *path, const struct cure_past *past, uint64_t now_s)
{
	FILE *file = fopen(path, "we");
	bool written;

	if (!file)
		return -errno;
	written = fprintf(file, "%" PRIu64 " %" PRIu32 "\n", now_s, past->count + 1) > 0;
	/* What is behind an end is seen by fclose. */
	return fclose(file) || !written ? -EIO : 0;
}
