/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/configuration/value.h"
#include "mgmt/mgmtd/backup/certificate.h"
#include "mgmt/mgmtd/configuration/icmp_messages.h"
#include "mgmt/mgmtd/configuration/nearest.h"
#include "mgmt/mgmtd/configuration/secret.h"
#include "mgmt/mgmtd/login/password.h"
#include "mgmt/mgmtd/login/ssh_key.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool name_is_valid(const char *name)
{
	size_t length = strlen(name);

	if (!length || length > 63 || !(isalpha((unsigned char)name[0]) || name[0] == '_'))
		return false;
	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)name[i]) && !strchr("_.-", name[i]))
			return false;
	return true;
}

static int number_parse(const char **at, unsigned maximum, unsigned *out)
{
	unsigned value = 0;

	if (!isdigit((unsigned char)**at))
		return -EINVAL;
	for (; isdigit((unsigned char)**at); ++*at) {
		value = value * 10 + (unsigned)(**at - '0');
		if (value > maximum)
			return -EINVAL;
	}
	*out = value;
	return 0;
}

int number_range_parse(const char *text, unsigned maximum, unsigned *first, unsigned *last)
{
	if (number_parse(&text, maximum, first))
		return -EINVAL;
	*last = *first;
	if (*text == '-') {
		text++;
		if (number_parse(&text, maximum, last))
			return -EINVAL;
	}
	return *text || *last < *first ? -EINVAL : 0;
}

static const char *network_error(int error)
{
	if (error == -ERANGE)
		return "the range ends before it starts";
	if (error == -EDOM)
		return "the network has bits set behind its prefix length";
	return "";
}

/* Whether value is a literal of that kind; *why says more where it nearly is. */
static bool literal_matches(const char *kind, const char *value, const char **why)
{
	char key[SSH_KEY_LINE_MAX], certificate[CERTIFICATE_LINE_MAX];
	struct ip_address address;
	struct ip_range range;
	struct icmp_messages messages;
	struct mac_address mac;
	unsigned first, last;
	int error;

	if (!strcmp(kind, "ssh-key"))
		return !ssh_key_take(value, key, why);
	if (!strcmp(kind, "certificate"))
		return !certificate_take(value, certificate, why);
	if (!strcmp(kind, "host"))
		return !ip_address_parse(value, &address);
	if (!strcmp(kind, "mac"))
		return !mac_address_parse(value, &mac);
	if (!strcmp(kind, "ports"))
		return !number_range_parse(value, 65535, &first, &last);
	if (!strcmp(kind, "octets"))
		return !number_range_parse(value, 255, &first, &last);
	if (!strcmp(kind, "icmp") || !strcmp(kind, "icmpv6"))
		return !icmp_messages_parse(value, strcmp(kind, "icmp") ? 6 : 4, &messages);
	if (!strcmp(kind, "password"))
		return *value && strlen(value) <= PASSWORD_MAX;
	error = ip_range_parse(value, &range);
	*why =
	    !strncmp(value, "dns:", 4) ? "DNS names are not resolved in this release" : network_error(error);
	if (!strcmp(kind, "hosts"))
		return !error && !strchr(value, '/');
	return !error;
}

static bool secret_fits(const struct property *property, const char *value)
{
	size_t least, most, length = strlen(value);

	property_secret_length(property, &least, &most);
	return length >= least && length <= most;
}

/* Where unset stands for a text that is not empty, an empty one is a value of its own: `Banner=`. */
static bool may_be_empty(const struct property *property)
{
	const struct lysc_node *leaf = property->leaf[0];

	return property->default_value && *property->default_value &&
	       !lyd_value_validate(leaf->module->ctx, leaf, "", 0, NULL, NULL, NULL);
}

static bool value_is_valid(const struct property *property, const char *value, const char **why)
{
	*why = "";
	if (property->literal && !strcmp(property->literal, "secret"))
		return secret_fits(property, value);
	if (property->literal && literal_matches(property->literal, value, why))
		return true;
	if (**why)
		return false;
	if (words_contain(property->special, value))
		return true;
	if (property->references)
		return name_is_valid(value) || (!*value && may_be_empty(property));
	return !property->literal && !lyd_value_validate(property->node->module->ctx, property->leaf[0],
	                                                 value, strlen(value), NULL, NULL, NULL);
}

static void suggest(const struct property *property, const char *value, FILE *out)
{
	const struct lysc_type *type = ((const struct lysc_node_leaf *)property->leaf[0])->type;
	struct nearest nearest;
	LY_ARRAY_COUNT_TYPE i;

	if (type->basetype != LY_TYPE_ENUM)
		return;
	nearest_start(&nearest, value);
	LY_ARRAY_FOR(((const struct lysc_type_enum *)type)->enums, i)
	nearest_offer(&nearest, ((const struct lysc_type_enum *)type)->enums[i].name);
	if (nearest.best)
		fprintf(out, " Did you mean %s?", nearest.best);
}

static int refuse(const char *object, const struct property *property, const char *value, const char *why,
                  FILE *out)
{
	fprintf(out, "%s: %s cannot be '%s'%s%s. Allowed: ", object, property->name,
	        property_is_secret(property) ? "***" : value, *why ? ": " : "", why);
	property_describe(property, out);
	fputc('.', out);
	suggest(property, value, out);
	fputc('\n', out);
	return -EINVAL;
}

/* What the guide has and this release does not must not be taken and then ignored. */
static int refuse_not_available(const struct object_type *type, const struct lyd_node *object,
                                const struct property *property, const char *value, FILE *out)
{
	char label[OBJECT_LABEL];

	if (property->display_only)
		fprintf(out, "%s: %s cannot be '%s': it only shows what was %s. Leave it out.\n",
		        object_label(type, object, label), property->name, value, property->display_only);
	else
		fprintf(out, "%s: %s cannot be '%s': this release does not provide it. Leave it at %s.\n",
		        object_label(type, object, label), property->name,
		        property_is_secret(property) ? "***" : value, property_shown_default(property));
	return -ENOTSUP;
}

static int check_node(const char *object, const struct property *property, const struct argument *argument,
                      FILE *out)
{
	if (property->per_node == (argument->node >= 0))
		return 0;
	if (property->per_node)
		fprintf(out,
		        "%s: %s has a value for each node: type %s:0= for the master, %s:1= for the slave.\n",
		        object, property->name, property->name, property->name);
	else
		fprintf(out, "%s: %s has one value for both nodes: type %s= without ':%d'.\n", object,
		        property->name, property->name, argument->node);
	return -EINVAL;
}

/* Text that is no list keeps its commas; a word of a list stands alone. */
static size_t value_list(const struct property *property, const struct argument *argument,
                         const char *const **values)
{
	if (argument->reset)
		return 0;
	if (property->list) {
		*values = argument->values;
		return argument->value_count;
	}
	*values = &argument->text;
	return *argument->text || may_be_empty(property) ? 1 : 0;
}

static int check_list(const char *object, const struct property *property, const char *const *values,
                      size_t count, FILE *out)
{
	const struct lysc_node_leaflist *list = (const struct lysc_node_leaflist *)property->leaf[0];

	if (!property->list)
		return 0;
	if (list->max && count > list->max) {
		fprintf(out, "%s: %s holds at most %u values, not %zu.\n", object, property->name, list->max,
		        count);
		return -E2BIG;
	}
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < i; j++) {
			if (strcmp(values[i], values[j]) != 0)
				continue;
			fprintf(out, "%s: %s has '%s' twice.\n", object, property->name, values[i]);
			return -EINVAL;
		}
	}
	return 0;
}

int value_check(const char *object, const struct property *property, const struct argument *argument,
                FILE *out)
{
	const char *const *values = NULL;
	const char *why;
	size_t count = value_list(property, argument, &values);
	int error = check_node(object, property, argument, out);

	if (!error)
		error = check_list(object, property, values, count, out);
	for (size_t i = 0; !error && i < count && !argument->hashed; i++)
		if (!value_is_valid(property, property_unalias(property, values[i]), &why))
			error = refuse(object, property, values[i], why, out);
	return error;
}

static int assign_password(struct lyd_node *object, const struct property *property,
                           const struct argument *argument, FILE *out)
{
	char hash[PASSWORD_HASH_MAX];
	const char *values[1] = {argument->hashed ? argument->text : hash};
	int error = argument->hashed ? 0 : password_hash(argument->text, hash);

	if (error) {
		fprintf(out, "The password could not be hashed: %s.\n", strerror(-error));
		return error;
	}
	return value_set(object, property, 0, values, 1);
}

static int assign_secret(struct lyd_node *object, const struct property *property, unsigned node,
                         const char *clear, FILE *out)
{
	char sealed[SECRET_SEALED_MAX];
	const char *values[1] = {sealed};
	int error = secret_seal(clear, sealed);

	if (error) {
		fprintf(out, "%s could not be sealed: %s. Is there a key in the state directory?\n",
		        property->name, strerror(-error));
		return error;
	}
	return value_set(object, property, node, values, 1);
}

/* A file's key is stored, not its name: both nodes need it, and the file may go. */
static int assign_key(struct lyd_node *object, const struct object_type *type,
                      const struct property *property, const char *typed, FILE *out)
{
	char line[SSH_KEY_LINE_MAX];
	const char *values[1] = {line}, *why;

	if (ssh_key_take(typed, line, &why))
		return refuse(type->name, property, typed, why, out);
	return value_set(object, property, 0, values, 1);
}

static int assign_certificate(struct lyd_node *object, const struct object_type *type,
                              const struct property *property, const char *typed, FILE *out)
{
	char line[CERTIFICATE_LINE_MAX];
	const char *values[1] = {line}, *why;

	if (certificate_take(typed, line, &why))
		return refuse(type->name, property, typed, why, out);
	return value_set(object, property, 0, values, 1);
}

/* One spelling, however it was typed (C05-007). What is no address is the name of one. */
static int assign_mac(struct lyd_node *object, const struct property *property, unsigned node,
                      const char *typed)
{
	char text[MAC_ADDRESS_TEXT];
	struct mac_address address;
	const char *values[1] = {typed};

	if (!mac_address_parse(typed, &address))
		values[0] = mac_address_format(&address, '-', text);
	return value_set(object, property, node, values, 1);
}

int value_assign(struct lyd_node *object, const struct object_type *type, const struct property *property,
                 const struct argument *argument, FILE *out)
{
	unsigned node = argument->node > 0 ? (unsigned)argument->node : 0;
	const char *const *values = NULL, *actual;
	size_t count = value_list(property, argument, &values);
	int error = value_check(type->name, property, argument, out);

	if (error)
		return error;
	if (property->not_available && count &&
	    (!property->default_value || strcmp(values[0], property->default_value) != 0))
		return refuse_not_available(type, object, property, argument->text, out);
	if (property->literal && !strcmp(property->literal, "password") && count)
		return assign_password(object, property, argument, out);
	if (property->literal && !strcmp(property->literal, "secret") && count)
		return assign_secret(object, property, node, values[0], out);
	if (property->literal && !strcmp(property->literal, "ssh-key") && count)
		return assign_key(object, type, property, values[0], out);
	if (property->literal && !strcmp(property->literal, "certificate") && count)
		return assign_certificate(object, type, property, values[0], out);
	if (property->literal && !strcmp(property->literal, "mac") && count)
		return assign_mac(object, property, node, values[0]);
	if (count == 1) {
		actual = property_unalias(property, values[0]);
		values = &actual;
	}
	error = value_set(object, property, node, values, count);
	if (error == -EINVAL)
		return refuse(type->name, property, argument->text, "", out);
	return error;
}
