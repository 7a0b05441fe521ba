/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_POLICY_POLICY_TCP_H
#define MGMT_MGMTD_POLICY_POLICY_TCP_H

#include "lib/policy.h"
#include "mgmt/mgmtd/configuration/configuration.h"

/* What TCPSettings, and FlowTimeoutSettings of TCP without states, say (C28-002). mgmtd's thread. */
struct policy_tcp_settings policy_tcp_settings(const struct configuration *configuration);

#endif
