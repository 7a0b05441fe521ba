/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/group/message.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "messages are written in memory order");
_Static_assert(sizeof(struct group_header) % 8 == 0, "bodies are aligned");

size_t group_encode(uint8_t type, uint64_t instance, const void *fixed, size_t fixed_length,
                    const void *payload, size_t payload_length, uint8_t out[GROUP_MESSAGE_MAX])
{
	struct group_header header = {.magic = GROUP_MAGIC,
	                              .version = GROUP_VERSION,
	                              .type = type,
	                              .header_length = sizeof(header),
	                              .length = (uint32_t)(fixed_length + payload_length),
	                              .instance = instance};

	if (payload_length > GROUP_MESSAGE_MAX || fixed_length > GROUP_MESSAGE_MAX ||
	    sizeof(header) + fixed_length + payload_length > GROUP_MESSAGE_MAX)
		return 0;
	memcpy(out, &header, sizeof(header));
	if (fixed_length)
		memcpy(out + sizeof(header), fixed, fixed_length);
	if (payload_length)
		memcpy(out + sizeof(header) + fixed_length, payload, payload_length);
	return sizeof(header) + fixed_length + payload_length;
}

void group_set_echo(uint8_t out[GROUP_MESSAGE_MAX], uint32_t echo_us)
{
	memcpy(out + offsetof(struct group_header, echo_us), &echo_us, sizeof(echo_us));
}

/* The type's structure from the front of the body; the rest is payload. */
static int take(struct group_message *out, void *fixed, size_t length)
{
	if (out->payload_length < length)
		return -EBADMSG;
	memcpy(fixed, out->payload, length);
	out->payload += length;
	out->payload_length -= length;
	return 0;
}

static int decode_configuration(struct group_message *out)
{
	int error = take(out, &out->configuration, sizeof(out->configuration));

	if (error)
		return error;
	if (out->payload_length > GROUP_CHUNK || out->configuration.offset > out->configuration.total ||
	    out->payload_length > out->configuration.total - out->configuration.offset)
		return -EBADMSG;
	return 0;
}

static int decode_status(struct group_message *out)
{
	int error = take(out, &out->status, sizeof(out->status));
	size_t each = out->status.count_length;

	if (error)
		return error;
	if (each < GROUP_COUNT_FIRST || out->status.class_count > GROUP_CLASSES_MAX ||
	    out->status.class_count * each > out->payload_length)
		return -EBADMSG;
	for (uint32_t i = 0; i < out->status.class_count; i++) {
		memcpy(&out->counts[i], out->payload + i * each,
		       each < sizeof(struct group_count) ? each : sizeof(struct group_count));
		if (each < sizeof(struct group_count))
			out->counts[i].alike = out->counts[i].count;
	}
	return 0;
}

static int decode_request(struct group_message *out)
{
	if (out->payload_length >= sizeof(out->request))
		return take(out, &out->request, sizeof(out->request));
	out->request.set = RECORD_CLASSES_ALL;
	return 0;
}

static int decode_claim(struct group_message *out)
{
	int error = take(out, &out->claim, sizeof(out->claim));

	out->claim.author[COMMIT_AUTHOR_MAX - 1] = 0;
	return error;
}

bool group_is_ordered(const void *bytes, size_t length)
{
	struct group_header header;

	if (length < sizeof(header))
		return false;
	memcpy(&header, bytes, sizeof(header));
	return header.type == GROUP_COMMIT_CLAIM || header.type == GROUP_COMMIT_END;
}

int group_decode(const void *bytes, size_t length, struct group_message *out)
{
	struct group_header header;

	memset(out, 0, sizeof(*out));
	if (length < sizeof(header) || length > GROUP_MESSAGE_MAX)
		return -EBADMSG;
	memcpy(&header, bytes, sizeof(header));
	if (header.magic != GROUP_MAGIC || header.header_length < sizeof(header) ||
	    header.header_length % 8 || header.header_length > length ||
	    header.length != length - header.header_length || !header.instance)
		return -EBADMSG;
	out->type = header.type;
	out->instance = header.instance;
	out->echo_us = header.echo_us;
	out->payload = (const uint8_t *)bytes + header.header_length;
	out->payload_length = header.length;
	if (header.version == 0)
		return -EBADMSG;
	switch (header.type) {
	case GROUP_RECORDS:
		return take(out, &out->records, sizeof(out->records));
	case GROUP_CONFIGURATION:
		return decode_configuration(out);
	case GROUP_STATUS:
		return decode_status(out);
	case GROUP_COMMIT_CLAIM:
		return decode_claim(out);
	case GROUP_COMMIT_END:
		return take(out, &out->claim_end, sizeof(out->claim_end));
	case GROUP_SNAPSHOT_REQUEST:
		return decode_request(out);
	case GROUP_DEACTIVATE_REQUEST:
	case GROUP_CONFIGURATION_REQUEST:
	case GROUP_IDENTITY:
	case GROUP_HANDED_OVER:
		return 0;
	default:
		return -ENOTSUP;
	}
}
