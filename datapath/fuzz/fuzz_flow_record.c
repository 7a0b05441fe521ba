/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow_record.h"
#include "datapath/nat/nat_ipv6.h"

#include "lib/record.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A batch as the peer sends it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct record_header header;
	const void *payload;
	size_t offset = 0;

	while (record_next(data, size, &offset, &header, &payload) == 1) {
		struct flow flow = {.used = 1};
		struct flow_record record;
		struct flow_addresses addresses;
		uint8_t nat_address[16];
		uint32_t length;
		struct flow_key keys[2];
		enum flow_state state;
		bool deletion = header.operation == RECORD_DELETE;

		if (flow_record_decode(payload, header.length, deletion, keys, &addresses, nat_address,
		                       &state) ||
		    deletion)
			continue;
		/* What was understood is sent on as it came. */
		flow.direction[0].key = keys[0];
		flow.direction[1].key = keys[1];
		flow.state = state;
		if (keys[0].family == FLOW_IPV6) {
			flow.addresses = addresses;
			nat_ipv6_keep(&flow, nat_address);
		}
		flow_record_encode(&flow, false, &record, &length);
		if (flow_record_decode(&record, length, false, keys, &addresses, nat_address, &state) ||
		    !flow_key_equal(&keys[0], &flow.direction[0].key) ||
		    !flow_key_equal(&keys[1], &flow.direction[1].key))
			abort();
	}
	return 0;
}
