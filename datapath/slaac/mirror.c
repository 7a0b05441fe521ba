/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/mirror/mirror.h"

#include "datapath/core/control.h"
#include "datapath/mirror/table.h"
#include "datapath/slaac/learned.h"
#include "datapath/slaac/record.h"
#include "datapath/slaac/slaac.h"
#include "lib/record.h"

#include <errno.h>
#include <string.h>

static void describe(const struct learned *learned, uint64_t now, struct slaac_record *out)
{
	*out = (struct slaac_record){.interface = learned->interface,
	                             .server_count = learned->server_count,
	                             .router_s = formed_left(learned->router_until, now),
	                             .servers_s = formed_left(learned->servers_until, now)};
	slaac_record_put(out, learned->formed, now);
	memcpy(out->router, learned->router, sizeof(out->router));
	memcpy(out->servers, learned->servers, sizeof(out->servers));
}

void slaac_emit(struct learned *learned)
{
	struct slaac_record record;

	learned->mirrored = control_now();
	describe(learned, learned->mirrored, &record);
	mirror_emit_control(RECORD_AUTOCONFIGURATION, SLAAC_RECORD_VERSION, RECORD_UPSERT, &record,
	                    sizeof(record));
}

static void each(mirror_visit visit, void *argument)
{
	uint64_t now = control_now();

	for (unsigned i = 0; i < AUTOCONFIGURATIONS_MAX; i++) {
		struct slaac_record record;

		if (!slaac_table[i].interface)
			continue;
		describe(&slaac_table[i], now, &record);
		visit(SLAAC_RECORD_VERSION, &record, sizeof(record), argument);
	}
}

/* What is over, and what a time is at either node. */
static void clear(void *bytes)
{
	struct slaac_record *record = bytes;

	memset(record->prefix, 0, sizeof(record->prefix)); /* it is one of formed */
	if (!record->router_s)
		memset(record->router, 0, sizeof(record->router));
	if (!record->servers_s) {
		memset(record->servers, 0, sizeof(record->servers));
		record->server_count = 0;
	}
	for (unsigned i = 0; i < FORMED_MAX; i++) {
		if (!record->formed[i].valid_s)
			memset(&record->formed[i], 0, sizeof(record->formed[i]));
		record->formed[i].valid_s = record->formed[i].preferred_s = 0;
	}
	record->valid_s = record->router_s = record->servers_s = 0;
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

static void mark(void)
{
	for (unsigned i = 0; i < AUTOCONFIGURATIONS_MAX; i++)
		slaac_table[i].marked = false;
}

/* What is not in it is gone at the active node. */
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

static int put(const void *payload, uint32_t length)
{
	struct slaac_record record;

	if (!slaac_record_read(payload, length, &record))
		return -EBADMSG;
	take_record(&record);
	return 0;
}

/* Nothing is ever told to be gone but by a snapshot. */
static int take_away(const void *payload, uint32_t length)
{
	(void)payload, (void)length;
	return -EPROTO;
}

static const struct mirror_table table = {
    .each = each, .put = put, .remove = take_away, .mark = mark, .sweep = sweep, .clear = clear};

const struct mirror_class slaac_mirror_class = {.id = RECORD_AUTOCONFIGURATION,
                                                .version = SLAAC_RECORD_VERSION,
                                                .digest_form = 1,
                                                .table = &table,
                                                .activity = slaac_activity};
