/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/gaiconfig/row.h"
#include "mgmt/mgmtd/import/atv_map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int run_quietly(struct client *client, const char *command)
{
	char *said = NULL;
	size_t size;
	FILE *out = open_memstream(&said, &size);
	int error = out ? client_command(client, command, out) : -ENOMEM;

	if (out)
		fclose(out);
	if (error)
		fprintf(stderr, "gaiconfig: %s\n%s", command, said ? said : "");
	free(said);
	return error;
}

/* "put CATEGORY TYPE ${name} ..." -> "show CATEGORY TYPE NAME" */
static int show(struct client *client, const char *put, const char *name)
{
	char command[256];

	snprintf(command, sizeof(command), "show %.*s%s", (int)strcspn(put + 4, "$"), put + 4, name);
	return run_quietly(client, command);
}

static int find(struct client *client, const struct atv_map *map, const char *table, unsigned long number)
{
	const char *renamed = atv_pairs_find(&map->renames, table);
	char name[64];
	int error = 0;

	for (size_t i = 0; i < map->count; i++) {
		const struct atv_entry *entry = &map->entry[i];

		if (!entry->prefix || strcmp(entry->name, renamed ? renamed : table) != 0)
			continue;
		snprintf(name, sizeof(name), "%.40s_%lu", entry->prefix, number + 1);
		for (size_t j = 0; j < entry->count && !error; j++)
			error = !strncmp(entry->command[j], "cc ", 3) ? run_quietly(client, entry->command[j])
			                                              : show(client, entry->command[j], name);
		if (!error)
			puts(name);
		return error;
	}
	fprintf(stderr, "gaiconfig: there is nothing for rows of %s here\n", table);
	return -ENOENT;
}

int row_print_id(struct client *client, const char *row)
{
	const char *directory = getenv("HADRIAN_SCHEMA_DIR");
	char table[64], reason[256], *rest;
	size_t length = strcspn(row, ":");
	unsigned long number = row[length] ? strtoul(row + length + 1, &rest, 10) : 0;
	struct atv_map map;
	int error;

	if (!length || length >= sizeof(table) || !row[length] || rest == row + length + 1 || *rest ||
	    number > 99999) {
		fprintf(stderr, "gaiconfig: '%s' is no row: TABLE:n, such as NTP_SERVERS:0\n", row);
		return -EINVAL;
	}
	snprintf(table, sizeof(table), "%.*s", (int)length, row);
	error = atv_map_load(directory ? directory : HADRIAN_SCHEMA_DIR, &map, reason);
	if (error) {
		fprintf(stderr, "gaiconfig: %s\n", reason);
		return error;
	}
	error = find(client, &map, table, number);
	atv_map_free(&map);
	return error;
}
