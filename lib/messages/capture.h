/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_MESSAGES_CAPTURE_H
#define LIB_MESSAGES_CAPTURE_H

/* Captures of packets (`pcapdump`): mgmtd <-> hadrian-datapath. */

#include "lib/capture_filter.h"

#include <stddef.h>
#include <stdint.h>

struct message_capture_start {
	uint32_t id; /* the client's, not 0; names the capture in all that follows */
	uint16_t interface;
	uint16_t reserved;
	uint32_t length; /* bytes of a packet that are wanted; 0: all */
	struct capture_filter filter;
};

struct message_capture_stop {
	uint32_t id;
};

struct message_capture_state {
	uint32_t id;
	int32_t error;  /* of a start: 0 or -errno */
	uint32_t ended; /* nothing more comes */
	uint32_t reserved;
	uint64_t lost; /* copies that found no room since the start */
};

/* Records start at multiples of 8 bytes of the message; the bytes of a packet, from its Ethernet header on, follow. */
struct capture_record {
	uint32_t id;
	uint32_t length;   /* of the packet */
	uint32_t captured; /* bytes of it that follow */
	uint32_t sent;     /* 0: it was received */
	uint64_t time_us;  /* since 1970 */
};
#define CAPTURE_LENGTH_MAX 16384 /* bytes of a packet at most */
static inline size_t capture_record_size(uint32_t captured)
{
	return sizeof(struct capture_record) + (((size_t)captured + 7) & ~(size_t)7);
}

#endif
