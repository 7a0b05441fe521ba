/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/capture/buffer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-04.html */
struct file_header {
	uint32_t magic;
	uint16_t version_major, version_minor;
	uint32_t reserved[2];
	uint32_t snaplen;
	uint32_t link_type;
};

struct packet_header {
	uint32_t seconds, microseconds;
	uint32_t captured, length;
};

#define PCAP_MAGIC    0xa1b2c3d4
#define PCAP_SNAPLEN  262144
#define LINK_ETHERNET 1

void capture_buffer_clear(struct capture_buffer *buffer)
{
	const struct file_header header = {.magic = PCAP_MAGIC,
	                                   .version_major = 2,
	                                   .version_minor = 4,
	                                   .snaplen = PCAP_SNAPLEN,
	                                   .link_type = LINK_ETHERNET};

	if (!buffer->bytes)
		return;
	memcpy(buffer->bytes, &header, sizeof(header));
	buffer->length = sizeof(header);
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
	if (!buffer->length)
		capture_buffer_clear(buffer);
	return 0;
}

void capture_buffer_close(struct capture_buffer *buffer)
{
	free(buffer->bytes);
	*buffer = (struct capture_buffer){0};
}

int capture_buffer_add(struct capture_buffer *buffer, const struct captured_packet *packet, uint32_t snaplen)
{
	struct packet_header header = {.seconds = (uint32_t)(packet->time_us / 1000000),
	                               .microseconds = (uint32_t)(packet->time_us % 1000000),
	                               .captured = packet->captured,
	                               .length = packet->length};

	if (snaplen && header.captured > snaplen)
		header.captured = snaplen;
	if (buffer->size - buffer->length < sizeof(header) + header.captured)
		return -ENOSPC;
	memcpy(buffer->bytes + buffer->length, &header, sizeof(header));
	memcpy(buffer->bytes + buffer->length + sizeof(header), packet->bytes, header.captured);
	buffer->length += sizeof(header) + header.captured;
	return 0;
}

bool capture_buffer_is_empty(const struct capture_buffer *buffer)
{
	return buffer->length <= sizeof(struct file_header);
}
