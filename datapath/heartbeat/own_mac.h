/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_HEARTBEAT_OWN_MAC_H
#define DATAPATH_HEARTBEAT_OWN_MAC_H

#include "datapath/heartbeat/mailbox.h"

/*
 * Fills configuration->macs: the interfaces of a policy that use the nodes' own Ethernet addresses (none without a cluster), with
 * this node's as its ports have them now, and the peer's as they are configured. True where that is not as before. Control thread.
 */
bool own_macs_renew(struct heartbeat_configuration *configuration, const struct policy *policy);

#endif
