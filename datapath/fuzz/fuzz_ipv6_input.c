/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/ipv6/ipv6_parse.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An IPv6 packet as a port hands it over, cut short anywhere. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *ip = malloc(size ? size : 1);
	struct ipv6_layout layout;
	struct parsed parsed;

	if (!ip)
		return 0;
	memcpy(ip, data, size);
	if (!ipv6_is_discovery(ip, size) &&
	    ipv6_parse(ip, size, size, 1, &parsed, &layout) == COUNTER_COUNT &&
	    (layout.total > size || layout.transport > layout.total ||
	     layout.addresses + sizeof(struct flow_addresses) > layout.total ||
	     parsed.payload_length > layout.total))
		abort();
	free(ip);
	return 0;
}
