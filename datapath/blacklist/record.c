/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/blacklist/blacklist.h"

#include <string.h>

/* A record is an entry, little-endian as it stands in memory; later versions append. */
_Static_assert(sizeof(struct blacklist_entry) == 56 + POLICY_NAME, "version 1 has 56 bytes and a name");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "records are written as they stand in memory");

bool blacklist_record_read(const void *payload, size_t length, struct blacklist_entry *out)
{
	struct blacklist_entry entry;

	if (length < sizeof(entry))
		return false;
	memcpy(&entry, payload, sizeof(entry));
	if (entry.interface == POLICY_INTERFACE_NONE || entry.interface == POLICY_INTERFACE_ANY ||
	    entry.interface == POLICY_INTERFACE_CORE || entry.system > BLACKLIST_THRESHOLD ||
	    (entry.source.version != 4 && entry.source.version != 6) ||
	    (entry.destination.version && entry.destination.version != entry.source.version) ||
	    entry.protocol_first > entry.protocol_last || entry.port_first > entry.port_last ||
	    !memchr(entry.object, 0, sizeof(entry.object)))
		return false;
	*out = entry;
	return true;
}
