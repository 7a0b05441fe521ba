/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/ipv6/ipv6_parse.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the quick look finds good is good, and it finds the same. */
static void check_plain(const uint8_t *ip, size_t size)
{
	struct ipv6_layout layout, quick_layout;
	struct parsed parsed, quick;

	if (!ipv6_parse_plain(ip, size, 1, &quick, &quick_layout))
		return;
	if (ipv6_parse(ip, size, size, 1, &parsed, &layout) != COUNTER_COUNT ||
	    !flow_key_equal(&parsed.key, &quick.key) || quick.hash != flow_hash(&parsed.key) ||
	    parsed.payload_length != quick.payload_length || parsed.tcp_flags != quick.tcp_flags ||
	    parsed.flags != quick.flags || layout.total != quick_layout.total ||
	    layout.addresses != quick_layout.addresses || layout.transport != quick_layout.transport ||
	    layout.atomic != quick_layout.atomic)
		abort();
}

/* An IPv6 packet as a port hands it over, cut short anywhere. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *ip = malloc(size ? size : 1);
	struct ipv6_layout layout;
	struct parsed parsed;

	if (!ip)
		return 0;
	memcpy(ip, data, size);
	check_plain(ip, size);
	if (!ipv6_is_discovery(ip, size) &&
	    ipv6_parse(ip, size, size, 1, &parsed, &layout) == COUNTER_COUNT &&
	    (layout.total > size || layout.transport > layout.total ||
	     layout.addresses + sizeof(struct flow_addresses) > layout.total ||
	     parsed.payload_length > layout.total))
		abort();
	free(ip);
	return 0;
}
