/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/advertise/advertisement.h"
#include "datapath/fuzz/checksum.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A Router Solicitation as the wire brings it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *right = with_checksum(data, size);

	(void)solicitation_valid(data, size);
	if (right)
		(void)solicitation_valid(right, size);
	free(right);
	return 0;
}
