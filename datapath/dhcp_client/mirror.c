/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/mirror/mirror.h"

#include "datapath/core/control.h"
#include "datapath/dhcp_client/record.h"
#include "datapath/dhcp_client/table.h"
#include "datapath/mirror/table.h"
#include "lib/record.h"

#include <errno.h>
#include <string.h>

void dhcp_emit(const struct dhcp_entry *entry)
{
	struct dhcp_client_record record;

	dhcp_record_put(&record, entry->interface, &entry->client, control_now());
	mirror_emit_control(RECORD_DHCP_CLIENT, DHCP_RECORD_VERSION,
	                    entry->client.lease.address ? RECORD_UPSERT : RECORD_DELETE, &record,
	                    sizeof(record));
}

static void each(mirror_visit visit, void *argument)
{
	uint64_t now = control_now();

	for (unsigned i = 0; i < DHCP_CLIENTS_MAX; i++) {
		struct dhcp_client_record record;

		if (!dhcp_table[i].interface || !dhcp_table[i].client.lease.address)
			continue;
		dhcp_record_put(&record, dhcp_table[i].interface, &dhcp_table[i].client, now);
		visit(DHCP_RECORD_VERSION, &record, sizeof(record), argument);
	}
}

static int put(const void *payload, uint32_t length)
{
	struct dhcp_client_record record;
	struct dhcp_entry *entry;

	if (!dhcp_record_read(payload, length, &record))
		return -EBADMSG;
	entry = dhcp_find(record.interface, true);
	if (!entry)
		return -ENOSPC;
	dhcp_record_take(&record, &entry->client, control_now());
	entry->marked = true;
	dhcp_table_changed();
	return 0;
}

static void lose(struct dhcp_entry *entry)
{
	if (entry->wanted)
		dhcp_client_start(&entry->client, 0, control_now());
	else
		*entry = (struct dhcp_entry){0};
}

static int take_away(const void *payload, uint32_t length)
{
	struct dhcp_entry *entry;
	uint16_t interface;

	if (length < sizeof(interface))
		return -EBADMSG;
	memcpy(&interface, payload, sizeof(interface));
	entry = dhcp_find(interface, false);
	if (!entry || !interface)
		return 0;
	lose(entry);
	dhcp_table_changed();
	return 0;
}

static void mark(void)
{
	for (unsigned i = 0; i < DHCP_CLIENTS_MAX; i++)
		dhcp_table[i].marked = false;
}

/* What is not in it is gone at the active node. */
static void sweep(void)
{
	for (unsigned i = 0; i < DHCP_CLIENTS_MAX; i++)
		if (dhcp_table[i].interface && !dhcp_table[i].marked)
			lose(&dhcp_table[i]);
	dhcp_table_changed();
}

static void clear(void *record)
{
	dhcp_record_clear(record);
}

static const struct mirror_table table = {
    .each = each, .put = put, .remove = take_away, .mark = mark, .sweep = sweep, .clear = clear};

const struct mirror_class dhcp_client_mirror_class = {.id = RECORD_DHCP_CLIENT,
                                                      .version = DHCP_RECORD_VERSION,
                                                      .digest_form = 1,
                                                      .table = &table,
                                                      .activity = dhcp_activity};
