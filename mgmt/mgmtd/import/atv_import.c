/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/import/atv_import.h"
#include "mgmt/mgmtd/import/atv_lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ROWS_MAX 1024 /* of a table */

static int import_variable(struct import *import, const struct atv_entry *entry)
{
	struct atv_variable *variable = atv_lookup(import->map, import->atv, entry->name);
	struct atv_place place = {.map = import->map, .atv = import->atv, .row = ""};

	if (!variable)
		return 0;
	variable->used = true;
	return atv_run_entry(import, entry, &place, entry->name);
}

static int compare_numbers(const void *a, const void *b)
{
	unsigned first = *(const unsigned *)a, second = *(const unsigned *)b;

	return (first > second) - (first < second);
}

/* The numbers of a table's rows that are there, in order. Returns how many; *rows is the caller's to free. */
static size_t rows_of(const struct import *import, const char *table, unsigned **rows)
{
	size_t length = strlen(table), count = 0, kept = 0;

	*rows = calloc(import->atv->count + 1, sizeof(**rows));
	for (size_t i = 0; *rows && i < import->atv->count; i++) {
		char now[ATV_NAME_MAX];

		atv_name_now(import->map, import->atv->variable[i].name, now);
		if (!strncmp(now, table, length) && now[length] == ':')
			(*rows)[count++] = (unsigned)strtoul(now + length + 1, NULL, 10);
	}
	if (!count)
		return 0;
	qsort(*rows, count, sizeof(**rows), compare_numbers);
	for (size_t i = 0; i < count; i++)
		if (!i || (*rows)[i] != (*rows)[i - 1])
			(*rows)[kept++] = (*rows)[i];
	return kept;
}

/* What an earlier profile's rows became: PREFIX_1, PREFIX_2 ... */
static void drop_rows(struct import *import, const struct atv_entry *entry)
{
	struct session *session = &import->session;
	struct target target;
	struct lyd_node *next;
	size_t length = strlen(entry->prefix);
	char *said, name[128];

	for (size_t i = 0; i < entry->count; i++) {
		if (!strncmp(entry->command[i], "cc ", 3)) {
			atv_type(import, entry->command[i], &said);
			free(said);
			continue;
		}
		snprintf(name, sizeof(name), "%.*s x", (int)strcspn(entry->command[i], "$"),
		         entry->command[i]);
		atv_find_object(import, name, &target);
		if (!target.type)
			continue;
		for (struct lyd_node *object =
		         object_first(&session->engine->candidate, target.type, target.context);
		     object; object = next) {
			const char *named = value_of(target.type, object, "Name");

			next = object_next(object);
			if (!strncmp(named, entry->prefix, length) && named[length] == '_' &&
			    strspn(named + length + 1, "0123456789") == strlen(named + length + 1))
				object_delete(&session->engine->candidate, object);
		}
	}
	session->context_type = NULL;
	session->context_path[0] = 0;
}

static int import_table(struct import *import, const struct atv_entry *entry)
{
	unsigned *rows;
	size_t count = rows_of(import, entry->name, &rows);
	int error = rows ? 0 : -ENOMEM;

	if (import->options->whole)
		drop_rows(import, entry);
	if (count > ROWS_MAX) {
		atv_complain(import, entry->name, "The table has more than 1024 rows.");
		count = 0;
	}
	for (size_t i = 0; i < count && !error; i++) {
		char name[ATV_NAME_MAX], row[ATV_NAME_MAX + 1];
		struct atv_place place = {.map = import->map, .atv = import->atv, .row = row};

		snprintf(place.object, sizeof(place.object), "%.40s_%u", entry->prefix, rows[i] + 1);
		snprintf(name, sizeof(name), "%.100s:%u", entry->name, rows[i]);
		snprintf(row, sizeof(row), "%s.", name);
		error = atv_run_entry(import, entry, &place, name);
	}
	free(rows);
	return error;
}

static bool is_default(const char *value)
{
	static const char *const defaults[] = {"", "no", "off", "none", "disabled", "inactive", "0"};

	for (size_t i = 0; i < sizeof(defaults) / sizeof(*defaults); i++)
		if (!strcasecmp(value, defaults[i]))
			return true;
	return false;
}

/* Functions that are not there, where they are in use: once for a row of a table (MA-034). */
static void refuse_functions(struct import *import)
{
	char now[ATV_NAME_MAX], row[ATV_NAME_MAX] = "", why[200];

	for (size_t i = 0; i < import->atv->count; i++) {
		struct atv_variable *variable = &import->atv->variable[i];
		const char *what, *dot;

		if (variable->used)
			continue;
		atv_name_now(import->map, variable->name, now);
		what = atv_map_function(import->map, now);
		if (!what || is_default(variable->value))
			continue;
		dot = strchr(now, '.');
		if (dot && *row && !strncmp(now, row, (size_t)(dot - now)) && row[dot - now] == '.')
			continue; /* the row is told */
		snprintf(row, sizeof(row), "%s", now);
		snprintf(why, sizeof(why),
		         "%.100s is not supported: reset it to its default on the old device.", what);
		atv_complain(import, now, why);
	}
}

/* The names of what there is nothing for, one after the other, and the former where it is another. */
static void list_left(struct import *import)
{
	char now[ATV_NAME_MAX];

	for (size_t i = 0; i < import->atv->count; i++) {
		const struct atv_variable *variable = &import->atv->variable[i];

		if (variable->used) {
			import->result->taken++;
			continue;
		}
		if (!import->result->left++)
			fputs("Not imported, as there is nothing for it here:\n", import->report);
		atv_name_now(import->map, variable->name, now);
		fprintf(import->report, strcmp(now, variable->name) != 0 ? "  %s (formerly %s)\n" : "  %s\n",
		        now, variable->name);
	}
}

static int run(struct import *import)
{
	int error = 0;

	for (size_t i = 0; i < import->map->count && !error; i++) {
		const struct atv_entry *entry = &import->map->entry[i];

		error = entry->prefix ? import_table(import, entry) : import_variable(import, entry);
	}
	if (error)
		return error;
	refuse_functions(import);
	list_left(import);
	return import->result->wrong && !import->options->force ? -EINVAL : 0;
}

int atv_import(struct engine *engine, const struct atv_map *map, struct atv *atv,
               const struct configuration *base, const struct atv_options *options, struct configuration *out,
               FILE *report, struct atv_result *result)
{
	struct configuration edited = engine->candidate;
	struct import import = {.session = {.engine = engine, .open = true, .may_write = true},
	                        .map = map,
	                        .atv = atv,
	                        .options = options,
	                        .report = report,
	                        .result = result};
	int error;

	memset(result, 0, sizeof(*result));
	*out = (struct configuration){.schema = engine->schema};
	error = configuration_copy(base, out);
	if (error)
		return error;
	engine->candidate = *out;
	error = run(&import);
	*out = engine->candidate;
	engine->candidate = edited;
	if (error)
		configuration_clear(out);
	return error;
}
