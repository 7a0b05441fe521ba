/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/messages/probe.h"
#include "mgmt/mgmtd/diagnostics/flow_options.h"
#include "mgmt/mgmtd/diagnostics/ping.h"
#include "mgmt/mgmtd/engine/engine.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Lines of flow, trace, rulesnoop and ping: filters, requests, addresses. What is taken is whole. */

static struct engine engine;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char reason[256];

	(void)argc;
	(void)argv;
	if (schema_load(FUZZ_SCHEMA_DIR, &engine.schema, reason))
		abort();
	engine.committed.schema = engine.running.schema = engine.candidate.schema = engine.schema;
	if (engine_predefined(&engine.running, reason))
		abort();
	return 0;
}

static void read_line(const struct line *line)
{
	struct ping_settings settings;
	struct flow_filter filter;
	char reason[FILTER_REASON_MAX], why[PING_REASON_MAX];

	if (!flow_options_read(&engine.running, line, &filter, reason) && !flow_filter_is_valid(&filter))
		abort();
	if (!ping_settings_read(&engine.running, line, &settings, why) &&
	    (settings.probe.length > PROBE_LENGTH_MAX || !settings.count ||
	     (settings.probe.simulate &&
	      settings.probe.source.version != settings.probe.destination.version)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), reason[128];
	struct line line;

	memcpy(text, data, size);
	text[size] = 0;
	if (!line_parse(text, &line, reason)) {
		read_line(&line);
		line_free(&line);
	}
	free(text);
	return 0;
}
