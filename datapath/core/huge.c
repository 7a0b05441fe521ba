/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/core/huge.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>

#define ROOT          "/sys/kernel/mm/hugepages"
#define PAGE_MB       2
#define PAGE_FILE(of) ROOT "/hugepages-2048kB/" of

static bool read_number(const char *path, unsigned long *out)
{
	FILE *file = fopen(path, "re");
	bool good = file && fscanf(file, "%lu", out) == 1;

	if (file)
		fclose(file);
	return good;
}

unsigned long huge_free_mb(void)
{
	unsigned long total = 0, kilobytes, pages;
	DIR *directory = opendir(ROOT);
	struct dirent *entry;
	char path[512];

	if (!directory)
		return 0;
	while ((entry = readdir(directory))) {
		if (sscanf(entry->d_name, "hugepages-%lukB", &kilobytes) != 1)
			continue;
		snprintf(path, sizeof(path), ROOT "/%s/free_hugepages", entry->d_name);
		if (read_number(path, &pages))
			total += pages * kilobytes / 1024;
	}
	closedir(directory);
	return total;
}

const char *huge_hint(unsigned long megabytes, char *out, size_t size)
{
	unsigned long total = 0, unused = 0, missing;

	(void)read_number(PAGE_FILE("nr_hugepages"), &total);
	(void)read_number(PAGE_FILE("free_hugepages"), &unused);
	missing = (megabytes + PAGE_MB - 1) / PAGE_MB;
	missing -= missing < unused ? missing : unused;
	snprintf(out, size, "echo %lu > " PAGE_FILE("nr_hugepages"), total + missing);
	return out;
}
