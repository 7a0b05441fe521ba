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
	}
	registry->own_counted = true;
}

void registry_peer_counts(struct registry *registry, const struct group_count *counts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct registry_class *class = class_of(registry, counts[i].class_id);

		if (class)
			class->peer = counts[i].count;
	}
	registry->peer_counted = true;
}

void registry_forget_peer(struct registry *registry)
{
	for (unsigned i = 0; i < CLUSTER_CLASSES_MAX; i++)
		registry->classes[i].peer = 0;
	registry->peer_counted = false;
}

void registry_snapshot_start(struct registry *registry)
{
	for (unsigned i = 0; i < CLUSTER_CLASSES_MAX; i++)
		registry->classes[i].begun = registry->classes[i].ended = false;
}

int registry_records(struct registry *registry, const void *records, size_t length)
{
	struct record_header header;
	const void *payload;
	size_t offset = 0;
	int result;

	while ((result = record_next(records, length, &offset, &header, &payload)) == 1) {
		struct registry_class *class;

		if (header.operation != RECORD_SNAPSHOT_BEGIN && header.operation != RECORD_SNAPSHOT_END)
			continue;
		class = class_of(registry, header.class_id);
		if (!class)
			continue;
		if (header.operation == RECORD_SNAPSHOT_BEGIN) {
			class->begun = true;
			class->ended = false;
		} else if (class->begun) {
			class->ended = true;
		}
	}
	return result;
}

bool registry_snapshot_complete(const struct registry *registry)
{
	bool any = false;

	for (unsigned i = 0; i < CLUSTER_CLASSES_MAX && registry->classes[i].class_id != 0; i++) {
		const struct registry_class *class = &registry->classes[i];

		/* A class that only this node's version knows is never sent. */
		if (class->begun ? !class->ended : class->peer != 0)
			return false;
		any |= class->ended;
	}
	return any;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

unsigned registry_percent(const struct registry *registry, bool active)
{
	uint64_t have = 0, should = 0;

	if (!registry->own_counted || !registry->peer_counted)
		return 0;
	for (unsigned i = 0; i < CLUSTER_CLASSES_MAX; i++) {
		const struct registry_class *class = &registry->classes[i];

		should += active ? class->own : class->peer;
		have += smaller(class->own, class->peer);
	}
	return should == 0 ? 100 : (unsigned)((double)have / (double)should * 100.0);
}

uint32_t registry_status(const struct registry *registry, bool active,
                         struct cluster_class_status out[CLUSTER_CLASSES_MAX])
{
	uint32_t count = 0;

	for (; count < CLUSTER_CLASSES_MAX && registry->classes[count].class_id != 0; count++) {
		const struct registry_class *class = &registry->classes[count];
		const char *name = record_class_name(class->class_id);

		out[count] = (struct cluster_class_status){.have = active ? class->peer : class->own,
		                                           .should = active ? class->own : class->peer,
		                                           .skipped = class->skipped};
		snprintf(out[count].name, sizeof(out[count].name), "%s", name);
	}
	return count;
}

uint32_t registry_export(const struct registry *registry, struct group_count out[CLUSTER_CLASSES_MAX])
{
	uint32_t count = 0;

	for (; count < CLUSTER_CLASSES_MAX && registry->classes[count].class_id != 0; count++) {
		const struct registry_class *class = &registry->classes[count];

		out[count] = (struct group_count){
		    .class_id = class->class_id, .skipped = class->skipped, .count = class->own};
	}
	return count;
}
