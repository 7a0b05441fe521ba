/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_TCP_MSS_H
#define DATAPATH_TCP_MSS_H

/* The maximum segment size that the ends of a connection announce (RFC 9293 3.7.1, RFC 6691). */

#include "datapath/tcp/options.h"
#include "lib/policy.h"

#include <rte_tcp.h>

/*
 * What an announced size becomes where the links carry IP packets of mtu bytes; the same where nothing is to change,
 * 0: the segment is dropped. Pure; any thread.
 */
uint16_t tcp_mss_allowed(const struct policy_tcp_settings *settings, uint16_t mss, uint16_t mtu, bool ipv6);
/* Writes a size, in host byte order, into a SYN that has one; the checksum is mended. Worker thread. */
void tcp_mss_write(struct rte_tcp_hdr *tcp, const struct tcp_options *options, uint16_t mss);

#endif
