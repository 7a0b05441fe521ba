/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/fuzz/checksum.h"
#include "datapath/slaac/record.h"
#include "datapath/slaac/router_advertisement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const uint8_t *ip, size_t length)
{
	struct router_advertisement told;

	if (router_advertisement_read(ip, length, &told) &&
	    (told.prefix_count > ADVERTISED_PREFIXES_MAX || told.server_count > AUTOCONFIGURATION_SERVERS))
		__builtin_trap();
}

/* A Router Advertisement as the wire brings it, and what the peer says that it told. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *right = with_checksum(data, size);
	struct slaac_record record;

	(void)slaac_record_read(data, size, &record);
	check(data, size);
	if (right)
		check(right, size);
	free(right);
	return 0;
}
