/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/dhcp_client/intercept.h"

#include <string.h>

#define UDP_PROTOCOL 17
#define FRAGMENT     0x3fff

struct dhcp_intercept dhcp_intercept;

bool dhcp_intercept_wants(uint16_t interface, const uint8_t *ip, size_t length)
{
	size_t header = length ? (size_t)(ip[0] & 0x0f) * 4 : 0;
	uint32_t count = atomic_load_explicit(&dhcp_intercept.count, memory_order_relaxed), destination;
	static const uint8_t ports[4] = {0, 67, 0, 68};

	if (length < header + 8 || header < 20 || ip[0] >> 4 != 4 || ip[9] != UDP_PROTOCOL ||
	    ((ip[6] << 8 | ip[7]) & FRAGMENT) || memcmp(ip + header, ports, sizeof(ports)) != 0)
		return false;
	memcpy(&destination, ip + 16, sizeof(destination));
	for (uint32_t i = 0; i < count && i < DHCP_CLIENTS_MAX; i++) {
		uint64_t client = atomic_load_explicit(&dhcp_intercept.client[i], memory_order_relaxed);

		if (client >> 32 == interface)
			return destination == UINT32_MAX || destination == (uint32_t)client;
	}
	return false;
}
