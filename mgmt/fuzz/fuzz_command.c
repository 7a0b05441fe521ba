/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/engine/engine.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define LINES_MAX 24

/* Whole commands, a line each, on a candidate of their own: only those that reach nothing outside of it. */
static const char *const edits[] = {"add",        "cc",     "cmdview", "delete", "help",    "helpconfig",
                                    "netobjects", "reject", "set",     "show",   "undelete"};

static struct engine engine;

static void must(bool well)
{
	if (!well)
		abort();
}

static int run(struct session *session, const char *text)
{
	size_t length;
	int error;

	session->out = open_memstream(&session->text, &length);
	must(session->out != NULL);
	error = session_run(session, text);
	must(session->out != NULL);
	fclose(session->out);
	session->out = NULL;
	free(session->text);
	session->text = NULL;
	return error;
}

/* Copies and comparisons of the configuration are what takes the time: a few of the many services do. */
static void drop_services(void)
{
	static const char kept[] = "http dns-tcp dns-udp all_tcpudp";
	const struct object_type *type = schema_type(engine.schema, NULL, "ServiceTCPUDP");
	struct lyd_node *service = object_first(&engine.candidate, type, NULL), *next;

	for (; service; service = next) {
		next = object_next(service);
		if (!words_contain(kept, object_key(type, service)))
			object_delete(&engine.candidate, service);
	}
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const char *const lines[] = {
	    "add IPAddress if1_net Address=10.1.0.0/24",
	    "add IPAddress group Address=if1_net,10.0.0.1-10.0.0.9,2001:db8::/32",
	    "add Interface EthernetInterface if1 PrivateIP:0=10.1.0.2 IPAddress=10.1.0.1",
	    "cc RuleSet IPRuleSet main",
	    "add IPRule Name=first Action=Allow SourceInterface=if1 SourceNetwork=group Service=all_services",
	    "set IPRule 1 DestinationInterface=any DestinationNetwork=all-nets",
	    "add IPRule Action=Deny SourceInterface=any SourceNetwork=all-nets Service=http,dns-all",
	    "set IPRule 2 DestinationInterface=core DestinationNetwork=all-nets OnDeny=SendReject",
	};
	struct session session = {.engine = &engine, .open = true, .may_write = true};
	char reason[256];

	(void)argc;
	(void)argv;
	must(!schema_load(FUZZ_SCHEMA_DIR, &engine.schema, reason));
	engine.committed.schema = engine.running.schema = engine.candidate.schema = engine.schema;
	must(!engine_predefined(&engine.candidate, reason));
	drop_services();
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		must(!run(&session, lines[i]));
	must(!configuration_replace(&engine.committed, &engine.candidate));
	must(!configuration_replace(&engine.running, &engine.candidate));
	return 0;
}

/* A password is hashed by a thread that is not here; a key may come from a file. */
static bool stays_inside(const char *text)
{
	static struct line line;
	const struct command *command = NULL;
	char reason[128];
	bool inside = true;

	if (strstr(text, "Password") || strstr(text, "file:"))
		return false;
	if (line_parse(text, &line, reason))
		return true;
	if (line.count)
		command = command_find(line.argument[0].name);
	for (size_t i = 0; command && i < sizeof(edits) / sizeof(*edits); i++) {
		inside = !strcmp(command->name, edits[i]);
		if (inside)
			break;
	}
	line_free(&line);
	return inside;
}

/* What is refused changes nothing; of several objects those before the refused one are changed. */
static void run_line(struct session *session, const char *text)
{
	struct configuration before;

	if (!stays_inside(text))
		return;
	must(!configuration_copy(&engine.candidate, &before));
	if (run(session, text) < 0 && !strcasestr(text, "-range"))
		must(configuration_equal(&before, &engine.candidate));
	configuration_clear(&before);
}

/* What was typed can be saved and read again. */
static void candidate_is_whole(void)
{
	struct configuration again = {.schema = engine.schema};
	char reason[256], *json;

	must(!configuration_print(&engine.candidate, false, &json));
	must(!configuration_parse(&again, json, reason));
	must(configuration_equal(&again, &engine.candidate));
	configuration_clear(&again);
	free(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct session session = {.engine = &engine, .open = true, .may_write = true};
	char *text = malloc(size + 1), *at = text, *next;

	memcpy(text, data, size);
	text[size] = 0;
	for (unsigned i = 0; at && i < LINES_MAX; i++, at = next) {
		next = strchr(at, '\n');
		if (next)
			*next++ = 0;
		run_line(&session, at);
	}
	run_line(&session, "show -errors -json");
	run_line(&session, "show -changes");
	candidate_is_whole();
	must(!configuration_replace(&engine.candidate, &engine.committed));
	free(text);
	return 0;
}
