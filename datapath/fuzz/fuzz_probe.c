/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/probe/packet.h"

#include <stdlib.h>
#include <string.h>

/* What an answer to a ping may be: any bytes. What is found lies within them. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct probe_answer answer;

	if (probe_packet_read(data, size, &answer) == PROBE_FOUND_ANSWER && answer.packet.length &&
	    (answer.packet.payload < data || answer.packet.payload + answer.packet.length > data + size))
		abort();
	return 0;
}
