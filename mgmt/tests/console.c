/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/tests/console.h"
#include "mgmt/mgmtd/check/check.h"
#include "mgmt/mgmtd/engine/engine.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char directory[] = "/tmp/hadrian-test-XXXXXX";

void console_open(struct console *console)
{
	char reason[256];

	memset(console, 0, sizeof(*console));
	strcpy(directory + strlen(directory) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	console->engine.state_directory = directory;
	ck_assert_msg(schema_load(NULL, &console->engine.schema, reason) == 0, "%s", reason);
	cfglog_open(&console->engine.cfglog, directory);
	ck_assert_msg(engine_load(&console->engine, reason) == 0, "%s", reason);
	console->session = (struct session){.engine = &console->engine, .open = true, .may_write = true};
}

void console_close(struct console *console)
{
	static const char *const files[] = {"cfglog", "cluster.key", "secrets.key", "config.json",
	                                    "config.json.1"};
	char path[300];

	free(console->text);
	engine_free(&console->engine);
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, files[i]);
		unlink(path);
	}
	rmdir(directory);
}

int console_run(struct console *console, const char *line)
{
	int error;

	free(console->text);
	console->session.out = open_memstream(&console->text, &console->length);
	ck_assert_ptr_nonnull(console->session.out);
	error = session_run(&console->session, line);
	/* It said that it waits, and has ended already. */
	if (!console->session.out)
		return console->session.error;
	fclose(console->session.out);
	console->session.out = NULL;
	return error;
}

void console_ok(struct console *console, const char *line)
{
	ck_assert_msg(console_run(console, line) == 0, "%s: %s", line, console->text);
}

void console_lines(struct console *console, const char *const lines[])
{
	for (size_t i = 0; lines[i]; i++)
		console_ok(console, lines[i]);
}

void console_says(struct console *console, const char *line, const char *text)
{
	console_ok(console, line);
	ck_assert_msg(strstr(console->text, text) != NULL, "%s: '%s' is not in: %s", line, text,
	              console->text);
}

void console_refused(struct console *console, const char *line, const char *text)
{
	struct configuration before;

	ck_assert_int_eq(configuration_copy(&console->engine.candidate, &before), 0);
	ck_assert_msg(console_run(console, line) < 0, "%s was taken: %s", line, console->text);
	ck_assert_msg(strstr(console->text, text) != NULL, "%s: '%s' is not in: %s", line, text,
	              console->text);
	ck_assert_msg(configuration_equal(&before, &console->engine.candidate), "%s changed something", line);
	configuration_clear(&before);
}

void console_wrong(const struct console *console, const char *text)
{
	char *said = NULL;
	size_t length;
	FILE *out = open_memstream(&said, &length);
	unsigned count = check_configuration(&console->engine.candidate, out);

	fclose(out);
	ck_assert_uint_gt(count, 0);
	ck_assert_msg(strstr(said, text) != NULL, "'%s' is not in: %s", text, said);
	free(said);
}
