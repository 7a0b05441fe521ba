/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/login/ssh_key.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What is taken once is taken again as it was stored, and is equal to itself. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), line[SSH_KEY_LINE_MAX], again[SSH_KEY_LINE_MAX];
	const char *why = NULL;

	memcpy(text, data, size);
	text[size] = 0;
	if (ssh_key_read(text, line, &why)) {
		if (!why)
			abort();
	} else if (ssh_key_read(line, again, &why) || strcmp(line, again) != 0 ||
	           !ssh_key_equal(line, again)) {
		abort();
	}
	free(text);
	return 0;
}
