/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/script/script_text.h"
#include "mgmt/mgmtd/session/line.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Whatever a value holds, it arrives as it is and adds nothing to the line. */
static void arrives(const char *value)
{
	static const char text[] = "set X V=$1 Index=1";
	const char *arguments[2] = {"fuzz.sgs", value};
	char reason[128], *expanded;
	struct line line;

	if (script_expand(text, arguments, 2, &expanded, reason))
		return;
	if (!line_parse(expanded, &line, reason)) {
		if (line.count != 4 || strcmp(line.argument[2].text, value) != 0)
			abort();
		line_free(&line);
	}
	free(expanded);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), reason[128], *expanded;
	const char *arguments[3] = {"fuzz.sgs", "10.0.0.1", "a \"b\" \\"};
	struct line line;

	memcpy(text, data, size);
	text[size] = 0;
	arrives(text);
	for (char *at = text, *next; at; at = next) {
		next = strchr(at, '\n');
		if (next)
			*next++ = 0;
		if (script_expand(at, arguments, 3, &expanded, reason)) {
			if (!*reason)
				abort();
			continue;
		}
		if (!line_parse(expanded, &line, reason))
			line_free(&line);
		free(expanded);
	}
	free(text);
	return 0;
}
