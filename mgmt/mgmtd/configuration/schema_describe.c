/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/configuration/schema.h"

#include "mgmt/mgmtd/configuration/secret.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *kind, *text;
} literals[] = {
    {"host", "an IP address"},
    {"hosts", "an IP address or a range (a-b)"},
    {"network", "an IP address, a network (a/n) or a range (a-b)"},
    {"mac", "an Ethernet address (aa-bb-cc-dd-ee-ff)"},
    {"ports", "a port or a range of ports (0..65535)"},
    {"octets", "a number or a range of numbers (0..255)"},
    {"icmp", "TYPE or TYPE:CODE, names, numbers or ranges of numbers (0..255)"},
    {"icmpv6", "TYPE or TYPE:CODE, names, numbers or ranges of numbers (0..255)"},
    {"ssh-key", "a public key in one line (ssh-rsa, ssh-ed25519 or ecdsa-sha2-nistp...), or file://NAME"},
    {"certificate", "a certificate in PEM, or file://NAME"},
    {"password", "a password of 1 to 256 characters"},
};

const char *property_shown_default(const struct property *property)
{
	if (property->default_value)
		return property->default_value;
	return property->shown_default ? property->shown_default : "<empty>";
}

static void describe_enumeration(const struct lysc_type_enum *type, FILE *out)
{
	LY_ARRAY_COUNT_TYPE i;

	LY_ARRAY_FOR(type->enums, i)
	fprintf(out, "%s%s", i ? ", " : "", type->enums[i].name);
}

static void describe_number(const struct lysc_type_num *type, FILE *out)
{
	LY_ARRAY_COUNT_TYPE i;

	fputs("a number", out);
	if (!type->range)
		return;
	LY_ARRAY_FOR(type->range->parts, i)
	fprintf(out, "%s%llu..%llu", i ? ", " : " ", (unsigned long long)type->range->parts[i].min_u64,
	        (unsigned long long)type->range->parts[i].max_u64);
}

static void describe_text(const struct lysc_type_str *type, FILE *out)
{
	LY_ARRAY_COUNT_TYPE i, last;

	fputs("text", out);
	if (type->length && type->length->parts) {
		last = LY_ARRAY_COUNT(type->length->parts) - 1;
		fprintf(out, " of %llu to %llu characters",
		        (unsigned long long)type->length->parts[0].min_u64,
		        (unsigned long long)type->length->parts[last].max_u64);
	}
	LY_ARRAY_FOR(type->patterns, i)
	if (type->patterns[i]->emsg)
		fprintf(out, ": %s", type->patterns[i]->emsg);
}

static void describe_words(const char *words, const char *between, FILE *out)
{
	for (; *words; words++)
		if (*words == ' ')
			fputs(between, out);
		else
			fputc(*words, out);
}

bool property_is_secret(const struct property *property)
{
	return property->literal &&
	       (!strcmp(property->literal, "password") || !strcmp(property->literal, "secret"));
}

void property_secret_length(const struct property *property, size_t *least, size_t *most)
{
	const char *dots = property->secret_length ? strstr(property->secret_length, "..") : NULL;

	*least = dots ? strtoul(property->secret_length, NULL, 10) : 1;
	*most = dots ? strtoul(dots + 2, NULL, 10) : SECRET_CLEAR_MAX;
	if (*most > SECRET_CLEAR_MAX)
		*most = SECRET_CLEAR_MAX;
}

bool schema_names_secret(const struct schema *schema, const char *text)
{
	for (size_t i = 0; i < schema->type_count; i++) {
		const struct object_type *type = &schema->types[i];

		for (size_t j = 0; j < type->property_count; j++)
			if (property_is_secret(&type->properties[j]) &&
			    strcasestr(text, type->properties[j].name))
				return true;
	}
	return false;
}

static void describe_secret(const struct property *property, FILE *out)
{
	size_t least, most;

	property_secret_length(property, &least, &most);
	fprintf(out, "a secret of %zu to %zu characters", least, most);
}

static void describe_named(const struct property *property, FILE *out)
{
	const char *separator = "";

	for (size_t i = 0; property->literal && i < sizeof(literals) / sizeof(*literals); i++) {
		if (!strcmp(literals[i].kind, property->literal)) {
			fputs(literals[i].text, out);
			separator = ", or ";
		}
	}
	if (property->special) {
		fputs(separator, out);
		describe_words(property->special, ", ", out);
		separator = ", or ";
	}
	if (property->references) {
		fprintf(out, "%sthe name of an object of type ", separator);
		describe_words(property->references, " or ", out);
	}
}

void property_describe(const struct property *property, FILE *out)
{
	const struct lysc_type *type = ((const struct lysc_node_leaf *)property->leaf[0])->type;

	if (property->display_only) {
		fprintf(out, "nothing; it shows what was %s", property->display_only);
		return;
	}
	if (property->not_available) {
		fprintf(out, "only %s; this release does not provide it", property_shown_default(property));
		return;
	}
	if (property->literal && !strcmp(property->literal, "secret"))
		describe_secret(property, out);
	else if (property->literal || property->references)
		describe_named(property, out);
	else if (type->basetype == LY_TYPE_ENUM)
		describe_enumeration((const struct lysc_type_enum *)type, out);
	else if (type->basetype == LY_TYPE_STRING)
		describe_text((const struct lysc_type_str *)type, out);
	else
		describe_number((const struct lysc_type_num *)type, out);
	if (property->list)
		fputs("; several separated by commas", out);
}
