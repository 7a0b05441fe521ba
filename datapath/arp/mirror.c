/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/mirror/mirror.h"
#include "datapath/arp/arp.h"
#include "datapath/arp/neighbour.h"
#include "datapath/arp/record.h"
#include "datapath/core/control.h"
#include "datapath/mirror/table.h"
#include "lib/messages/neighbour.h"

#include <errno.h>

void arp_mirror_changed(const struct neighbour *neighbour, bool deleted)
{
	struct neighbour_record record;
	uint32_t length;
	uint8_t version;

	if (!atomic_load(&datapath.active) || !atomic_load(&datapath.mirroring))
		return;
	version = neighbour_record_write(neighbour->interface, &neighbour->next_hop, &neighbour->mac, &record,
	                                 &length);
	mirror_emit_control(RECORD_NEIGHBOUR, version, deleted ? RECORD_DELETE : RECORD_UPSERT, &record,
	                    length);
}

/* Static entries are the configuration's, and what the standby found for itself is its own. */
static bool is_shared(const struct neighbour *neighbour)
{
	return (neighbour->state == NEIGHBOUR_DYNAMIC || neighbour->state == NEIGHBOUR_PROBING) &&
	       (neighbour->mirrored || atomic_load(&datapath.active));
}

static void each(mirror_visit visit, void *argument)
{
	for (uint16_t index = neighbour_next(0); index; index = neighbour_next(index)) {
		const struct neighbour *neighbour = neighbour_at(index);
		struct neighbour_record record;
		uint32_t length;
		uint8_t version;

		if (!is_shared(neighbour))
			continue;
		version = neighbour_record_write(neighbour->interface, &neighbour->next_hop, &neighbour->mac,
		                                 &record, &length);
		visit(version, &record, length, argument);
	}
}

static int put(const void *payload, uint32_t length)
{
	struct neighbour_record record;

	if (!neighbour_record_read(payload, length, &record))
		return -EBADMSG;
	return neighbour_mirror(record.interface, neighbour_record_next_hop(&record), &record.mac,
	                        control_now());
}

static int take_away(const void *payload, uint32_t length)
{
	struct neighbour_record record;

	if (!neighbour_record_read(payload, length, &record))
		return -EBADMSG;
	neighbour_mirror_delete(record.interface, neighbour_record_next_hop(&record));
	return 0;
}

static void activity(bool active)
{
	if (active)
		neighbour_adopt(control_now());
	else
		neighbour_release();
}

static const struct mirror_table table = {
    .each = each, .put = put, .remove = take_away, .mark = neighbour_mark_begin, .sweep = neighbour_sweep};

const struct mirror_class neighbour_mirror_class = {.id = RECORD_NEIGHBOUR,
                                                    .version = NEIGHBOUR_RECORD_VERSION,
                                                    .digest_form = 1,
                                                    .table = &table,
                                                    .activity = activity};
