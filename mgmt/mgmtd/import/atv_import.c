/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/import/atv_import.h"
#include "mgmt/mgmtd/check/check.h"
#include "mgmt/mgmtd/configuration/target.h"
#include "mgmt/mgmtd/import/atv_conversion.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ROWS_MAX   1024 /* of a table */
#define LINE_WIDTH 100

struct import {
	struct session session; /* that types the lines; the candidate is what is being made */
	const struct atv_map *map;
	struct atv *atv;
	const struct atv_options *options;
	FILE *report;
	struct atv_result *result;
};

/* Passwords and keys are nobody's to read. */
static bool is_secret(const char *name)
{
	return strcasestr(name, "PASSW") || strcasestr(name, "SECRET") || strcasestr(name, "PSK") ||
	       strcasestr(name, "KEY") || strcasestr(name, "PIN");
}

static void complain(struct import *import, const char *name, const char *why)
{
	const struct atv_variable *variable = atv_lookup(import->map, import->atv, name);

	fprintf(import->report, "Error for %s", name);
	if (variable) {
		fputs("=\"", import->report);
		refusal_value(is_secret(name) ? "******" : variable->value, import->report);
		fputc('"', import->report);
	}
	fprintf(import->report, ": %s\n", why);
	import->result->wrong++;
}

/* Types a line. Returns what it returns, and what it said (without its newline), the caller's to free, or NULL. */
static int type(struct import *import, const char *line, char **said)
{
	struct session *session = &import->session;
	size_t size;
	int error;

	*said = NULL;
	session->out = open_memstream(said, &size);
	if (!session->out)
		return -ENOMEM;
	error = session_run(session, line);
	fclose(session->out);
	session->out = NULL;
	if (*said && size && (*said)[size - 1] == '\n')
		(*said)[size - 1] = 0;
	return error;
}

/* The object that a line with "put" is about, or NULL. */
static struct lyd_node *find(struct import *import, const char *text, struct target *target)
{
	struct line *line = calloc(1, sizeof(*line));
	struct lyd_node *object = NULL;
	char reason[128];
	FILE *nowhere = fopen("/dev/null", "we");

	memset(target, 0, sizeof(*target));
	import->session.out = nowhere;
	if (line && nowhere && !line_parse(text, line, reason)) {
		if (!target_parse(&import->session, line, target) && target->type && target->name)
			object = target_find(&import->session.engine->candidate, target);
		line_free(line);
	}
	import->session.out = NULL;
	if (nowhere)
		fclose(nowhere);
	free(line);
	target->name = NULL; /* it was the line's */
	return object;
}

/*
 * "put" is "set" of what is there, and "add" of what is not; of a list whose order matters it is made anew. "new" is "add" of what is not
 * there.
 */
static int put(struct import *import, const char *text, char **said)
{
	struct target target;
	struct lyd_node *object = find(import, text, &target);
	char *line;
	int error;

	*said = NULL;
	if (object && !strncmp(text, "new ", 4))
		return 0;
	if (object && target.type->indexed && !import->options->whole) {
		*said = strdup("This row is there already: change its object with the command 'set'.");
		return -EEXIST;
	}
	if (object && target.type->indexed) {
		object_delete(&import->session.engine->candidate, object);
		object = NULL;
	}
	if (asprintf(&line, "%s%s", object ? "set" : "add", text + 3) < 0)
		return -ENOMEM;
	error = type(import, line, said);
	free(line);
	return error;
}

/* A service is made once, and stays as it is where it has been made. */
static int make_service(struct import *import, const struct atv_place *place)
{
	const struct object_type *service =
	    schema_type(import->session.engine->schema, NULL, "ServiceTCPUDP");
	const struct object_type *context = import->session.context_type;
	struct lyd_node *there =
	    object_find(&import->session.engine->candidate, service, NULL, place->service);
	char *said = NULL;
	int error = 0;

	if (!there) {
		import->session.context_type = NULL;
		error = put(import, place->service_line, &said);
		import->session.context_type = context;
	}
	free(said);
	return error;
}

static int run_line(struct import *import, struct atv_place *place, const char *template, char **said)
{
	char *line = NULL;
	size_t size;
	FILE *out = open_memstream(&line, &size);
	int error = out ? atv_expand(place, template, out) : -ENOMEM;

	*said = NULL;
	if (out)
		fclose(out);
	if (error)
		*said = strdup(place->why);
	if (!error && *place->service)
		error = make_service(import, place);
	if (!error)
		error = !strncmp(line, "put ", 4) || !strncmp(line, "new ", 4) ? put(import, line, said)
		                                                               : type(import, line, said);
	free(line);
	return error;
}

/* The lines of an entry, for a variable or a row. name: what errors are about where no column of it is. */
static int run_entry(struct import *import, const struct atv_entry *entry, struct atv_place *place,
                     const char *name)
{
	int error = 0;

	import->session.context_type = NULL;
	import->session.context_key[0] = 0;
	for (size_t i = 0; i < entry->count && !error; i++) {
		char *said;

		error = run_line(import, place, entry->command[i], &said);
		if (error && error != -ENOMEM)
			complain(import, *place->variable ? place->variable : name,
			         said ? said : strerror(-error));
		free(said);
	}
	import->session.context_type = NULL;
	return error == -ENOMEM ? error : 0;
}

static int import_variable(struct import *import, const struct atv_entry *entry)
{
	struct atv_variable *variable = atv_lookup(import->map, import->atv, entry->name);
	struct atv_place place = {.map = import->map, .atv = import->atv, .row = ""};

	if (!variable)
		return 0;
	variable->used = true;
	return run_entry(import, entry, &place, entry->name);
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
			type(import, entry->command[i], &said);
			free(said);
			continue;
		}
		snprintf(name, sizeof(name), "%.*s x", (int)strcspn(entry->command[i], "$"),
		         entry->command[i]);
		find(import, name, &target);
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
	session->context_key[0] = 0;
}

static int import_table(struct import *import, const struct atv_entry *entry)
{
	unsigned *rows;
	size_t count = rows_of(import, entry->name, &rows);
	int error = rows ? 0 : -ENOMEM;

	if (import->options->whole)
		drop_rows(import, entry);
	if (count > ROWS_MAX) {
		complain(import, entry->name, "The table has more than 1024 rows.");
		count = 0;
	}
	for (size_t i = 0; i < count && !error; i++) {
		char name[ATV_NAME_MAX], row[ATV_NAME_MAX + 1];
		struct atv_place place = {.map = import->map, .atv = import->atv, .row = row};

		snprintf(place.object, sizeof(place.object), "%.40s_%u", entry->prefix, rows[i] + 1);
		snprintf(name, sizeof(name), "%.100s:%u", entry->name, rows[i]);
		snprintf(row, sizeof(row), "%s.", name);
		error = run_entry(import, entry, &place, name);
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
		complain(import, now, why);
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
