/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/record.h"

#include <errno.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "records are written in memory order");

static size_t padded(size_t length)
{
	return (length + 7) & ~(size_t)7;
}

int record_append(struct record_batch *batch, uint16_t class_id, uint8_t version, uint8_t operation,
                  const void *payload, uint32_t length)
{
	struct record_header header = {class_id, version, operation, length};
	uint8_t *at = batch->bytes + batch->length;
	size_t space = RECORD_BATCH_MAX - batch->length;

	if (length > RECORD_BATCH_MAX || sizeof(header) + padded(length) > space)
		return -ENOSPC;
	memcpy(at, &header, sizeof(header));
	at += sizeof(header);
	if (length)
		memcpy(at, payload, length);
	memset(at + length, 0, padded(length) - length);
	batch->length += (uint32_t)(sizeof(header) + padded(length));
	return 0;
}

int record_next(const void *bytes, size_t length, size_t *offset, struct record_header *header,
                const void **payload)
{
	size_t left = *offset <= length ? length - *offset : 0;

	if (left == 0)
		return 0;
	if (left < sizeof(*header))
		return -EBADMSG;
	memcpy(header, (const uint8_t *)bytes + *offset, sizeof(*header));
	left -= sizeof(*header);
	if (header->length > left || padded(header->length) > left)
		return -EBADMSG;
	*payload = (const uint8_t *)bytes + *offset + sizeof(*header);
	*offset += sizeof(*header) + padded(header->length);
	return 1;
}

#define TITLE(id, number, title, class)                                                                      \
	case id:                                                                                             \
		return title;

const char *record_class_name(uint16_t class_id)
{
	switch (class_id) {
		RECORD_CLASSES(TITLE)
	default:
		return "unknown";
	}
}
