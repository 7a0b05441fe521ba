/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/configuration/store.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t generation;
	char *json = NULL, reason[128] = "";

	if (!store_parse((const char *)data, size, &generation, &json, reason)) {
		if (strlen(json) > size)
			abort();
		free(json);
	}
	return 0;
}
