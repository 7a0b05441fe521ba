/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_DHCP_CLIENT_INTERCEPT_H
#define DATAPATH_DHCP_CLIENT_INTERCEPT_H

/*
 * Which packets are for the DHCP client: the control thread says what it waits for, workers ask before a packet is dropped or opens a flow
 * (C21-021). What an interface without DHCPEnabled gets, and what is sent to anybody else, takes its way through the rules.
 */

#include "lib/messages/dhcp_client.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dhcp_intercept {
	_Atomic uint32_t count; /* entries that may be in use; 0: there is no client */
	/* Interface (id, 0: none) in the upper half, the address that it has or was offered in the lower, in network byte order. */
	_Atomic uint64_t client[DHCP_CLIENTS_MAX];
};

extern struct dhcp_intercept dhcp_intercept;

/* A packet at its IPv4 header, which was found to be a right one; length bytes of it are there. Any thread. */
bool dhcp_intercept_wants(uint16_t interface, const uint8_t *ip, size_t length);

/* The same without a call where there is no client, as nearly always. */
static inline bool dhcp_intercept_packet(uint16_t interface, const uint8_t *ip, size_t length)
{
	return atomic_load_explicit(&dhcp_intercept.count, memory_order_relaxed) &&
	       dhcp_intercept_wants(interface, ip, length);
}

#endif
