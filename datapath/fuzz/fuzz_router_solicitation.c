/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/advertise/advertisement.h"

/* A Router Solicitation as the wire brings it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	(void)solicitation_valid(data, size);
	return 0;
}
