/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_VLAN_VLAN_UNKNOWN_H
#define DATAPATH_VLAN_VLAN_UNKNOWN_H

#include <rte_mbuf.h>

/*
 * A frame with a tag that no VLAN interface has (PACKET_UNKNOWN_VLAN): counts it as dropped and writes the log
 * message unknown_vlanid, one a second at most (C03-015). Takes the mbuf. Control thread.
 */
void vlan_unknown(struct rte_mbuf *mbuf);

#endif
