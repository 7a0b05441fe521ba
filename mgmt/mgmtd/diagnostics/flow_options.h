/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_DIAGNOSTICS_FLOW_OPTIONS_H
#define MGMT_MGMTD_DIAGNOSTICS_FLOW_OPTIONS_H

/*
 * The options that choose flows: -protocol, -port, -srcport, -destport, -ip, -srcip, -destip, -iface, -srciface, -destiface.
 * One thread.
 */

#include "lib/flow_filter.h"
#include "mgmt/mgmtd/capture/filter_options.h"

/* Reads the options of a line. Returns 0, or -EINVAL with what is wrong in reason. The filter is valid then. */
int flow_options_read(const struct configuration *configuration, const struct line *line,
                      struct flow_filter *filter, char reason[FILTER_REASON_MAX]);
/*
 * The ids of what a name stands for, added to *out: an interface, an InterfaceGroup, a Zone, core; any adds none. Returns 0,
 * -ENOENT, -ELOOP, -E2BIG.
 */
int flow_interfaces_add(const struct configuration *configuration, const char *name,
                        struct flow_filter_interfaces *out);

/* What command_help.c says of them: those of packets, and those of flows. */
#define FLOW_PACKET_OPTIONS                                                                                  \
	{"protocol", "PROTOCOL", "IP protocol: number, range or name, such as TCP or 47-50."},               \
	    {"srcip", "ADDRESS", "Source: address, network, range or name of an IPAddress.", false,          \
	     WORDS_ADDRESS},                                                                                 \
	    {"destip", "ADDRESS", "Destination.", false, WORDS_ADDRESS},                                     \
	    {"ip", "ADDRESS", "Source or destination.", false, WORDS_ADDRESS},                               \
	    {"srcport", "PORT", "Source port: number, range or name of a service."},                         \
	    {"destport", "PORT", "Destination port."},                                                       \
	{                                                                                                    \
		"port", "PORT", "Source or destination port."                                                \
	}
#define FLOW_OPTIONS                                                                                         \
	{"srciface", "INTERFACE", "The interface that a flow comes in by; core: the firewall itself.",       \
	 false, WORDS_INTERFACE},                                                                            \
	    {"destiface", "INTERFACE", "The interface that it leaves by.", false, WORDS_INTERFACE},          \
	    {"iface", "INTERFACE", "Either of them.", false, WORDS_INTERFACE}, FLOW_PACKET_OPTIONS

#endif
