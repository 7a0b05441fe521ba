/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/capture/buffer.h"
#include "lib/messages/capture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Before the bytes of each packet: as little as can be, so that a buffer holds many. */
struct header {
	uint64_t time_us;
	uint32_t length;
	uint16_t captured;
	uint16_t sent;
};
_Static_assert(CAPTURE_LENGTH_MAX <= UINT16_MAX, "a header can say how much was captured");

void capture_buffer_clear(struct capture_buffer *buffer)
{
	buffer->length = 0;
}

int capture_buffer_open(struct capture_buffer *buffer, size_t size)
{
	uint8_t *bytes;

	if (size <= buffer->size)
		return 0;
	bytes = realloc(buffer->bytes, size);
	if (!bytes)
		return -ENOMEM;
	buffer->bytes = bytes;
	buffer->size = size;
	return 0;
}

void capture_buffer_close(struct capture_buffer *buffer)
{
	free(buffer->bytes);
	*buffer = (struct capture_buffer){0};
}

int capture_buffer_add(struct capture_buffer *buffer, const struct captured_packet *packet, uint32_t snaplen)
{
	uint32_t captured = snaplen && packet->captured > snaplen ? snaplen : packet->captured;
	const struct header header = {.time_us = packet->time_us,
	                              .length = packet->length,
	                              .captured = (uint16_t)captured,
	                              .sent = packet->sent};

	if (buffer->size - buffer->length < sizeof(header) + captured)
		return -ENOSPC;
	memcpy(buffer->bytes + buffer->length, &header, sizeof(header));
	memcpy(buffer->bytes + buffer->length + sizeof(header), packet->bytes, captured);
	buffer->length += sizeof(header) + captured;
	return 0;
}

bool capture_buffer_next(const struct capture_buffer *buffer, size_t *at, struct captured_packet *packet)
{
	struct header header;

	if (*at == buffer->length)
		return false;
	memcpy(&header, buffer->bytes + *at, sizeof(header));
	*packet = (struct captured_packet){.bytes = buffer->bytes + *at + sizeof(header),
	                                   .captured = header.captured,
	                                   .length = header.length,
	                                   .time_us = header.time_us,
	                                   .sent = header.sent};
	*at += sizeof(header) + header.captured;
	return true;
}

bool capture_buffer_is_empty(const struct capture_buffer *buffer)
{
	return buffer->length == 0;
}
