/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/arp/record.h"

#include "datapath/ipv6/ipv6_address.h"

#include <string.h>

_Static_assert(sizeof(struct neighbour_record) == 28, "version 2 has 28 bytes");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "records are written as they stand in memory");

uint8_t neighbour_record_write(uint16_t interface, const struct ip_address *next_hop,
                               const struct mac_address *mac, struct neighbour_record *out, uint32_t *length)
{
	*out = (struct neighbour_record){.interface = interface, .mac = *mac};
	if (next_hop->version == 6) {
		memcpy(out->next_hop_ipv6, next_hop->bytes, sizeof(out->next_hop_ipv6));
		*length = sizeof(*out);
		return 2;
	}
	memcpy(&out->next_hop, next_hop->bytes, sizeof(out->next_hop));
	*length = NEIGHBOUR_RECORD_LENGTH_1;
	return 1;
}

struct ip_address neighbour_record_next_hop(const struct neighbour_record *record)
{
	struct ip_address address = {.version = record->next_hop ? 4 : 6};

	if (record->next_hop)
		memcpy(address.bytes, &record->next_hop, sizeof(record->next_hop));
	else
		memcpy(address.bytes, record->next_hop_ipv6, sizeof(record->next_hop_ipv6));
	return address;
}

static bool next_hop_valid(const struct neighbour_record *record, size_t length)
{
	uint8_t first = ((const uint8_t *)&record->next_hop)[0];

	if (record->next_hop)
		return first != 0 && first != 127 && first < 224;
	return length >= sizeof(*record) &&
	       (ipv6_address_valid(record->next_hop_ipv6) || ipv6_is_link_local(record->next_hop_ipv6));
}

bool neighbour_record_read(const void *payload, size_t length, struct neighbour_record *out)
{
	struct neighbour_record record = {.interface = 0};

	if (length < NEIGHBOUR_RECORD_LENGTH_1)
		return false;
	memcpy(&record, payload, length < sizeof(record) ? length : sizeof(record));
	if (record.interface == 0 || record.interface >= 0xff00 || record.mac.bytes[0] & 1 ||
	    mac_address_is_zero(&record.mac) || !next_hop_valid(&record, length))
		return false;
	*out = record;
	return true;
}
