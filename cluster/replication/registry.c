/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/replication/registry.h"

#include <stdio.h>

/* The class's line, made where it is new; NULL where there are too many. */
static struct registry_class *class_of(struct registry *registry, uint16_t class_id)
{
	for (unsigned i = 0; i < CLUSTER_CLASSES_MAX && class_id != 0; i++) {
		struct registry_class *class = &registry->classes[i];

		if (class->class_id == 0)
			class->class_id = class_id;
		if (class->class_id == class_id)
			return class;
	}
	return NULL;
}

void registry_own_counts(struct registry *registry, const struct message_mirror_count *counts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct registry_class *class = class_of(registry, counts[i].class_id);

		if (!class)
			continue;
		class->own = counts[i].count;
		class->skipped = counts[i].skipped;
		class->own_repairs = counts[i].repairs;
		class->own_form = counts[i].digest_form;
		class->drifted = counts[i].drifted;
	}
	registry->own_counted = true;
}

void registry_peer_counts(struct registry *registry, const struct group_count *counts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct registry_class *class = class_of(registry, counts[i].class_id);

		if (!class)
			continue;
		class->peer = counts[i].count;
		class->peer_repairs = counts[i].repairs;
		class->peer_form = counts[i].digest_form;
		class->peer_alike = counts[i].alike;
	}
	registry->peer_counted = true;
}

void registry_forget_peer(struct registry *registry)
{
	for (unsigned i = 0; i < CLUSTER_CLASSES_MAX; i++) {
		registry->classes[i].peer = registry->classes[i].peer_alike = 0;
		registry->classes[i].peer_form = 0;
	}
	registry->peer_counted = false;
}

static uint64_t bit_of(uint16_t class_id)
{
	return class_id < RECORD_CLASS_MAX ? 1ULL << class_id : 0;
}

void registry_snapshot_start(struct registry *registry, uint64_t class_set, bool repair)
{
	registry->asked |= class_set;
	registry->unknown |= repair ? 0 : class_set;
	registry->begun &= ~class_set;
	registry->ended = 0;
}

static void note(struct registry *registry, struct registry_class *class, uint8_t operation)
{
	uint64_t bit = bit_of(class->class_id);

	switch (operation) {
	case RECORD_SNAPSHOT_BEGIN:
		registry->asked |= bit;
		registry->begun |= bit;
		class->received = 0;
		break;
	case RECORD_UPSERT:
		class->received += (registry->begun & bit) != 0;
		break;
	case RECORD_SNAPSHOT_END:
		if (!(registry->begun & bit))
			break;
		registry->asked &= ~bit;
		registry->unknown &= ~bit;
		registry->begun &= ~bit;
		registry->ended |= bit;
		break;
	}
}

int registry_records(struct registry *registry, const void *records, size_t length)
{
	struct record_header header;
	const void *payload;
	size_t offset = 0;
	int result;

	while ((result = record_next(records, length, &offset, &header, &payload)) == 1) {
		struct registry_class *class = class_of(registry, header.class_id);

		if (class)
			note(registry, class, header.operation);
	}
	return result;
}

bool registry_snapshot_complete(const struct registry *registry)
{
	if (!registry->peer_counted)
		return false;
	for (unsigned i = 0; i < CLUSTER_CLASSES_MAX && registry->classes[i].class_id != 0; i++) {
		const struct registry_class *class = &registry->classes[i];
		uint64_t bit = bit_of(class->class_id);

		/* A class that only this node's version knows is never sent. */
		if (registry->asked & bit && (registry->begun & bit || class->peer != 0))
			return false;
	}
	return registry->ended != 0;
}

void registry_snapshot_end(struct registry *registry)
{
	registry->asked = registry->unknown = registry->begun = 0;
}

uint64_t registry_comparable(const struct registry *registry)
{
	uint64_t class_set = 0;

	for (unsigned i = 0; i < CLUSTER_CLASSES_MAX; i++) {
		const struct registry_class *class = &registry->classes[i];

		if (class->own_form != 0 && class->own_form == class->peer_form)
			class_set |= bit_of(class->class_id);
	}
	return class_set;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* How many of its own objects this node knows to be as the active node has them. */
static uint64_t own_alike(const struct registry *registry, const struct registry_class *class)
{
	if (!(registry->unknown & bit_of(class->class_id)))
		return class->own - smaller(class->drifted, class->own);
	return registry->begun & bit_of(class->class_id) ? smaller(class->received, class->own) : 0;
}

/* What the inactive node has of what the active one holds. */
static uint64_t have(const struct registry *registry, const struct registry_class *class, bool active)
{
	return active ? class->peer_alike : own_alike(registry, class);
}

unsigned registry_percent(const struct registry *registry, bool active)
{
	uint64_t all = 0, should = 0;

	if (!registry->own_counted || !registry->peer_counted)
		return 0;
	for (unsigned i = 0; i < CLUSTER_CLASSES_MAX; i++) {
		const struct registry_class *class = &registry->classes[i];
		uint64_t held = active ? class->own : class->peer;

		should += held;
		all += smaller(have(registry, class, active), held);
	}
	return should == 0 ? 100 : (unsigned)((double)all / (double)should * 100.0);
}

uint32_t registry_status(const struct registry *registry, bool active,
                         struct cluster_class_status out[CLUSTER_CLASSES_MAX])
{
	uint32_t count = 0;

	for (; count < CLUSTER_CLASSES_MAX && registry->classes[count].class_id != 0; count++) {
		const struct registry_class *class = &registry->classes[count];
		const char *name = record_class_name(class->class_id);

		out[count] = (struct cluster_class_status){.have = have(registry, class, active),
		                                           .should = active ? class->own : class->peer,
		                                           .skipped = class->skipped,
		                                           .repairs = (uint32_t) class->own_repairs +
		                                                      class->peer_repairs};
		snprintf(out[count].name, sizeof(out[count].name), "%s", name);
	}
	return count;
}

uint32_t registry_export(const struct registry *registry, struct group_count out[CLUSTER_CLASSES_MAX])
{
	uint32_t count = 0;

	for (; count < CLUSTER_CLASSES_MAX && registry->classes[count].class_id != 0; count++) {
		const struct registry_class *class = &registry->classes[count];

		out[count] = (struct group_count){.class_id = class->class_id,
		                                  .repairs = class->own_repairs,
		                                  .skipped = class->skipped,
		                                  .count = class->own,
		                                  .alike = own_alike(registry, class),
		                                  .digest_form = class->own_form};
	}
	return count;
}
