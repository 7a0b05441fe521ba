/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/import/medium.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An envelope from a medium (.p7e), PEM or DER: what is within comes out, or nothing does. The key is nobody's. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *out = NULL;
	size_t length = 0;
	int error = medium_decrypt((const char *)data, size, FUZZ_KEY, &out, &length);

	if (error ? (error != -EBADMSG || out) : (!out || length == 0 || out[length] != 0))
		abort();
	free(out);
	return 0;
}
