/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/group/reassembly.h"
#include "cluster/identity/identity.h"
#include "cluster/replication/registry.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* With the one that came before. */
static void compare_identities(const struct group_message *message)
{
	static struct message_cluster_identity before, now;
	char text[IDENTITY_TEXT];

	if (!identity_read(message->payload, message->payload_length, &now))
		return;
	identity_differences(&before, &now, text);
	before = now;
}

/* Messages of the peer, each behind its length in two bytes: decoding, reassembly and the walk of records. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct group_message message;
	struct reassembly reassembly = {0};
	struct registry registry = {0};

	while (size > 2) {
		size_t length = data[0] | (size_t)data[1] << 8;
		uint8_t *copy;

		data += 2;
		size -= 2;
		if (length > size)
			length = size;
		copy = malloc(length ? length : 1); /* exact, for the sanitizer */
		memcpy(copy, data, length);
		if (group_decode(copy, length, &message) == 0) {
			if (message.type == GROUP_CONFIGURATION)
				reassembly_take(&reassembly, &message);
			else if (message.type == GROUP_RECORDS)
				registry_records(&registry, message.payload, message.payload_length);
			else if (message.type == GROUP_STATUS)
				registry_peer_counts(&registry, message.counts, message.status.class_count);
			else if (message.type == GROUP_IDENTITY)
				compare_identities(&message);
			registry_percent(&registry, true);
		}
		free(copy);
		data += length;
		size -= length;
	}
	reassembly_reset(&reassembly);
	return 0;
}
