/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/host/path_mtu.h"

#include "datapath/host/netlink.h"
#include "datapath/port/kernel_device.h"

/* The kernel keeps these times as a signed number of ticks, of which there are 1000 a second at most. */
#define LIFETIME_MAX 2147483

static int seconds(uint16_t minutes)
{
	return minutes ? minutes * 60 : LIFETIME_MAX;
}

int path_mtu_apply(const struct policy_path_mtu *settings)
{
	/* The minimum of IPv6 is seen to where errors come in (icmp_return_admit). */
	int errors[] = {kernel_setting("ipv4/route/min_pmtu", settings->ip4_minimum),
	                kernel_setting("ipv4/route/mtu_expires", seconds(settings->ip4_lifetime)),
	                kernel_setting("ipv6/route/mtu_expires", seconds(settings->ip6_lifetime))};

	for (unsigned i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (errors[i])
			return errors[i];
	return 0;
}

uint32_t path_mtu_of(const struct ip_address *destination, uint32_t *expires_s)
{
	struct netlink_path path;

	*expires_s = 0;
	if (netlink_path_get(destination, &path))
		return 0;
	*expires_s = path.expires_s;
	return path.mtu;
}
