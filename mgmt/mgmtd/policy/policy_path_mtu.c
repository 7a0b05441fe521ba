/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/policy/policy_path_mtu.h"

#include "mgmt/mgmtd/configuration/resolve.h"

static uint8_t icmp_return(const struct configuration *configuration, const char *property)
{
	static const char *const values[] = {[POLICY_ICMP_ALWAYS_ALLOW] = "AlwaysAllow",
	                                     [POLICY_ICMP_ALWAYS_ALLOW_LOG] = "AlwaysAllowLog",
	                                     [POLICY_ICMP_OBEY_SERVICE] = "ObeyService",
	                                     [POLICY_ICMP_OBEY_SERVICE_LOG] = "ObeyServiceLog",
	                                     [POLICY_ICMP_DROP] = "Drop",
	                                     [POLICY_ICMP_DROP_LOG] = "DropLog"};

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		if (setting_is(configuration, "ICMPSettings", property, values[i]))
			return (uint8_t)i;
	return POLICY_ICMP_DROP;
}

void policy_fill_path_mtu(const struct configuration *configuration, struct policy_path_mtu *out)
{
	static const char ip[] = "IPSettings";

	*out = (struct policy_path_mtu){
	    .ip4_minimum = (uint16_t)setting_number(configuration, ip, "IP4PathMTUMin"),
	    .ip6_minimum = (uint16_t)setting_number(configuration, ip, "IP6PathMTUMin"),
	    .ip4_lifetime = (uint16_t)setting_number(configuration, ip, "IP4PathMTULifetime"),
	    .ip6_lifetime = (uint16_t)setting_number(configuration, ip, "IP6PathMTULifetime"),
	    .strip_df_below = (uint16_t)setting_number(configuration, ip, "StripDFOnSmall"),
	    .ip4_fragment = setting_is(configuration, ip, "IP4OnPktTooBigAndDFSet", "StripDFAndFragment"),
	    .ip6_fragment = setting_is(configuration, ip, "IP6OnPacketTooBig", "Fragment"),
	    .ip4_fragmentation_needed = icmp_return(configuration, "IP4FragmentationNeeded"),
	    .ip6_packet_too_big = icmp_return(configuration, "IP6PacketTooBig"),
	};
}
