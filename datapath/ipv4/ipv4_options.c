/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/ipv4/ipv4_options.h"

#define OPTION_END           0
#define OPTION_NOTHING       1
#define OPTION_RECORD_ROUTE  7
#define OPTION_TIMESTAMP     68
#define OPTION_LOOSE_SOURCE  131
#define OPTION_STRICT_SOURCE 137
#define OPTION_ROUTER_ALERT  148
#define ROUTER_ALERT_LENGTH  4

enum counter ipv4_options_judge(const uint8_t *options, uint32_t length)
{
	for (uint32_t at = 0; at < length && options[at] != OPTION_END; at += options[at + 1]) {
		/* The only one without a length. */
		while (at < length && options[at] == OPTION_NOTHING)
			at++;
		if (at == length || options[at] == OPTION_END)
			break;
		if (at + 1 == length || options[at + 1] < 2 || options[at + 1] > length - at)
			return COUNTER_DROP_IPV4_OPTIONS;
		switch (options[at]) {
		case OPTION_LOOSE_SOURCE:
		case OPTION_STRICT_SOURCE:
			return COUNTER_DROP_IPV4_SOURCE_ROUTE;
		case OPTION_RECORD_ROUTE:
			return COUNTER_DROP_IPV4_RECORD_ROUTE;
		case OPTION_TIMESTAMP:
			return COUNTER_DROP_IPV4_TIMESTAMP;
		case OPTION_ROUTER_ALERT:
			if (options[at + 1] == ROUTER_ALERT_LENGTH)
				break;
			return COUNTER_DROP_IPV4_OPTIONS;
		default:
			return COUNTER_DROP_IPV4_OPTION_OTHER;
		}
	}
	return COUNTER_COUNT;
}
