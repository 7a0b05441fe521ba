/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/configuration/secret_values.h"
#include "mgmt/mgmtd/check/check.h"
#include "mgmt/mgmtd/configuration/secret.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <string.h>

struct work {
	bool open;
	unsigned changed;
	int error;
	char *reason;
};

static void replace(struct lyd_node *object, const struct property *property, unsigned node, const char *text,
                    struct work *work)
{
	int error = value_set(object, property, node, &text, 1);

	if (error)
		work->error = error;
	else
		work->changed++;
}

static void open_one(const struct object_type *type, struct lyd_node *object, const struct property *property,
                     unsigned node, struct work *work)
{
	const char *text = lyd_get_value(value_first(object, property, node));
	char clear[SECRET_CLEAR_MAX + 1], label[OBJECT_LABEL];

	if (!secret_is_sealed(text))
		return;
	if (!secret_open(text, clear)) {
		replace(object, property, node, clear, work);
		OPENSSL_cleanse(clear, sizeof(clear));
		return;
	}
	work->error = -EBADMSG;
	snprintf(work->reason, 256, "%s of %s cannot be opened with this node's keys; type it again",
	         property->name, object_label(type, object, label));
}

static void seal_one(struct lyd_node *object, const struct property *property, unsigned node,
                     struct work *work)
{
	const char *text = lyd_get_value(value_first(object, property, node));
	char clear[SECRET_CLEAR_MAX + 1], sealed[SECRET_SEALED_MAX];
	bool was_sealed = secret_is_sealed(text);
	int error;

	if (was_sealed && secret_open(text, clear))
		return;
	error = secret_seal(was_sealed ? clear : text, sealed);
	if (was_sealed)
		OPENSSL_cleanse(clear, sizeof(clear));
	if (error)
		work->error = error;
	else if (strcmp(sealed, text) != 0)
		replace(object, property, node, sealed, work);
}

static void each(const struct object_type *type, struct lyd_node *object, void *user)
{
	struct work *work = user;

	for (size_t i = 0; i < type->property_count; i++) {
		const struct property *property = &type->properties[i];

		if (!property->literal || strcmp(property->literal, "secret") != 0)
			continue;
		for (unsigned node = 0; node < 1u + property->per_node; node++) {
			if (!value_first(object, property, node))
				continue;
			if (work->open)
				open_one(type, object, property, node, work);
			else
				seal_one(object, property, node, work);
		}
	}
}

int secrets_seal(struct configuration *configuration, unsigned *changed)
{
	struct work work = {0};

	configuration_walk(configuration, each, &work);
	if (changed)
		*changed = work.changed;
	return work.error;
}

int secrets_open(struct configuration *configuration, char reason[256])
{
	struct work work = {.open = true, .reason = reason};

	configuration_walk(configuration, each, &work);
	return work.error;
}
