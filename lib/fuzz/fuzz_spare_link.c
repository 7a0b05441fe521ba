/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/spare_link.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever arrives as SPARE_LINK_ETHERTYPE behind its Ethernet header. What passes is no longer than it was, and of one sender. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t length = 0;

	if (spare_link_packet(data, size, ROLE_MASTER, &length) == 0)
		return 0;
	if (length > size || length < 48 || spare_link_packet(data, size, ROLE_SLAVE, &length) != 0)
		__builtin_trap();
	return 0;
}
