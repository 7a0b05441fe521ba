/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/mirror/comparison.h"
#include "datapath/mirror/mirror.h"
#include "datapath/mirror/table.h"
#include "lib/messages/activity.h"

#include <errno.h>
#include <string.h>

static uint32_t skipped[RECORD_CLASS_MAX];

static const struct mirror_class *class_of(const struct mirror_class *const *classes, uint16_t id)
{
	for (; *classes; classes++) {
		if ((*classes)->id == id)
			return *classes;
	}
	return NULL;
}

static void skip(uint16_t id)
{
	skipped[id < RECORD_CLASS_MAX ? id : 0]++;
}

static int apply(const struct mirror_class *class, const struct record_header *header, const void *payload)
{
	int error;

	if (header->operation == RECORD_DIGEST)
		return comparison_take(class, payload, header->length);
	if (header->operation == RECORD_SNAPSHOT_BEGIN || header->operation == RECORD_SNAPSHOT_END)
		comparison_forget(class->id);
	error = class->table ? mirror_table_apply(class, header, payload) : class->apply(header, payload);
	if (!error && header->operation == RECORD_SNAPSHOT_END)
		comparison_mended(class->id);
	return error;
}

int registry_apply(const struct mirror_class *const *classes, const void *bytes, size_t length)
{
	struct record_header header;
	const void *payload;
	size_t offset = 0;
	int more;

	while ((more = record_next(bytes, length, &offset, &header, &payload)) == 1) {
		const struct mirror_class *class = class_of(classes, header.class_id);

		/* Versions above the class's own only have more at their end. */
		if (!class || header.version == 0 || apply(class, &header, payload) != 0)
			skip(header.class_id);
	}
	for (const struct mirror_class *const *class = classes; *class; class ++) {
		if ((*class)->apply_end)
			(*class)->apply_end();
	}
	comparison_run(classes);
	return more;
}

static uint64_t held(const struct mirror_class *class)
{
	return class->table ? mirror_table_count(class) : class->count();
}

unsigned registry_counts(const struct mirror_class *const *classes, struct message_mirror_count *out,
                         unsigned size)
{
	unsigned count = 0;

	for (uint16_t id = 0; id < RECORD_CLASS_MAX && count < size; id++) {
		const struct mirror_class *class = class_of(classes, id);

		if (!class && skipped[id] == 0)
			continue;
		out[count] = (struct message_mirror_count){.class_id = id, .skipped = skipped[id]};
		if (class) {
			out[count].count = held(class);
			comparison_counts(class, &out[count]);
		}
		count++;
	}
	return count;
}
