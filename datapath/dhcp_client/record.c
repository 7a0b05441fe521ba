/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/dhcp_client/record.h"

#include <string.h>

#define MILLISECOND 1000000ULL

_Static_assert(sizeof(struct dhcp_client_record) == 88, "version 1 has 88 bytes");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "records are written as they stand in memory");

/* No lease is longer than its 32 bits of seconds, or has been in use for longer than since the boot. */
static bool time_valid(uint64_t milliseconds)
{
	return milliseconds == UINT64_MAX || milliseconds <= UINT32_MAX * 1000ULL;
}

bool dhcp_record_read(const void *payload, size_t length, struct dhcp_client_record *out)
{
	struct dhcp_client_record record;

	if (length < sizeof(record))
		return false;
	memcpy(&record, payload, sizeof(record));
	if (record.interface == 0 || record.interface >= 0xff00 || !dhcp_address_valid(record.address) ||
	    (record.netmask && !dhcp_netmask_valid(record.netmask)) || !time_valid(record.bound_ms) ||
	    !time_valid(record.renew_ms) || !time_valid(record.rebind_ms) || !time_valid(record.ends_ms) ||
	    record.renew_ms > record.rebind_ms || record.rebind_ms > record.ends_ms)
		return false;
	*out = record;
	return true;
}

static uint64_t left(uint64_t at, uint64_t now)
{
	if (!at)
		return UINT64_MAX;
	return at > now ? (at - now) / MILLISECOND : 0;
}

/* Of what is over no moment may be made that means never. */
static uint64_t at(uint64_t milliseconds, uint64_t now)
{
	return milliseconds == UINT64_MAX ? 0 : now + milliseconds * MILLISECOND;
}

void dhcp_record_put(struct dhcp_client_record *record, uint16_t interface, const struct dhcp_client *client,
                     uint64_t now)
{
	const struct dhcp_lease *lease = &client->lease;

	*record = (struct dhcp_client_record){
	    .interface = interface,
	    .address = lease->address,
	    .netmask = lease->netmask,
	    .router = lease->router,
	    .broadcast = lease->broadcast,
	    .server = lease->server,
	    .lease_s = lease->lease_s,
	    .renew_s = lease->renew_s,
	    .rebind_s = lease->rebind_s,
	    .bound_ms = now > client->since ? (now - client->since) / MILLISECOND : 0,
	    .renew_ms = left(client->renew_at, now),
	    .rebind_ms = left(client->rebind_at, now),
	    .ends_ms = left(client->ends_at, now)};
	if (!time_valid(record->bound_ms))
		record->bound_ms = 0;
	memcpy(record->dns, lease->dns, sizeof(record->dns));
	memcpy(record->nbns, lease->nbns, sizeof(record->nbns));
}

void dhcp_record_take(const struct dhcp_client_record *record, struct dhcp_client *client, uint64_t now)
{
	uint64_t bound = record->bound_ms == UINT64_MAX ? 0 : record->bound_ms * MILLISECOND;

	client->lease = (struct dhcp_lease){.address = record->address,
	                                    .netmask = record->netmask,
	                                    .router = record->router,
	                                    .broadcast = record->broadcast,
	                                    .server = record->server,
	                                    .lease_s = record->lease_s,
	                                    .renew_s = record->renew_s,
	                                    .rebind_s = record->rebind_s};
	memcpy(client->lease.dns, record->dns, sizeof(record->dns));
	memcpy(client->lease.nbns, record->nbns, sizeof(record->nbns));
	client->renew_at = at(record->renew_ms, now);
	client->rebind_at = at(record->rebind_ms, now);
	client->ends_at = at(record->ends_ms, now);
	client->state = DHCP_BOUND;
	client->since = bound < now ? now - bound : now;
	client->due = client->renew_at ? client->renew_at : UINT64_MAX;
}

void dhcp_record_clear(struct dhcp_client_record *record)
{
	record->bound_ms = record->renew_ms = record->rebind_ms = record->ends_ms = 0;
}
