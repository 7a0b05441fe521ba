/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_FUZZ_CHECKSUM_H
#define DATAPATH_FUZZ_CHECKSUM_H

#include "datapath/nd/packet.h"

#include <stdlib.h>
#include <string.h>

/*
 * A packet at its IPv6 header with the ICMPv6 checksum that it should have, the caller's to free: hardly any change to a packet
 * leaves its checksum right, and what is behind that check has to be reached. NULL where it is too short for one.
 */
static inline uint8_t *with_checksum(const uint8_t *data, size_t size)
{
	size_t payload = size > 44 ? (size_t)(data[4] << 8 | data[5]) : 0;
	uint8_t *ip = payload >= 4 && payload <= size - 40 ? malloc(size) : NULL;

	if (!ip)
		return NULL;
	memcpy(ip, data, size);
	nd_checksum_put(ip, payload);
	return ip;
}

#endif
