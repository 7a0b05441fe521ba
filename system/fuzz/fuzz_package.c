/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The head of an upgrade package, as anybody with the right to upload may make it. */

#include "system/package.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct package package;
	char reason[128];

	if (package_parse((const char *)data, size, &package, reason))
		return 0;
	/* What is taken is within its bounds, and its version is a safe name of a folder. */
	if (package.head_length > size || package.head_length > PACKAGE_HEAD_MAX ||
	    package.signed_length >= package.head_length || package.signature > PACKAGE_SIGNATURE_MAX ||
	    package.payload > PACKAGE_PAYLOAD_MAX || strchr(package.version, '/') ||
	    package.version[0] == '.')
		abort();
	return 0;
}
