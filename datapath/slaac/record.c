/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/slaac/record.h"

#include "datapath/ipv6/ipv6_address.h"

#include <string.h>

_Static_assert(sizeof(struct slaac_record) == 96, "version 1 has 96 bytes");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "records are written as they stand in memory");

bool slaac_record_read(const void *payload, size_t length, struct slaac_record *out)
{
	struct slaac_record record;

	if (length < sizeof(record))
		return false;
	memcpy(&record, payload, sizeof(record));
	if (record.interface == 0 || record.interface >= 0xff00 ||
	    record.server_count > AUTOCONFIGURATION_SERVERS ||
	    (record.valid_s && !ipv6_address_valid(record.prefix)) ||
	    (record.router_s && !ipv6_is_link_local(record.router)))
		return false;
	for (unsigned i = 0; i < record.server_count; i++)
		if (!ipv6_address_valid(record.servers[i]) && !ipv6_is_link_local(record.servers[i]))
			return false;
	*out = record;
	return true;
}
