/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow_key.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

uint64_t flow_hash_secret[5];
uint64_t flow_cookie_key[2];

int flow_hash_start(const uint8_t *cluster_secret)
{
	/* A secret that was drawn stays: flows lie in the tables by it. */
	if (flow_hash_secret[0])
		return 0;
	while (getrandom(flow_hash_secret, sizeof(flow_hash_secret), 0) != sizeof(flow_hash_secret)) {
		if (errno != EINTR)
			return -errno;
	}
	while (getrandom(flow_cookie_key, sizeof(flow_cookie_key), 0) != sizeof(flow_cookie_key)) {
		if (errno != EINTR)
			return -errno;
	}
	if (cluster_secret) {
		memcpy(&flow_hash_secret[3], cluster_secret, 2 * sizeof(flow_hash_secret[0]));
		memcpy(flow_cookie_key, cluster_secret + 16, sizeof(flow_cookie_key));
	}
	/* An even multiplier would lose bits. */
	flow_hash_secret[0] |= 1;
	flow_hash_secret[2] |= 1;
	flow_hash_secret[4] |= 1;
	return 0;
}
