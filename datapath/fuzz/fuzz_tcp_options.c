/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/tcp/options.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A header as its data offset cuts it: what is found lies within it. The first byte says whether it is a SYN's. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tcp_options options;
	uint32_t header;
	uint8_t *tcp;

	if (size < 1 || size > 41)
		return 0;
	header = TCP_HEADER_LENGTH + (uint32_t)(size - 1);
	/* To the byte, so that a step beyond it is seen. */
	tcp = calloc(1, header);
	if (!tcp)
		return 0;
	memcpy(tcp + TCP_HEADER_LENGTH, data + 1, size - 1);
	if (tcp_options_parse(tcp, header, data[0] & 1, &options) &&
	    (options.mss_at + 2u > header || options.sack_at + options.sack_blocks * 8u > header ||
	     (options.mss_at && options.mss_at < TCP_HEADER_LENGTH) ||
	     (options.scale > TCP_SCALE_MAX && options.scale != TCP_NO_SCALE)))
		abort();
	free(tcp);
	return 0;
}
