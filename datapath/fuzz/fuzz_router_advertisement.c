/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/slaac/record.h"
#include "datapath/slaac/router_advertisement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A Router Advertisement as the wire brings it, and what the peer says that it told. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct router_advertisement told;
	struct slaac_record record;

	(void)slaac_record_read(data, size, &record);
	if (router_advertisement_read(data, size, &told) &&
	    (told.prefix_count > ADVERTISED_PREFIXES_MAX || told.server_count > AUTOCONFIGURATION_SERVERS))
		__builtin_trap();
	return 0;
}
