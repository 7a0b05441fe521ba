/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/configuration/nearest.h"
#include "mgmt/mgmtd/session/line.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What was read must be whole: every value ends, and lists are what the text is. */
static void look(const struct line *line)
{
	struct nearest nearest;

	for (size_t i = 0; i < line->count; i++) {
		const struct argument *argument = &line->argument[i];
		size_t length = argument->value_count ? argument->value_count - 1 : 0;

		for (size_t j = 0; j < argument->value_count; j++)
			length += strlen(argument->values[j]);
		if (strlen(argument->text) != length)
			abort();
		nearest_start(&nearest, argument->name);
		nearest_offer(&nearest, "SourceInterface");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct line line;
	char *text = malloc(size + 1), reason[128];

	memcpy(text, data, size);
	text[size] = 0;
	if (!line_parse(text, &line, reason)) {
		look(&line);
		line_free(&line);
	} else if (!*reason) {
		abort();
	}
	free(text);
	return 0;
}
