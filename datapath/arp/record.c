/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/arp/record.h"

#include <string.h>

_Static_assert(sizeof(struct neighbour_record) == 12, "version 1 has twelve bytes");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "records are written as they stand in memory");

bool neighbour_record_read(const void *payload, size_t length, struct neighbour_record *out)
{
	struct neighbour_record record;
	uint8_t first;

	if (length < sizeof(record))
		return false;
	memcpy(&record, payload, sizeof(record));
	first = ((const uint8_t *)&record.next_hop)[0];
	if (record.interface == 0 || record.interface >= 0xff00 || record.mac.bytes[0] & 1 ||
	    mac_address_is_zero(&record.mac) || first == 0 || first == 127 || first >= 224)
		return false;
	*out = record;
	return true;
}
