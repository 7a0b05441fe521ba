/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/backup/storage_file.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

/* Nobody's key opens it, whatever is on the medium. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *out = NULL;
	size_t length;
	int error = storage_file_decrypt((const char *)data, size, &out, &length);

	if (error != -EBADMSG || out)
		abort();
	return 0;
}
