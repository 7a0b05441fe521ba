/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/blacklist/blacklist.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An entry as the peer sends it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct blacklist_entry entry;

	if (blacklist_record_read(data, size, &entry) &&
	    (entry.port_first > entry.port_last || strlen(entry.object) >= sizeof(entry.object)))
		__builtin_trap();
	return 0;
}
