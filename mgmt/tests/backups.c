/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/tests/backups.h"
#include "mgmt/mgmtd/backup/backup_file.h"
#include "mgmt/mgmtd/configuration/secret.h"
#include "mgmt/tests/schema.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct console console;
char files[64];

void backups_open(void)
{
	test_schema_make();
	console_open(&console);
	ck_assert_int_eq(secrets_load(console.engine.state_directory), 0);
	strcpy(files, "/tmp/hadrian-backups-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(files));
	console.engine.files.directory[FILE_ROOT] = files;
}

static void remove_all(const char *directory)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s/*", directory);
	ck_assert_int_eq(system(command), 0);
}

void backups_close(void)
{
	secrets_unload();
	remove_all(files);
	rmdir(files);
	remove_all(console.engine.state_directory);
	console_close(&console);
	test_schema_remove();
}

void put_into_force(void)
{
	ck_assert_int_eq(configuration_replace(&console.engine.running, &console.engine.candidate), 0);
	ck_assert_int_eq(configuration_replace(&console.engine.committed, &console.engine.candidate), 0);
}

void says(const char *text)
{
	ck_assert_msg(strstr(console.text, text) != NULL, "'%s' is not in: %s", text, console.text);
}

void write_file(const char *name, const char *text, size_t length)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", files, name);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(text, 1, length, file), length);
	ck_assert_int_eq(fclose(file), 0);
}

void write_made(const char *name, const char *version, const char *json)
{
	struct backup_header header = {.date = "2026-11-21T06:30:00Z", .node = "Elsewhere (standalone)"};
	char *bytes;
	size_t length;

	snprintf(header.version, sizeof(header.version), "%s", version);
	ck_assert_int_eq(backup_write(&header, json, &bytes, &length), 0);
	write_file(name, bytes, length);
	free(bytes);
}
