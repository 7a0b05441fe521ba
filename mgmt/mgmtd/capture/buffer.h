/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_CAPTURE_BUFFER_H
#define MGMT_MGMTD_CAPTURE_BUFFER_H

/* The packets of a capture in memory of a fixed size, one behind the other. One thread. */

#include "mgmt/mgmtd/capture/packet.h"

#include <stddef.h>

struct capture_buffer {
	uint8_t *bytes; /* NULL: there is none */
	size_t size, length;
};

/* Makes room for size bytes in all, where it has less; what it holds stays. Returns 0 or -ENOMEM. */
int capture_buffer_open(struct capture_buffer *buffer, size_t size);
void capture_buffer_close(struct capture_buffer *buffer);
/*
 * Copies at most snaplen bytes of the packet (0: all of it that are there, CAPTURE_LENGTH_MAX at most). Returns 0, or -ENOSPC
 * where it is full.
 */
int capture_buffer_add(struct capture_buffer *buffer, const struct captured_packet *packet, uint32_t snaplen);
/*
 * The next packet; *at is 0 for the first, and moved on. Its bytes are the buffer's, until that is changed. False: there are
 * no more.
 */
bool capture_buffer_next(const struct capture_buffer *buffer, size_t *at, struct captured_packet *packet);
void capture_buffer_clear(struct capture_buffer *buffer);
/* No buffer, or no packet in it. */
bool capture_buffer_is_empty(const struct capture_buffer *buffer);

#endif
