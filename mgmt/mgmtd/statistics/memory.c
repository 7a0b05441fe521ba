/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/statistics/memory.h"

#include <errno.h>
#include <stdio.h>

int memory_read(struct memory *out)
{
	unsigned long long value;
	FILE *file = fopen("/proc/meminfo", "re");
	char line[128];

	*out = (struct memory){0};
	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "MemTotal: %llu", &value) == 1)
			out->total_kb = value;
		else if (sscanf(line, "MemAvailable: %llu", &value) == 1)
			out->free_kb = value;
	}
	fclose(file);
	return out->total_kb ? 0 : -ENODATA;
}
