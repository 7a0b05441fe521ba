/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/show/show_changes.h"
#include "mgmt/mgmtd/check/check.h"
#include "mgmt/mgmtd/show/show_json.h"
#include "mgmt/mgmtd/show/show_object.h"

#include <string.h>

enum change { CHANGE_ADDED, CHANGE_MODIFIED, CHANGE_DELETED };

struct changes {
	struct session *session;
	const struct configuration *other;
	struct json *json; /* NULL: text */
	unsigned count;
	struct show_places places;
	bool deleted; /* the walk is over the old configuration, looking for what is gone */
};

static void text_properties(struct session *session, const struct object_type *type,
                            const struct lyd_node *old, const struct lyd_node *object)
{
	for (size_t i = 0; i < type->property_count; i++) {
		const struct property *property = &type->properties[i];

		if (value_equal(old, object, property) || property->key)
			continue;
		fprintf(session->out, "     %s: ", property->name);
		show_value(old, property, session->out);
		fputs(" -> ", session->out);
		show_value(object, property, session->out);
		fputc('\n', session->out);
	}
}

static void text_change(struct changes *changes, enum change change, const struct object_type *type,
                        const struct lyd_node *old, const struct lyd_node *object, unsigned was_at)
{
	FILE *out = changes->session->out;
	char label[OBJECT_LABEL];
	unsigned index =
	    type->indexed
	        ? object_index_from(
	              change == CHANGE_DELETED ? &changes->places.committed : &changes->places.shown, object)
	        : 0;

	fprintf(out, "%c  %s", "+*-"[change], object_label_at(type, object, index, label));
	if (old && !type->singleton && strcmp(object_key(type, old), object_key(type, object)) != 0)
		fprintf(out, " (renamed from %s)", object_key(type, old));
	if (was_at)
		fprintf(out, " (was at %u)", was_at);
	fputc('\n', out);
	if (change == CHANGE_MODIFIED)
		text_properties(changes->session, type, old, object);
}

/* Of a secret only that it changed. */
static void json_property_change(struct json *json, const struct property *property,
                                 const struct lyd_node *old, const struct lyd_node *object, unsigned node)
{
	char name[80];

	if (property->per_node)
		snprintf(name, sizeof(name), "%s:%u", property->name, node);
	else
		snprintf(name, sizeof(name), "%s", property->name);
	json_open(json, name, '{');
	if (!property_is_secret(property)) {
		json_value(json, "From", old, property, node);
		json_value(json, "To", object, property, node);
	}
	json_close(json, '}');
}

static void json_change(struct changes *changes, enum change change, const struct object_type *type,
                        const struct lyd_node *old, const struct lyd_node *object, unsigned was_at)
{
	static const char *const words[] = {"added", "modified", "deleted"};
	struct json *json = changes->json;

	json_open(json, NULL, '{');
	json_text(json, "Change", words[change]);
	json_identity(json, type, object);
	if (old && !type->singleton && strcmp(object_key(type, old), object_key(type, object)) != 0)
		json_text(json, "RenamedFrom", object_key(type, old));
	if (was_at)
		json_number(json, "WasAt", was_at);
	json_open(json, "Properties", '{');
	for (size_t i = 0; i < type->property_count && change == CHANGE_MODIFIED; i++) {
		const struct property *property = &type->properties[i];

		for (unsigned node = 0; node < 1u + property->per_node; node++)
			if (!property->key && !value_equal_at(old, object, property, node))
				json_property_change(json, property, old, object, node);
	}
	json_close(json, '}');
	json_close(json, '}');
}

static void tell(struct changes *changes, enum change change, const struct object_type *type,
                 const struct lyd_node *old, const struct lyd_node *object, unsigned was_at)
{
	changes->count++;
	if (changes->json)
		json_change(changes, change, type, old, object, was_at);
	else
		text_change(changes, change, type, old, object, was_at);
}

static void look_at(const struct object_type *type, struct lyd_node *object, void *user)
{
	struct changes *changes = user;
	const struct engine *engine = changes->session->engine;
	const struct lyd_node *old;
	unsigned was_at = 0;

	if (changes->deleted) {
		if (!present_of(&engine->renames, changes->other, type, object))
			tell(changes, CHANGE_DELETED, type, NULL, object, 0);
		return;
	}
	old = former_of(&engine->renames, changes->other, &engine->candidate, type, object);
	if (!old && !type->singleton) {
		tell(changes, CHANGE_ADDED, type, NULL, object, 0);
		return;
	}
	if (old && type->indexed) {
		was_at = object_index_from(&changes->places.committed, old);
		if (was_at == object_index_from(&changes->places.shown, object))
			was_at = 0;
	}
	if (was_at || !objects_equal(type, old, object))
		tell(changes, CHANGE_MODIFIED, type, old, object, was_at);
}

static void walk_between(struct changes *changes, const struct configuration *from,
                         const struct configuration *to)
{
	changes->other = from;
	configuration_walk(to, look_at, changes);
	changes->other = to;
	changes->deleted = true;
	configuration_walk(from, look_at, changes);
}

static void walk(struct changes *changes)
{
	const struct engine *engine = changes->session->engine;

	walk_between(changes, engine->uncommitted ? &engine->committed : &engine->running,
	             &engine->candidate);
}

void show_differences(struct session *session, const struct configuration *from,
                      const struct configuration *to)
{
	struct changes changes = {.session = session};

	walk_between(&changes, from, to);
	if (!changes.count)
		fputs("No differences.\n", session->out);
}

int show_changes(struct session *session)
{
	struct changes changes = {.session = session};

	walk(&changes);
	if (!changes.count)
		fputs("No changes.\n", session->out);
	else if (session->engine->uncommitted)
		fputs("Activated changes are not committed yet.\n", session->out);
	return 0;
}

int show_changes_json(struct session *session)
{
	struct json json = {.out = session->out};
	struct changes changes = {.session = session, .json = &json};

	json_open(&json, NULL, '[');
	walk(&changes);
	json_close(&json, ']');
	json_finish(&json);
	return 0;
}
