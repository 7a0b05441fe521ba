/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_SCP_TRANSFER_H
#define MGMT_SCP_TRANSFER_H

#include "mgmt/scp/command.h"
#include "mgmt/scp/remote.h"
#include "mgmt/scp/wire.h"

struct transfer {
	struct scp_command command;
	struct remote remote;
	struct wire wire;
	unsigned errors; /* files that were not transferred */
};

/* Both return whether the conversation came to its end; errors says whether all is well. */

/* scp -t: takes what the client sends. */
bool transfer_take(struct transfer *transfer);
/* scp -f: sends what the client asks for. */
bool transfer_send(struct transfer *transfer);

#endif
