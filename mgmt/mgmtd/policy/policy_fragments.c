/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/policy/policy_fragments.h"

#include "mgmt/mgmtd/configuration/resolve.h"

static const char fragment_type[] = "FragSettings";

/* The value's place among words, which are in the order of the policy's enumeration and end with NULL. */
static uint8_t place(const struct configuration *configuration, const char *property,
                     const char *const words[])
{
	uint8_t i = 0;

	while (words[i + 1] && !setting_is(configuration, fragment_type, property, words[i]))
		i++;
	return i;
}

static uint8_t unusual(const struct configuration *configuration, const char *property)
{
	static const char *const words[] = {"Ignore", "Log", "Drop", "DropLog", NULL};

	return place(configuration, property, words);
}

static uint8_t fragment_log(const struct configuration *configuration, const char *property)
{
	static const char *const words[] = {"NoLog", "LogSuspect", "LogAll", NULL};

	return place(configuration, property, words);
}

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

void policy_fill_fragments(const struct configuration *configuration, struct policy_fragments *out)
{
	static const char *const illegal[] = {"Drop",          "DropLog",    "DropPacket",
	                                      "DropLogPacket", "DropLogAll", NULL};
	static const char *const failed[] = {"NoLog",  "LogSuspect",   "LogSuspectSubseq",
	                                     "LogAll", "LogAllSubseq", NULL};
	static const char *const samples[] = {"Check2",  "Check4",   "Check8",   "Check16",  "Check32",
	                                      "Check64", "Check128", "Check256", "Check512", NULL};

	*out = (struct policy_fragments){
	    .reassemblies_max = setting_number(configuration, fragment_type, "PseudoReass_MaxConcurrent"),
	    .timeout = setting_number(configuration, fragment_type, "ReassTimeout"),
	    .time_limit = setting_number(configuration, fragment_type, "ReassTimeLimit"),
	    .done_linger = setting_number(configuration, fragment_type, "ReassDoneLinger"),
	    .illegal_linger = setting_number(configuration, fragment_type, "ReassIllegalLinger"),
	    .length_min = number(configuration, fragment_type, "MinimumFragLength"),
	    .length_min_ipv6 = number(configuration, fragment_type, "IPv6MinNonFinalFragment"),
	    .duplicate_samples = (uint16_t)(2u << place(configuration, "DuplicateFragData", samples)),
	    .illegal = place(configuration, "IllegalFrags", illegal),
	    .failed_log = place(configuration, "FragReassemblyFail", failed),
	    .dropped_log = fragment_log(configuration, "DroppedFrags"),
	    .duplicate_log = fragment_log(configuration, "DuplicateFrags"),
	    .icmp = unusual(configuration, "FragmentedICMP"),
	    .ipv6_atomic = unusual(configuration, "IPv6NopFrags"),
	    .reject_short_ipv6 = setting_is(configuration, fragment_type, "RejectMinimalFrag", "Yes"),
	};
}

void policy_fill_local_reassembly(const struct configuration *configuration,
                                  struct policy_local_reassembly *out)
{
	static const char type[] = "LocalReassSettings";

	*out = (struct policy_local_reassembly){
	    .reassemblies_max = setting_number(configuration, type, "LocalReass_MaxConcurrent"),
	    .size_max = setting_number(configuration, type, "LocalReass_MaxSize"),
	    .large_max = setting_number(configuration, type, "LocalReass_NumLarge"),
	};
}
