/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/complete/complete.h"
#include "mgmt/mgmtd/engine/engine.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 65536 /* of a printed list: far more than any can be */

/* One line and the cursor in it: the head tells where the session is, who it is, and where the cursor stands. */
struct head {
	uint8_t context, flags, columns, cursor[2];
};
#define FLAG_READS_ONLY 1u
#define FLAG_NO_VIEWS   2u

static const char *const contexts[] = {"", "cc RuleSet IPRuleSet main", "cc LocalUserDatabase AdminUsers",
                                       "cc RoutingTable main"};

static struct engine engine;

static void must(bool well)
{
	if (!well)
		abort();
}

static void run(struct session *session, const char *text)
{
	size_t length;

	session->out = open_memstream(&session->text, &length);
	must(session->out != NULL);
	must(!session_run(session, text));
	fclose(session->out);
	session->out = NULL;
	free(session->text);
	session->text = NULL;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const char *const lines[] = {
	    "add IPAddress if1_net Address=10.1.0.0/24 Comments=\"the \\\"first\\\", with a \\\\ in it\"",
	    "add IPAddress group Address=if1_net,10.0.0.1-10.0.0.9,2001:db8::/32",
	    "add Interface EthernetInterface if1 PrivateIP:0=10.1.0.2 IPAddress=10.1.0.1",
	    "set LocalUserDatabase AdminUsers Comments=\"\xc3\xa4\"",
	    "delete ServiceICMP ping-outbound",
	    "cc RuleSet IPRuleSet main",
	    "add IPRule Name=first Action=Allow SourceInterface=if1 SourceNetwork=group Service=all_services",
	    "add IPRule Action=Deny SourceInterface=any SourceNetwork=all-nets Service=http,dns-all",
	};
	struct session session = {.engine = &engine, .open = true, .may_write = true};
	char reason[256];

	(void)argc;
	(void)argv;
	must(!schema_load(FUZZ_SCHEMA_DIR, &engine.schema, reason));
	engine.committed.schema = engine.running.schema = engine.candidate.schema = engine.schema;
	engine.script_directory = FUZZ_SCHEMA_DIR;
	must(!engine_predefined(&engine.candidate, reason));
	must(!configuration_replace(&engine.committed, &engine.candidate));
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		run(&session, lines[i]);
	return 0;
}

/* What Tab gives fits into the line it was typed in, and is the same when it is asked for again. */
static void complete(const struct complete_scene *scene, const char *line)
{
	struct completion first, again;

	must(!complete_line(scene, line, &first));
	must(!complete_line(scene, line, &again));
	must(first.text && strlen(first.text) < TEXT_MAX && first.replace <= strlen(line));
	must(!strcmp(first.text, again.text) && first.replace == again.replace &&
	     !first.insert == !again.insert);
	must(!first.insert || !strcmp(first.insert, again.insert));
	complete_free(&first);
	complete_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct session session = {.engine = &engine, .open = true, .may_write = true};
	struct complete_scene scene;
	struct head head;
	const char *context;
	size_t length, cursor;
	char *line;

	if (size < sizeof(head))
		return 0;
	memcpy(&head, data, sizeof(head));
	length = size - sizeof(head);
	cursor = (size_t)head.cursor[0] << 8 | head.cursor[1];
	/* Only what stands before the cursor is sent. */
	line = strndup((const char *)data + sizeof(head), cursor < length ? cursor : length);
	must(line != NULL);
	context = contexts[head.context % (sizeof(contexts) / sizeof(*contexts))];
	if (*context)
		run(&session, context);
	session.may_write = !(head.flags & FLAG_READS_ONLY);
	session.views = head.flags & FLAG_NO_VIEWS ? 0 : ~0u;
	complete_scene(&session, head.columns, &scene);
	complete(&scene, line);
	free(line);
	return 0;
}
