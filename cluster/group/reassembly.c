/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/group/reassembly.h"

#include <errno.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

void reassembly_reset(struct reassembly *reassembly)
{
	free(reassembly->bytes);
	memset(reassembly, 0, sizeof(*reassembly));
}

static bool follows(const struct reassembly *reassembly, const struct group_configuration *piece)
{
	return reassembly->bytes && piece->offset == reassembly->received &&
	       piece->total == reassembly->head.total && piece->generation == reassembly->head.generation &&
	       memcmp(piece->digest, reassembly->head.digest, sizeof(piece->digest)) == 0;
}

int reassembly_take(struct reassembly *reassembly, const struct group_message *piece)
{
	uint8_t digest[SHA256_DIGEST_LENGTH];
	int error = -EBADMSG;

	if (piece->configuration.offset == 0) {
		reassembly_reset(reassembly);
		if (piece->configuration.total > CONFIGURATION_MAX || piece->configuration.total == 0)
			return -EMSGSIZE;
		reassembly->bytes = malloc(piece->configuration.total);
		if (!reassembly->bytes)
			return -ENOMEM;
		reassembly->head = piece->configuration;
	}
	if (!follows(reassembly, &piece->configuration) || piece->payload_length == 0 ||
	    piece->payload_length > reassembly->head.total - reassembly->received)
		goto fail;
	memcpy(reassembly->bytes + reassembly->received, piece->payload, piece->payload_length);
	reassembly->received += (uint32_t)piece->payload_length;
	if (reassembly->received < reassembly->head.total)
		return 0;
	SHA256(reassembly->bytes, reassembly->head.total, digest);
	if (memcmp(digest, reassembly->head.digest, sizeof(digest)) == 0)
		return 1;
fail:
	reassembly_reset(reassembly);
	return error;
}
