/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/mirror/mirror.h"
#include "datapath/arp/arp.h"
#include "datapath/arp/neighbour.h"
#include "datapath/arp/record.h"
#include "datapath/core/control.h"
#include "lib/messages/neighbour.h"

#include <errno.h>

static uint64_t incoming; /* id of the snapshot that is coming in, 0: none */

static void emit(const struct neighbour *neighbour, uint8_t operation)
{
	struct neighbour_record record;
	uint32_t length;
	uint8_t version = neighbour_record_write(neighbour->interface, &neighbour->next_hop, &neighbour->mac,
	                                         &record, &length);

	mirror_emit_control(RECORD_NEIGHBOUR, version, operation, &record, length);
}

void arp_mirror_changed(const struct neighbour *neighbour, bool deleted)
{
	if (atomic_load(&datapath.active) && atomic_load(&datapath.mirroring))
		emit(neighbour, deleted ? RECORD_DELETE : RECORD_UPSERT);
}

static void snapshot(uint64_t snapshot_id)
{
	uint64_t sent = 0;

	mirror_snapshot_begin(RECORD_NEIGHBOUR, snapshot_id, neighbour_known());
	for (uint16_t index = neighbour_next(0); index; index = neighbour_next(index)) {
		const struct neighbour *neighbour = neighbour_at(index);

		if (neighbour->state != NEIGHBOUR_DYNAMIC && neighbour->state != NEIGHBOUR_PROBING)
			continue;
		emit(neighbour, RECORD_UPSERT);
		sent++;
	}
	mirror_snapshot_end(RECORD_NEIGHBOUR, snapshot_id, sent);
}

static int apply(const struct record_header *header, const void *payload)
{
	struct record_snapshot bounds;
	struct neighbour_record record;
	struct ip_address next_hop;

	switch (header->operation) {
	case RECORD_SNAPSHOT_BEGIN:
		if (!mirror_snapshot_read(header, payload, &bounds))
			return -EBADMSG;
		incoming = bounds.id;
		neighbour_mark_begin();
		return 0;
	case RECORD_SNAPSHOT_END:
		if (!mirror_snapshot_read(header, payload, &bounds))
			return -EBADMSG;
		if (bounds.id == incoming)
			neighbour_sweep();
		incoming = 0;
		return 0;
	case RECORD_UPSERT:
	case RECORD_DELETE:
		break;
	default:
		return -EPROTO;
	}
	if (!neighbour_record_read(payload, header->length, &record))
		return -EBADMSG;
	next_hop = neighbour_record_next_hop(&record);
	if (header->operation == RECORD_UPSERT)
		return neighbour_mirror(record.interface, next_hop, &record.mac, control_now());
	neighbour_mirror_delete(record.interface, next_hop);
	return 0;
}

static uint64_t count(void)
{
	return neighbour_known();
}

static void activity(bool active)
{
	incoming = 0;
	if (active)
		neighbour_adopt(control_now());
}

const struct mirror_class neighbour_mirror_class = {
    .id = RECORD_NEIGHBOUR,
    .version = NEIGHBOUR_RECORD_VERSION,
    .apply = apply,
    .snapshot = snapshot,
    .count = count,
    .activity = activity,
};
