/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_POLICY_PATH_MTU_H
#define MGMT_MGMTD_POLICY_PATH_MTU_H

#include "lib/policy.h"
#include "mgmt/mgmtd/configuration/configuration.h"

/* Path MTU discovery as IPSettings and ICMPSettings say it (C28-023 to C28-032). */
void policy_fill_path_mtu(const struct configuration *configuration, struct policy_path_mtu *out);

#endif
