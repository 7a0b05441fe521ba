/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_CAPTURE_PACKET_H
#define MGMT_MGMTD_CAPTURE_PACKET_H

#include <stdbool.h>
#include <stdint.h>

struct captured_packet {
	const uint8_t *bytes; /* from the Ethernet header on */
	uint32_t captured;    /* of them that are there */
	uint32_t length;      /* of the packet */
	uint64_t time_us;     /* since 1970 */
	bool sent;            /* it left by the interface; else it came in */
};

#endif
