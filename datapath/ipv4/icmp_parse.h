/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_IPV4_ICMP_PARSE_H
#define DATAPATH_IPV4_ICMP_PARSE_H

/* ICMP messages of IPv4 as flows (C08-023, C08-025). Pure; any thread. */

#include "datapath/flow/flow_key.h"

/*
 * Reads a message of which present bytes are there, of the length that the IP header promises. Fills in the ports of
 * the key, flags and payload_length; of an error about a packet the key of its answers. Returns COUNTER_COUNT, or the
 * reason to drop the packet.
 */
enum counter icmp_parse(const uint8_t *message, uint32_t present, uint32_t length, struct parsed *out);

#endif
