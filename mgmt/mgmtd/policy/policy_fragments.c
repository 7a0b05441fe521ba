/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/policy/policy_fragments.h"

#include "mgmt/mgmtd/configuration/resolve.h"

static uint16_t number(const struct configuration *configuration, const char *type, const char *property)
{
	return (uint16_t)setting_number(configuration, type, property);
}

void policy_fill_length_limits(const struct configuration *configuration, struct policy_length_limits *out)
{
	static const char type[] = "LengthLimSettings";

	*out = (struct policy_length_limits){
	    .tcp = number(configuration, type, "MaxTCPLen"),
	    .udp = number(configuration, type, "MaxUDPLen"),
	    .icmp = number(configuration, type, "MaxICMPLen"),
	    .gre = number(configuration, type, "MaxGRELen"),
	    .esp = number(configuration, type, "MaxESPLen"),
	    .ah = number(configuration, type, "MaxAHLen"),
	    .skip = number(configuration, type, "MaxSKIPLen"),
	    .ospf = number(configuration, type, "MaxOSPFLen"),
	    .ipip = number(configuration, type, "MaxIPIPLen"),
	    .ipcomp = number(configuration, type, "MaxIPCompLen"),
	    .l2tp = number(configuration, type, "MaxL2TPLen"),
	    .other = number(configuration, type, "MaxOtherSubIPLen"),
	    .log = setting_is(configuration, type, "LogOversizedPackets", "Yes"),
	};
}
