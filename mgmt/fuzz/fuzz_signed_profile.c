/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/backup/signature_lines.h"

#include <stdlib.h>
#include <string.h>

/* What is split is the beginning of what was given, and is split no further; a reason is given for what is refused. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t der[SIGNATURE_MAX];
	size_t body = 0, length = 0, again = 0;
	char reason[128] = "";

	if (signature_split((const char *)data, size, &body, der, &length, reason)) {
		if (!*reason)
			abort();
	} else if (body > size || length > sizeof(der) || (length == 0) != (body == size)) {
		abort();
	} else if (signature_split((const char *)data, body, &again, der, &length, reason) || again != body) {
		abort();
	}
	return 0;
}
