/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLUSTER_GROUP_REASSEMBLY_H
#define CLUSTER_GROUP_REASSEMBLY_H

/* A configuration that comes in pieces (C22-011, C22-018) put together again. One thread at a time for one
 * object. */

#include "cluster/group/message.h"

#define CONFIGURATION_MAX (16u << 20) /* bytes; a longer one is refused at its first piece */

/* All zero at first. */
struct reassembly {
	struct group_configuration head; /* of the first piece */
	uint8_t *bytes;
	uint32_t received;
};

/*
 * Takes one piece, which CPG delivers in order. Returns 1 where the configuration is complete and its SHA-256
 * right (bytes and head are then valid until the next call), 0 where more is to come, -EMSGSIZE, -ENOMEM, or
 * -EBADMSG for a piece that does not follow the last or a wrong digest; after an error it starts anew.
 */
int reassembly_take(struct reassembly *reassembly, const struct group_message *piece);
/* Forgets what came, for example because the sender left. */
void reassembly_reset(struct reassembly *reassembly);

#endif
