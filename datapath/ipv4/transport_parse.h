/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_IPV4_TRANSPORT_PARSE_H
#define DATAPATH_IPV4_TRANSPORT_PARSE_H

/*
 * The consistency checks on transport headers (C01-012), the same over IPv4 and IPv6. transport: the header, of which
 * `present` bytes are there, of the `length` that the IP header promises. Fills in ports, payload_length and tcp_flags.
 * Return COUNTER_COUNT, or the reason to drop the packet. Pure; any thread.
 */

#include "datapath/flow/flow_key.h"

enum counter transport_parse_tcp(const uint8_t *transport, uint32_t present, uint32_t length,
                                 struct parsed *out);
enum counter transport_parse_udp(const uint8_t *transport, uint32_t present, uint32_t length,
                                 struct parsed *out);

#endif
