/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/import/atv_conversion.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char map_text[] =
    "rename OLD NEW\nport WAN XF1\nport LAN5 -\ninterface XF1 if2\nfunction QOS_ Quality\n";
static const char template[] = "put x ${text A} ${yesno B no} ${host C} ${network D} ${subnet E F} ${action "
                               "G} ${service H I J} ${interface K XF1} ${name}";

/* What is read can be found by its name, is within its bounds, and is written and read again; conversions take any value. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char reason[ATV_REASON] = "", *line, *text;
	struct atv_map map;
	struct atv atv, again;
	size_t length;
	FILE *out;

	atv_is_profile((const char *)data, size);
	if (atv_parse((const char *)data, size, &atv, reason)) {
		if (!*reason || atv.variable)
			abort();
		return 0;
	}
	if (atv_map_parse(map_text, &map, reason))
		abort();
	for (size_t i = 0; i < atv.count; i++) {
		char row[ATV_NAME_MAX + 1], now[ATV_NAME_MAX];
		struct atv_place place = {.map = &map, .atv = &atv, .row = row, .object = "row_1"};

		if (atv_find(&atv, atv.variable[i].name) != &atv.variable[i] ||
		    !atv_name_is_valid(atv.variable[i].name) ||
		    strlen(atv.variable[i].value) >= ATV_VALUE_MAX)
			abort();
		atv_name_now(&map, atv.variable[i].name, now);
		if (i > 8)
			continue;
		snprintf(row, sizeof(row), "%.*s", (int)(strcspn(now, ".") + 1), strchr(now, '.') ? now : "");
		out = open_memstream(&line, &length);
		if (!out || (atv_expand(&place, template, out) && !*place.why))
			abort();
		fclose(out);
		free(line);
	}
	if (atv.count) {
		text = atv_write(atv.variable[0].name, atv.variable[0].value);
		if (text && (atv_parse(text, strlen(text), &again, reason) ||
		             strcmp(again.variable[0].value, atv.variable[0].value) != 0))
			abort();
		if (text)
			atv_free(&again);
		free(text);
	}
	atv_map_free(&map);
	atv_free(&atv);
	return 0;
}
