/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/record.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the peer sent: every payload that record_next names has to lie inside, and the walk has to end. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct record_header header;
	const void *payload;
	size_t offset = 0;
	uint32_t sum = 0;

	while (record_next(data, size, &offset, &header, &payload) == 1) {
		for (uint32_t i = 0; i < header.length; i++)
			sum += ((const uint8_t *)payload)[i];
		record_class_name(header.class_id);
	}
	return sum == 0xffffffff;
}
