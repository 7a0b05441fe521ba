/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_FLOW_TEST_FLOW_REFERENCE_FRAGMENTS_H
#define DATAPATH_FLOW_TEST_FLOW_REFERENCE_FRAGMENTS_H

/*
 * What becomes of a packet in fragments is what becomes of it as a whole, which is all that the reference model knows:
 * random fragments of a packet, and the packet of the fragments that came out.
 */

#include "datapath/flow/test_flow_reference_packets.h"

#define FRAGMENTS_MAX 4

/* Of a policy, so that short fragments are let pass, and those of echoes. */
void fragments_allow(struct policy_settings *settings);
/*
 * Fragments in any order of a packet that nothing is wrong with; but the last of a TCP segment comes first, since how long
 * the segment is must be known. IPv4's packet gets an identification. Returns how many there are, 0: it is not one for it.
 */
unsigned fragments_cut(const struct random_packet *whole, struct rte_mbuf *fragments[FRAGMENTS_MAX]);
/*
 * One frame with the packet that the frames make, which are the fragments that it was cut into and nothing else; takes them.
 * link: bytes of a frame before its IP header. One frame alone stays as it is.
 */
struct rte_mbuf *fragments_join(struct rte_mbuf *frames[], unsigned count, unsigned link, bool ipv6);

#endif
