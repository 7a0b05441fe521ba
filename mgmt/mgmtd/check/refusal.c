/* SPDX-License-Identifier: GPL-2.0-or-later */

/* How a configuration that somebody brings is refused: what to look for in it, and why (MA-033). */

#include "mgmt/mgmtd/check/check.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* The property that a problem's text begins with ("Gateway ...", "PrivateIP:0 ..."), or NULL. *rest: behind it and the
 * number of its node. */
static const struct property *leading_property(const struct object_type *type, const char *text,
                                               unsigned *node, const char **rest)
{
	size_t length = strcspn(text, " :=");
	char name[64];

	*node = 0;
	if (length >= sizeof(name))
		return NULL;
	memcpy(name, text, length);
	name[length] = 0;
	text += length;
	if (*text == ':' && (text[1] == '0' || text[1] == '1')) {
		*node = (unsigned)(text[1] - '0');
		text += 2;
	}
	*rest = text + strspn(text, " ");
	return type_property(type, name);
}

void refusal_value(const char *value, FILE *out)
{
	for (; *value; value++)
		if (*value == '"' || *value == '\\')
			fprintf(out, "\\%c", *value);
		else
			fputc(iscntrl((unsigned char)*value) ? '?' : *value, out);
}

static void print_values(const struct lyd_node *object, const struct property *property, unsigned node,
                         FILE *out)
{
	const struct lyd_node *value = object ? value_first(object, property, node) : NULL;

	if (value && property_is_secret(property)) {
		fputs("***", out);
		return;
	}
	if (!value && value_text(object, property, node))
		refusal_value(value_text(object, property, node), out);
	for (; value; value = value_next(value)) {
		refusal_value(lyd_get_value(value), out);
		if (value_next(value))
			fputc(',', out);
	}
}

void problem_refused(FILE *out, const struct object_type *type, const struct lyd_node *object,
                     const char *text)
{
	char label[OBJECT_LABEL];
	const char *rest = text;
	unsigned node;
	const struct property *property = leading_property(type, text, &node, &rest);

	fprintf(out, "Error for %s", object ? object_label(type, object, label) : type->name);
	if (!property) {
		fprintf(out, ": %s\n", text);
		return;
	}
	fprintf(out, " %s", property->name);
	if (property->per_node)
		fprintf(out, ":%u", node);
	fputs("=\"", out);
	print_values(object, property, property->per_node ? node : 0, out);
	fprintf(out, "\": %s\n", rest);
}

unsigned check_refused(const struct configuration *configuration, FILE *out)
{
	struct problems problems = {.out = out, .refused = true};

	check_all(configuration, &problems);
	if (problems.count > CHECK_REFUSALS_SHOWN)
		fprintf(out, "and %u more\n", problems.count - CHECK_REFUSALS_SHOWN);
	return problems.count;
}
