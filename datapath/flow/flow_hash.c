/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow_key.h"

#include <errno.h>
#include <sys/random.h>

uint64_t flow_hash_secret[4];

int flow_hash_start(void)
{
	/* A secret that was drawn stays: flows lie in the tables by it. */
	if (flow_hash_secret[0])
		return 0;
	while (getrandom(flow_hash_secret, sizeof(flow_hash_secret), 0) != sizeof(flow_hash_secret)) {
		if (errno != EINTR)
			return -errno;
	}
	/* An even multiplier would lose bits. */
	flow_hash_secret[0] |= 1;
	flow_hash_secret[2] |= 1;
	return 0;
}
