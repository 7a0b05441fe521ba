/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/policy/policy_tcp.h"

#include "mgmt/mgmtd/configuration/resolve.h"

static const char type[] = "TCPSettings";

static enum policy_sequences sequences(const struct configuration *configuration)
{
	if (setting_is(configuration, type, "TCPSequenceNumbers", "Count"))
		return POLICY_SEQUENCES_COUNT;
	return setting_is(configuration, type, "TCPSequenceNumbers", "Ignore") ? POLICY_SEQUENCES_IGNORE
	                                                                       : POLICY_SEQUENCES_VALIDATE;
}

static enum policy_mss_action action(const struct configuration *configuration, const char *property)
{
	if (setting_is(configuration, type, property, "Drop"))
		return POLICY_MSS_DROP;
	return setting_is(configuration, type, property, "Ignore") ? POLICY_MSS_IGNORE : POLICY_MSS_ADJUST;
}

struct policy_tcp_settings policy_tcp_settings(const struct configuration *configuration)
{
	return (struct policy_tcp_settings){
	    .sequences = sequences(configuration),
	    .mss_low = action(configuration, "TCPMSSOnLow"),
	    .mss_high = action(configuration, "TCPMSSOnHigh"),
	    .clamp = setting_is(configuration, type, "TCPAutoClamping", "Yes"),
	    .mss_min = (uint16_t)setting_number(configuration, type, "TCPMSSMin"),
	    .mss_max = (uint16_t)setting_number(configuration, type, "TCPMSSMax"),
	    .half_open_max = setting_number(configuration, type, "TCPHalfOpenMax"),
	    .lifetime_stateless =
	        (uint32_t)setting_number(configuration, "FlowTimeoutSettings", "FlowLifetimeTCPStateless"),
	};
}
