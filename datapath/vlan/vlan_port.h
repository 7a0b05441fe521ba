/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_VLAN_VLAN_PORT_H
#define DATAPATH_VLAN_VLAN_PORT_H

/*
 * The logical ports of VLAN interfaces: datapath.ports from PORTS_MAX on. They have the addresses of the port that their
 * frames leave by. Control thread.
 */

#include "datapath/core/datapath.h"
#include "lib/messages/query.h"

/* After the ports with devices, and before workers see the policy. */
void vlan_port_commit(const struct policy *policy);
/* After workers have let go of the former policy: takes away what it had and this one has not. */
void vlan_port_finish(const struct policy *policy);

/* The interface whose device carries an interface's frames (itself, unless it is a VLAN), or NULL. */
const struct policy_interface *vlan_port_device(const struct policy *policy, uint16_t interface);

/* Fills what ifstat shows of a VLAN interface in use. */
void vlan_port_describe(const struct policy *policy, uint16_t interface, struct interface_row *row);

#endif
