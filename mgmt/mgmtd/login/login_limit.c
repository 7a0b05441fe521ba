/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/login/login_limit.h"

#include <stdio.h>
#include <string.h>

/* What this address did longer ago does not count any more. */
static void expire(struct login_address *address, uint64_t now_ns)
{
	if (address->failures && now_ns - address->since_ns >= LOGIN_WINDOW_NS)
		address->failures = 0;
	if (!address->failures && !address->checks)
		address->remote[0] = 0;
}

static struct login_address *find(struct login_limit *limit, const char *remote, uint64_t now_ns)
{
	struct login_address *unused = NULL;

	for (size_t i = 0; i < LOGIN_ADDRESSES; i++) {
		struct login_address *address = &limit->address[i];

		expire(address, now_ns);
		if (!address->remote[0])
			unused = unused ? unused : address;
		else if (!strcmp(address->remote, remote))
			return address;
	}
	return unused;
}

bool login_limit_begin(struct login_limit *limit, const char *remote, uint64_t now_ns)
{
	char client[IP_ADDRESS_TEXT];
	struct login_address *address =
	    find(limit, ip_address_client(*remote ? remote : "?", client), now_ns);

	if (!address || address->failures >= LOGIN_FAILURES_MAX || address->checks >= LOGIN_CHECKS_AT_ONCE)
		return false;
	snprintf(address->remote, sizeof(address->remote), "%s", client);
	address->checks++;
	return true;
}

void login_limit_end(struct login_limit *limit, const char *remote, bool failed, uint64_t now_ns)
{
	char client[IP_ADDRESS_TEXT];
	struct login_address *address =
	    find(limit, ip_address_client(*remote ? remote : "?", client), now_ns);

	if (!address || !address->checks)
		return;
	address->checks--;
	if (failed && !address->failures++)
		address->since_ns = now_ns;
}
