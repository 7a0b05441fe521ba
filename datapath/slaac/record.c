/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/slaac/record.h"

#include "datapath/ipv6/ipv6_address.h"

#include <string.h>

#define VERSION_1_SIZE offsetof(struct slaac_record, formed)
_Static_assert(VERSION_1_SIZE == 96, "version 1 has 96 bytes");
_Static_assert(sizeof(struct slaac_record) == 236, "version 2 has 236 bytes");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "records are written as they stand in memory");

static bool formed_valid(const struct slaac_record_formed *formed, bool link_local)
{
	if (!formed->valid_s)
		return true;
	return formed->state >= FORMED_TENTATIVE && formed->state <= FORMED_DUPLICATE &&
	       (link_local ? ipv6_is_link_local(formed->prefix) : ipv6_address_valid(formed->prefix));
}

static bool valid(const struct slaac_record *record)
{
	if (record->interface == 0 || record->interface >= 0xff00 ||
	    record->server_count > AUTOCONFIGURATION_SERVERS ||
	    (record->valid_s && !ipv6_address_valid(record->prefix)) ||
	    (record->router_s && !ipv6_is_link_local(record->router)))
		return false;
	for (unsigned i = 0; i < record->server_count; i++)
		if (!ipv6_address_valid(record->servers[i]) && !ipv6_is_link_local(record->servers[i]))
			return false;
	for (unsigned i = 0; i < FORMED_MAX; i++)
		if (!formed_valid(&record->formed[i], i == 0))
			return false;
	return true;
}

bool slaac_record_read(const void *payload, size_t length, struct slaac_record *out)
{
	struct slaac_record record = {0};

	if (length < VERSION_1_SIZE)
		return false;
	memcpy(&record, payload, length < sizeof(record) ? VERSION_1_SIZE : sizeof(record));
	if (length < sizeof(record)) {
		record.formed[0] = (struct slaac_record_formed){.prefix = {0xfe, 0x80},
		                                                .valid_s = UINT32_MAX,
		                                                .preferred_s = UINT32_MAX,
		                                                .state = FORMED_UNIQUE};
		record.formed[1] = (struct slaac_record_formed){
		    .valid_s = record.valid_s, .preferred_s = record.valid_s, .state = FORMED_UNIQUE};
		memcpy(record.formed[1].prefix, record.prefix, sizeof(record.prefix));
	}
	if (!valid(&record))
		return false;
	*out = record;
	return true;
}

void slaac_record_put(struct slaac_record *record, const struct formed formed[FORMED_MAX], uint64_t now)
{
	for (unsigned i = 0; i < FORMED_MAX; i++) {
		struct slaac_record_formed *out = &record->formed[i];

		out->valid_s = formed_left(formed[i].valid_until, now);
		out->preferred_s = formed_left(formed[i].preferred_until, now);
		out->state = formed[i].state;
		memcpy(out->prefix, formed[i].prefix, sizeof(out->prefix));
		if (i == 0 || record->valid_s || !formed_usable(&formed[i]))
			continue;
		record->valid_s = out->valid_s;
		memcpy(record->prefix, out->prefix, sizeof(record->prefix));
	}
}

void slaac_record_take(const struct slaac_record *record, struct formed formed[FORMED_MAX], uint64_t now)
{
	for (unsigned i = 0; i < FORMED_MAX; i++) {
		const struct slaac_record_formed *from = &record->formed[i];

		formed[i] =
		    (struct formed){.valid_until = formed_ends(from->valid_s, now),
		                    .preferred_until = formed_ends(from->preferred_s, now),
		                    .state = from->state,
		                    .due = from->state == FORMED_DUPLICATE ? now + FORMED_RETRY_NS : now};
		memcpy(formed[i].prefix, from->prefix, sizeof(formed[i].prefix));
	}
}
