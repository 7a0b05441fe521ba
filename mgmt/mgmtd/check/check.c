/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/check/check.h"
#include "mgmt/mgmtd/configuration/interface.h"
#include "mgmt/mgmtd/configuration/nearest.h"
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/configuration/secret.h"
#include "mgmt/mgmtd/configuration/value.h"
#include "mgmt/mgmtd/show/show_json.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static void problem_json(struct json *json, const struct object_type *type, const struct lyd_node *object,
                         const char *format, va_list arguments)
{
	char *message;

	if (vasprintf(&message, format, arguments) < 0)
		return;
	json_open(json, NULL, '{');
	json_identity(json, type, object);
	json_text(json, "Message", message);
	json_close(json, '}');
	free(message);
}

static void refuse(struct problems *problems, const struct object_type *type, const struct lyd_node *object,
                   const char *format, va_list arguments)
{
	char *text;

	if (problems->count > CHECK_REFUSALS_SHOWN || vasprintf(&text, format, arguments) < 0)
		return;
	problem_refused(problems->out, type, object, text);
	free(text);
}

void problem(struct problems *problems, const struct object_type *type, const struct lyd_node *object,
             const char *format, ...)
{
	char label[OBJECT_LABEL];
	va_list arguments;

	problems->count++;
	va_start(arguments, format);
	if (problems->refused) {
		refuse(problems, type, object, format, arguments);
	} else if (problems->json) {
		problem_json(problems->json, type, object, format, arguments);
	} else if (problems->out && problems->count <= CHECK_PROBLEMS_SHOWN) {
		fprintf(problems->out, "!  %s: ", object ? object_label(type, object, label) : type->name);
		vfprintf(problems->out, format, arguments);
		fputc('\n', problems->out);
	}
	va_end(arguments);
}

void warning(struct problems *problems, const struct object_type *type, const struct lyd_node *object,
             const char *format, ...)
{
	char label[OBJECT_LABEL];
	va_list arguments;

	if (!problems->out || problems->refused)
		return;
	fprintf(problems->out, "Warning: %s: ", object_label(type, object, label));
	va_start(arguments, format);
	vfprintf(problems->out, format, arguments);
	va_end(arguments);
	fputc('\n', problems->out);
}

struct within {
	const struct configuration *configuration;
	const struct object_type *type;
	void (*each)(const struct object_type *type, struct lyd_node *object, void *user);
	void *user;
};

static void walk_within(const struct object_type *holder_type, struct lyd_node *holder, void *user)
{
	const struct within *within = user;
	struct lyd_node *next;

	(void)holder_type;
	for (struct lyd_node *object = object_first(within->configuration, within->type, holder); object;
	     object = next) {
		next = object_next(object);
		within->each(within->type, object, within->user);
	}
}

void configuration_walk_type(const struct configuration *configuration, const struct object_type *type,
                             void (*each)(const struct object_type *type, struct lyd_node *object,
                                          void *user),
                             void *user)
{
	struct within within = {configuration, type, each, user};

	if (type->parent)
		configuration_walk_type(configuration, type->parent, walk_within, &within);
	else
		walk_within(NULL, NULL, &within);
}

void configuration_walk(const struct configuration *configuration,
                        void (*each)(const struct object_type *type, struct lyd_node *object, void *user),
                        void *user)
{
	for (size_t i = 0; i < configuration->schema->type_count; i++)
		configuration_walk_type(configuration, &configuration->schema->types[i], each, user);
}

static bool is_literal(const struct property *property, const char *value)
{
	struct ip_range range;
	struct mac_address mac;

	if (!property->literal)
		return false;
	if (!strcmp(property->literal, "mac"))
		return !mac_address_parse(value, &mac);
	return !ip_range_parse(value, &range);
}

struct wanted {
	const struct configuration *configuration;
	const struct object_type *type;
	const char *name;
	const struct lyd_node *found;
};

static void find_within(const struct object_type *holder_type, struct lyd_node *holder, void *user)
{
	struct wanted *wanted = user;

	(void)holder_type;
	if (!wanted->found)
		wanted->found = object_find(wanted->configuration, wanted->type, holder, wanted->name);
}

/* Also in whatever context holds such objects. */
static const struct lyd_node *find_anywhere(const struct configuration *configuration,
                                            const struct object_type *type, const char *name)
{
	struct wanted wanted = {configuration, type, name, NULL};

	if (type->parent)
		configuration_walk_type(configuration, type->parent, find_within, &wanted);
	else
		find_within(NULL, NULL, &wanted);
	return wanted.found;
}

/* The object that a name refers to, of any of the property's types. A disabled interface may be referred to:
 * it is known, and down. nearest may be NULL. */
static bool is_reference(const struct configuration *configuration, const struct property *property,
                         const char *name, bool *disabled, struct nearest *nearest)
{
	const struct schema *schema = configuration->schema;

	for (size_t i = 0; i < schema->type_count; i++) {
		const struct object_type *type = &schema->types[i];
		const struct lyd_node *object;

		if (type->singleton || !property_refers_to(property, type))
			continue;
		object = find_anywhere(configuration, type, name);
		*disabled = object && !interface_is_type(type) && object_disabled(type, object);
		if (object)
			return true;
	}
	for (size_t i = 0; nearest && i < schema->type_count; i++) {
		const struct object_type *type = &schema->types[i];

		if (type->parent || type->singleton || !property_refers_to(property, type))
			continue;
		for (struct lyd_node *object = object_first(configuration, type, NULL); object;
		     object = object_next(object))
			nearest_offer(nearest, object_key(type, object));
	}
	return false;
}

static void check_value(const struct configuration *configuration, const struct object_type *type,
                        const struct lyd_node *object, const struct property *property, const char *value,
                        struct problems *problems)
{
	struct nearest nearest;
	char types[256];
	size_t length = 0;
	bool disabled = false;

	if (!property->references || !*value || is_literal(property, value) ||
	    words_contain(property->special, value))
		return;
	nearest_start(&nearest, value);
	/* Looking for what was meant costs a walk over all names: only for what is said. */
	if (is_reference(configuration, property, value, &disabled,
	                 problems->out && problems->count < CHECK_PROBLEMS_SHOWN ? &nearest : NULL)) {
		if (disabled)
			problem(problems, type, object,
			        "%s refers to '%s', which is disabled. Enable it or take it out of %s",
			        property->name, value, property->name);
		return;
	}
	types[0] = 0;
	for (const char *at = property->references; *at && length < sizeof(types) - 8; at++)
		length +=
		    (size_t)snprintf(types + length, sizeof(types) - length, *at == ' ' ? " or " : "%c", *at);
	problem(problems, type, object, "%s refers to '%s', but there is no %s of that name.%s%s%s%s",
	        property->name, value, types, nearest.best ? " Did you mean " : "",
	        nearest.best ? nearest.best : "", nearest.best ? "?" : "",
	        words_contain(property->references, "IPAddress") && strchr(value, '.')
	            ? " DNS names are not resolved in this release: give addresses"
	            : "");
}

/* The peer's devices are known to the peer only. */
static bool is_peers_device(const struct configuration *configuration, const struct property *property,
                            unsigned node)
{
	return property->per_node && words_contain(property->references, "EthernetDevice") &&
	       node != (unsigned)configuration_role(configuration);
}

/* What another version or a peer of another version has set. */
static void check_default(const struct object_type *type, const struct lyd_node *object,
                          const struct property *property, struct problems *problems)
{
	const struct lyd_node *value = value_first(object, property, 0);

	if (value && property->display_only)
		problem(problems, type, object, "%s cannot be '%s': it only shows what was %s. Leave it out",
		        property->name, lyd_get_value(value), property->display_only);
	else if (value &&
	         (!property->default_value || strcmp(lyd_get_value(value), property->default_value) != 0))
		problem(problems, type, object,
		        "%s cannot be '%s': this release does not provide it. Leave it at %s", property->name,
		        property_is_secret(property) ? "***" : lyd_get_value(value),
		        property_shown_default(property));
}

/* From a backup of another system, or from before the cluster key was replaced. */
static void check_secret(const struct object_type *type, const struct lyd_node *object,
                         const struct property *property, const char *value, struct problems *problems)
{
	char clear[SECRET_CLEAR_MAX + 1];

	if (secret_open(value, clear))
		problem(problems, type, object,
		        "%s was sealed with a key that this system does not have. Type it again",
		        property->name);
	OPENSSL_cleanse(clear, sizeof(clear));
}

void check_object(const struct configuration *configuration, const struct object_type *type,
                  const struct lyd_node *object, struct problems *problems)
{
	for (size_t i = 0; i < type->property_count; i++) {
		const struct property *property = &type->properties[i];

		if (property->not_available)
			check_default(type, object, property, problems);
		if (property->required && !value_text(object, property, 0))
			problem(problems, type, object, "%s must be set", property->name);
		for (unsigned node = 0; node < 1u + property->per_node; node++) {
			const struct lyd_node *value = value_first(object, property, node);

			if (is_peers_device(configuration, property, node))
				continue;
			if (value && property->literal && !strcmp(property->literal, "secret"))
				check_secret(type, object, property, lyd_get_value(value), problems);
			for (; value; value = value_next(value))
				check_value(configuration, type, object, property, lyd_get_value(value),
				            problems);
		}
	}
	check_groups(configuration, type, object, problems);
}

struct walk {
	const struct configuration *configuration;
	struct problems *problems;
};

static void check_one(const struct object_type *type, struct lyd_node *object, void *user)
{
	struct walk *walk = user;

	if (!object_disabled(type, object))
		check_object(walk->configuration, type, object, walk->problems);
}

void check_all(const struct configuration *configuration, struct problems *problems)
{
	struct walk walk = {configuration, problems};

	configuration_walk(configuration, check_one, &walk);
	check_network(configuration, problems);
	check_nat(configuration, problems);
	check_advertise(configuration, problems);
	check_time(configuration, problems);
	check_effect(configuration, problems);
	check_ssh(configuration, problems);
	check_profiles(configuration, problems);
	check_thresholds(configuration, problems);
	check_log(configuration, problems);
}

unsigned check_configuration(const struct configuration *configuration, FILE *out)
{
	struct problems problems = {.out = out};

	check_all(configuration, &problems);
	if (out && problems.count > CHECK_PROBLEMS_SHOWN)
		fprintf(out, "and %u more\n", problems.count - CHECK_PROBLEMS_SHOWN);
	return problems.count;
}
