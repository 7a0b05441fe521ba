/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/mirror/mirror.h"

#include "datapath/blacklist/blacklist.h"
#include "datapath/core/control.h"
#include "datapath/mirror/table.h"
#include "lib/record.h"

#include <errno.h>

#define VERSION 1

void blacklist_emit(const struct blacklist_held *held, uint8_t operation)
{
	struct blacklist_entry record = blacklist_describe(held, control_now());

	mirror_emit_control(RECORD_BLACKLIST, VERSION, operation, &record, sizeof(record));
}

static void each(mirror_visit visit, void *argument)
{
	uint64_t now = control_now();

	for (unsigned i = 0; i < blacklist_count(); i++) {
		struct blacklist_entry record = blacklist_describe(blacklist_at(i), now);

		visit(VERSION, &record, sizeof(record), argument);
	}
}

static int put(const void *payload, uint32_t length)
{
	struct blacklist_entry entry;

	return blacklist_record_read(payload, length, &entry) ? blacklist_take(&entry) : -EBADMSG;
}

static bool is_that(const struct blacklist_held *held, const void *entry)
{
	return blacklist_same(&held->entry, entry);
}

static int take_away(const void *payload, uint32_t length)
{
	struct blacklist_entry entry;

	if (!blacklist_record_read(payload, length, &entry))
		return -EBADMSG;
	(void)blacklist_drop_if(is_that, &entry);
	return 0;
}

static void mark(void)
{
	for (unsigned i = 0; i < blacklist_count(); i++)
		blacklist_at(i)->marked = false;
}

static bool is_unmarked(const struct blacklist_held *held, const void *argument)
{
	(void)argument;
	return !held->marked;
}

static void sweep(void)
{
	(void)blacklist_drop_if(is_unmarked, NULL);
}

/* Each node counts down by itself. */
static void clear(void *bytes)
{
	struct blacklist_entry *record = bytes;

	record->timeout_s = record->timeout_s != 0;
}

static const struct mirror_table table = {
    .each = each, .put = put, .remove = take_away, .mark = mark, .sweep = sweep, .clear = clear};

const struct mirror_class blacklist_mirror_class = {.id = RECORD_BLACKLIST,
                                                    .version = VERSION,
                                                    .digest_form = 1,
                                                    .table = &table,
                                                    .activity = blacklist_activity};
