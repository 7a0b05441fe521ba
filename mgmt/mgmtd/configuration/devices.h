/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_DEVICES_H
#define MGMT_MGMTD_DEVICES_H

#include "mgmt/mgmtd/configuration/configuration.h"

/*
 * Adds an EthernetDevice, and address objects, for every network device of this node that has none: at the first start. Loopback,
 * host interfaces of ours (h-...) and what is no Ethernet are left out. Returns 0 or -errno.
 */
int devices_add(struct configuration *configuration);
/*
 * Adds to a configuration the address objects that the first start made for the devices of another one: what is
 * predefined there. Returns 0 or -errno.
 */
int devices_add_addresses(struct configuration *configuration, const struct configuration *devices);

#endif
