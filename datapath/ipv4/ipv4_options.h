/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_IPV4_IPV4_OPTIONS_H
#define DATAPATH_IPV4_IPV4_OPTIONS_H

/*
 * IPv4 options (RFC 791 3.1). Those pass that do nothing or ask routers to look (router alert, RFC 2113); those that
 * choose the way or write addresses and times into the packet do not (RFC 7126).
 */

#include "datapath/core/counters.h"

#include <stdint.h>

/* Judges length bytes of options. Returns COUNTER_COUNT or the reason to drop the packet. Pure; any thread. */
enum counter ipv4_options_judge(const uint8_t *options, uint32_t length);

#endif
