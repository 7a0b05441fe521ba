/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/import/atv_map.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *atv_pairs_find(const struct atv_pairs *pairs, const char *from)
{
	for (size_t i = pairs->count; i > 0; i--)
		if (!strcmp(pairs->pair[i - 1].from, from))
			return pairs->pair[i - 1].to;
	return NULL;
}

const char *atv_map_function(const struct atv_map *map, const char *name)
{
	for (size_t i = 0; i < map->functions.count; i++) {
		const struct atv_pair *function = &map->functions.pair[i];

		if (!strncmp(name, function->from, strlen(function->from)))
			return function->to;
	}
	return NULL;
}

const char *atv_map_interface(const struct atv_map *map, const char *port)
{
	const char *now = atv_pairs_find(&map->ports, port);

	if (now && !strcmp(now, "-"))
		return "";
	return atv_pairs_find(&map->interfaces, now ? now : port);
}

static int add_pair(struct atv_pairs *pairs, const char *from, const char *to)
{
	struct atv_pair *grown = realloc(pairs->pair, (pairs->count + 1) * sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	pairs->pair = grown;
	pairs->pair[pairs->count++] = (struct atv_pair){from, to};
	return 0;
}

static int add_entry(struct atv_map *map, const char *name, const char *prefix)
{
	struct atv_entry *grown = realloc(map->entry, (map->count + 1) * sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	map->entry = grown;
	map->entry[map->count++] = (struct atv_entry){.name = name, .prefix = prefix};
	return 0;
}

static int add_command(struct atv_map *map, const char *text)
{
	struct atv_entry *entry = map->count ? &map->entry[map->count - 1] : NULL;

	if (!entry || entry->count == sizeof(entry->command) / sizeof(*entry->command) ||
	    (strncmp(text, "cc ", 3) != 0 && strncmp(text, "set ", 4) != 0 && strncmp(text, "put ", 4) != 0 &&
	     strncmp(text, "new ", 4) != 0))
		return -EINVAL;
	entry->command[entry->count++] = text;
	return 0;
}

/* "DIRECTIVE FIRST REST" */
static int take_line(struct atv_map *map, char *line)
{
	char *rest = line, *directive, *first;

	if (*line == '\t')
		return add_command(map, line + 1);
	if (!*line || *line == '#')
		return 0;
	directive = strsep(&rest, " ");
	first = rest ? strsep(&rest, " ") : NULL;
	if (!first || !*first || (rest && !*rest))
		return -EINVAL;
	if (!strcmp(directive, "variable"))
		return rest ? -EINVAL : add_entry(map, first, NULL);
	if (!rest)
		return -EINVAL;
	if (!strcmp(directive, "table"))
		return add_entry(map, first, rest);
	if (!strcmp(directive, "rename"))
		return add_pair(&map->renames, first, rest);
	if (!strcmp(directive, "port"))
		return add_pair(&map->ports, first, rest);
	if (!strcmp(directive, "interface"))
		return add_pair(&map->interfaces, first, rest);
	if (!strcmp(directive, "function"))
		return add_pair(&map->functions, first, rest);
	return -EINVAL;
}

int atv_map_parse(const char *text, struct atv_map *out, char reason[256])
{
	char *rest, *line;
	unsigned number = 0;
	int error = 0;

	memset(out, 0, sizeof(*out));
	out->text = rest = strdup(text);
	if (!rest)
		error = -ENOMEM;
	while (!error && (line = strsep(&rest, "\n"))) {
		number++;
		error = take_line(out, line);
	}
	if (!error)
		return 0;
	atv_map_free(out);
	snprintf(reason, 256, "line %u of mguard.map is none of it (%s)", number, strerror(-error));
	return error;
}

int atv_map_load(const char *directory, struct atv_map *out, char reason[256])
{
	char path[300], *text = calloc(1, ATV_MAP_LENGTH_MAX + 1);
	FILE *file;
	int error = 0;

	memset(out, 0, sizeof(*out));
	snprintf(path, sizeof(path), "%s/mguard.map", directory);
	file = text ? fopen(path, "re") : NULL;
	if (!file || (fread(text, 1, ATV_MAP_LENGTH_MAX, file), ferror(file)))
		error = text ? -errno : -ENOMEM;
	if (file)
		fclose(file);
	if (error)
		snprintf(reason, 256, "%.200s: %.50s", path, strerror(-error));
	else
		error = atv_map_parse(text, out, reason);
	free(text);
	return error;
}

void atv_map_free(struct atv_map *map)
{
	free(map->renames.pair);
	free(map->ports.pair);
	free(map->interfaces.pair);
	free(map->functions.pair);
	free(map->entry);
	free(map->text);
	free(map->given);
	memset(map, 0, sizeof(*map));
}

int atv_map_set_interfaces(struct atv_map *map, const char *ports, char reason[256])
{
	char *rest = strdup(ports), *one;
	int error = rest ? 0 : -ENOMEM;

	free(map->given);
	map->given = rest;
	while (!error && (one = strsep(&rest, ","))) {
		char *interface = one, *port = strsep(&interface, ":");
		const char *now = atv_pairs_find(&map->ports, port);

		if (!interface || !*port || !*interface || (now && !strcmp(now, "-")) ||
		    !atv_map_interface(map, port))
			error = -EINVAL;
		else
			error = add_pair(&map->interfaces, now ? now : port, interface);
	}
	if (error)
		snprintf(reason, 256, "-ports='%.100s' is none: PORT:INTERFACE,... such as WAN:if2,LAN1:if1",
		         ports);
	return error;
}
