/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/tests/schema.h"

#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/hadrian-schema-XXXXXX";

static void add(const char *directory, const char *name)
{
	char from[512], to[512];

	snprintf(from, sizeof(from), "%s%s%s", directory, *directory ? "/" : "", name);
	name = strrchr(from, '/') + 1;
	snprintf(to, sizeof(to), "%s/%s", folder, name);
	ck_assert_int_eq(symlink(from, to), 0);
}

void test_schema_make(void)
{
	const char *directory = getenv("HADRIAN_SCHEMA_DIR"), *module = getenv("HADRIAN_TEST_MODULE");
	DIR *entries = directory ? opendir(directory) : NULL;

	ck_assert_ptr_nonnull(entries);
	ck_assert_ptr_nonnull(module);
	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	for (struct dirent *entry; (entry = readdir(entries));)
		if (entry->d_name[0] != '.')
			add(directory, entry->d_name);
	closedir(entries);
	add("", module);
	setenv("HADRIAN_SCHEMA_DIR", folder, 1);
}

void test_schema_remove(void)
{
	DIR *entries = opendir(folder);
	char path[512];

	for (struct dirent *entry; entries && (entry = readdir(entries));) {
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (entry->d_name[0] != '.')
			unlink(path);
	}
	if (entries)
		closedir(entries);
	rmdir(folder);
}
