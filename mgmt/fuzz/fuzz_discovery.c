/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/discovery/decode.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What `ndpsnoop` and `arpsnoop` print: packets of whoever is on the link. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct discovery_state state = {0};
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return 0;
	memcpy(&state, data, size < sizeof(state) ? size : sizeof(state));
	discovery_decode(data, size, out);
	arp_decode(data, size, out);
	arp_print_state(&state, out);
	fclose(out);
	free(text);
	return 0;
}
