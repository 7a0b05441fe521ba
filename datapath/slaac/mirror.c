/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/mirror/mirror.h"

#include "datapath/core/control.h"
#include "datapath/slaac/learned.h"
#include "datapath/slaac/record.h"
#include "datapath/slaac/slaac.h"
#include "lib/record.h"

#include <errno.h>
#include <string.h>

static uint64_t incoming; /* id of the snapshot that is coming in, 0: none */

void slaac_emit(struct learned *learned)
{
	uint64_t now = control_now();
	struct slaac_record record = {.interface = learned->interface,
	                              .server_count = learned->server_count,
	                              .router_s = formed_left(learned->router_until, now),
	                              .servers_s = formed_left(learned->servers_until, now)};

	slaac_record_put(&record, learned->formed, now);
	memcpy(record.router, learned->router, sizeof(record.router));
	memcpy(record.servers, learned->servers, sizeof(record.servers));
	learned->mirrored = now;
	mirror_emit_control(RECORD_AUTOCONFIGURATION, SLAAC_RECORD_VERSION, RECORD_UPSERT, &record,
	                    sizeof(record));
}

static void snapshot(uint64_t snapshot_id)
{
	uint64_t sent = 0;

	mirror_snapshot_begin(RECORD_AUTOCONFIGURATION, snapshot_id, AUTOCONFIGURATIONS_MAX);
	for (unsigned i = 0; i < AUTOCONFIGURATIONS_MAX; i++) {
		if (!slaac_table[i].interface)
			continue;
		slaac_emit(&slaac_table[i]);
		sent++;
	}
	mirror_snapshot_end(RECORD_AUTOCONFIGURATION, snapshot_id, sent);
}

static void take_record(const struct slaac_record *record)
{
	struct learned *learned = slaac_find(record->interface, true);
	uint64_t now = control_now();

	if (!learned)
		return;
	slaac_record_take(record, learned->formed, now);
	memcpy(learned->router, record->router, sizeof(learned->router));
	memcpy(learned->servers, record->servers, sizeof(learned->servers));
	learned->server_count = record->server_count;
	learned->router_until = formed_ends(record->router_s, now);
	learned->servers_until = formed_ends(record->servers_s, now);
	learned->marked = true;
	slaac_identify(learned);
	slaac_report();
}

/* Around a snapshot: what is not in it is gone at the active node. */
static void sweep(void)
{
	for (unsigned i = 0; i < AUTOCONFIGURATIONS_MAX; i++) {
		struct learned *learned = &slaac_table[i];

		if (!learned->interface || learned->marked)
			continue;
		memset(learned->formed, 0, sizeof(learned->formed));
		learned->router_until = learned->servers_until = 0;
		if (!learned->wanted)
			learned->interface = 0;
	}
	slaac_report();
}

static int apply(const struct record_header *header, const void *payload)
{
	struct record_snapshot bounds;
	struct slaac_record record;

	if (header->operation == RECORD_UPSERT) {
		if (!slaac_record_read(payload, header->length, &record))
			return -EBADMSG;
		take_record(&record);
		return 0;
	}
	if (header->operation != RECORD_SNAPSHOT_BEGIN && header->operation != RECORD_SNAPSHOT_END)
		return -EPROTO;
	if (!mirror_snapshot_read(header, payload, &bounds))
		return -EBADMSG;
	if (header->operation == RECORD_SNAPSHOT_END) {
		if (bounds.id == incoming)
			sweep();
		incoming = 0;
		return 0;
	}
	incoming = bounds.id;
	for (unsigned i = 0; i < AUTOCONFIGURATIONS_MAX; i++)
		slaac_table[i].marked = false;
	return 0;
}

static uint64_t count(void)
{
	uint64_t held = 0;

	for (unsigned i = 0; i < AUTOCONFIGURATIONS_MAX; i++)
		held += slaac_table[i].interface != 0;
	return held;
}

static void activity(bool active)
{
	incoming = 0;
	slaac_activity(active);
}

const struct mirror_class slaac_mirror_class = {.id = RECORD_AUTOCONFIGURATION,
                                                .version = SLAAC_RECORD_VERSION,
                                                .apply = apply,
                                                .snapshot = snapshot,
                                                .count = count,
                                                .activity = activity};
