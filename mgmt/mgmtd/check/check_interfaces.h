/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_CHECK_INTERFACES_H
#define MGMT_MGMTD_CHECK_INTERFACES_H

#include "mgmt/mgmtd/check/check.h"

/* The addresses of an interface are single ones, and lie in its networks. */
void check_addresses(const struct configuration *configuration, const struct object_type *type,
                     const struct lyd_node *interface, struct problems *problems);
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

#endif
