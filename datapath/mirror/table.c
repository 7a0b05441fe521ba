/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/mirror/table.h"

#include "datapath/mirror/digest.h"
#include "datapath/mirror/mirror.h"

#include <errno.h>
#include <string.h>

static uint64_t incoming[RECORD_CLASS_MAX]; /* id of the snapshot that is coming in, 0: none */

int mirror_table_apply(const struct mirror_class *class, const struct record_header *header,
                       const void *payload)
{
	struct record_snapshot bounds;

	switch (header->operation) {
	case RECORD_UPSERT:
		return class->table->put(payload, header->length);
	case RECORD_DELETE:
		return class->table->remove(payload, header->length);
	case RECORD_SNAPSHOT_BEGIN:
		if (!mirror_snapshot_read(header, payload, &bounds))
			return -EBADMSG;
		incoming[class->id] = bounds.id;
		class->table->mark();
		return 0;
	case RECORD_SNAPSHOT_END:
		if (!mirror_snapshot_read(header, payload, &bounds))
			return -EBADMSG;
		if (bounds.id == incoming[class->id])
			class->table->sweep();
		incoming[class->id] = 0;
		return 0;
	default:
		return -EPROTO;
	}
}

struct walk {
	const struct mirror_class *class;
	struct digest_sums *sums;
	uint64_t count;
};

static void send_one(uint8_t version, const void *record, uint32_t length, void *argument)
{
	struct walk *walk = argument;

	mirror_emit_control(walk->class->id, version, RECORD_UPSERT, record, length);
	walk->count++;
}

static void count_one(uint8_t version, const void *record, uint32_t length, void *argument)
{
	(void)version, (void)record, (void)length;
	((struct walk *)argument)->count++;
}

static void add_one(uint8_t version, const void *record, uint32_t length, void *argument)
{
	_Alignas(8) uint8_t object[MIRROR_OBJECT_MAX];
	struct walk *walk = argument;

	(void)version;
	length = RTE_MIN(length, (uint32_t)sizeof(object));
	memcpy(object, record, length);
	if (walk->class->table->clear)
		walk->class->table->clear(object);
	digest_add(walk->sums, object, length, length);
}

uint64_t mirror_table_count(const struct mirror_class *class)
{
	struct walk walk = {.class = class};

	class->table->each(count_one, &walk);
	return walk.count;
}

void mirror_table_snapshot(const struct mirror_class *class, uint64_t snapshot_id)
{
	struct walk walk = {.class = class};

	mirror_snapshot_begin(class->id, snapshot_id, mirror_table_count(class));
	class->table->each(send_one, &walk);
	mirror_snapshot_end(class->id, snapshot_id, walk.count);
}

bool mirror_table_digest(const struct mirror_class *class)
{
	static struct digest_sums sums;
	struct walk walk = {.class = class, .sums = &sums};

	memset(&sums, 0, sizeof(sums));
	class->table->each(add_one, &walk);
	mirror_digest_made(class->id, &sums);
	return true;
}

void mirror_table_forget(const struct mirror_class *class)
{
	incoming[class->id] = 0;
}
