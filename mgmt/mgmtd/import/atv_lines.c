/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/import/atv_lines.h"
#include "mgmt/mgmtd/check/check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Passwords and keys are nobody's to read. */
static bool is_secret(const char *name)
{
	return strcasestr(name, "PASSW") || strcasestr(name, "SECRET") || strcasestr(name, "PSK") ||
	       strcasestr(name, "KEY") || strcasestr(name, "PIN");
}

void atv_complain(struct import *import, const char *name, const char *why)
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

int atv_type(struct import *import, const char *line, char **said)
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

struct lyd_node *atv_find_object(struct import *import, const char *text, struct target *target)
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
	struct lyd_node *object = atv_find_object(import, text, &target);
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
	error = atv_type(import, line, said);
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
		                                                               : atv_type(import, line, said);
	free(line);
	return error;
}

int atv_run_entry(struct import *import, const struct atv_entry *entry, struct atv_place *place,
                  const char *name)
{
	int error = 0;

	import->session.context_type = NULL;
	import->session.context_path[0] = 0;
	for (size_t i = 0; i < entry->count && !error; i++) {
		char *said;

		error = run_line(import, place, entry->command[i], &said);
		if (error && error != -ENOMEM)
			atv_complain(import, *place->variable ? place->variable : name,
			             said ? said : strerror(-error));
		free(said);
	}
	import->session.context_type = NULL;
	return error == -ENOMEM ? error : 0;
}
