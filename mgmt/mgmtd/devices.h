/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_DEVICES_H
#define MGMT_MGMTD_DEVICES_H

#include "mgmt/mgmtd/configuration.h"

/*
 * Adds an EthernetDevice for every network device of this node that has none: at the first start. Loopback,
 * host interfaces of ours (h-...) and what is no Ethernet are left out. Returns 0 or -errno.
 */
int devices_add(struct configuration *configuration);

#endif
