/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_CHECK_INTERFACES_H
#define MGMT_MGMTD_CHECK_INTERFACES_H

#include "mgmt/mgmtd/check/check.h"
#include "mgmt/mgmtd/configuration/resolve.h"

/* It stands for no address (C22-042). */
static inline bool is_loopback(const struct ip_address *address)
{
	return address->version == 4 && address->bytes[0] == 127;
}

/* The addresses of an interface are single ones, and lie in its networks. */
void check_addresses(const struct configuration *configuration, const struct object_type *type,
                     const struct lyd_node *interface, struct problems *problems);
/* What tells the nodes of a cluster apart on an interface, by IP version and node (C22-041, C05-023). */
void check_private_addresses(const struct object_type *type, const struct lyd_node *interface,
                             const struct ranges *shared, const struct ranges private_ips[2],
                             struct problems *problems);
/* Every interface of a cluster, disabled ones too, has addresses for both nodes (C22-042, C22-062). */
void check_member(const struct configuration *configuration, const struct object_type *type,
                  const struct lyd_node *interface, struct problems *problems);
/* A cluster as a whole, with so many Sync interfaces; anchored: one peer's Ethernet address is known beforehand (C22-053). */
void check_cluster(const struct configuration *configuration, unsigned sync, bool anchored,
                   struct problems *problems);
/* The hosts that tell whether an interface works (C22-026, C22-027). */
void check_monitor(const struct configuration *configuration, const struct object_type *type,
                   const struct lyd_node *interface, struct problems *problems);
/* EthernetAddress is one that a host can have, and with HAEthernetAddressMode=InterfaceMAC not the same on both nodes. */
void check_ethernet_address(const struct configuration *configuration, const struct object_type *type,
                            const struct lyd_node *interface, struct problems *problems);
/* The peer's Ethernet address on an interface need not be learned by way of a Sync interface (C22-053). */
bool mac_is_known_beforehand(const struct object_type *type, const struct lyd_node *interface);
/* VLANs, names that two interfaces have, and MTUs beyond the packet buffers. */
void check_interface_types(const struct configuration *configuration, struct problems *problems);
/* ARPEntry and NDEntry objects, and the settings of their cache. */
void check_neighbours(const struct configuration *configuration, struct problems *problems);
/* What interfaces want of DHCP servers (C21-021, C21-022). */
void check_dhcp_client(const struct configuration *configuration, struct problems *problems);

#endif
