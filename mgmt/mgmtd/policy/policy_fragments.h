/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_POLICY_FRAGMENTS_H
#define MGMT_MGMTD_POLICY_FRAGMENTS_H

#include "lib/policy.h"
#include "mgmt/mgmtd/configuration/configuration.h"

/* What the settings of lengths and fragments say (C28-005 to C28-022), of a checked configuration. */
void policy_fill_length_limits(const struct configuration *configuration, struct policy_length_limits *out);
void policy_fill_fragments(const struct configuration *configuration, struct policy_fragments *out);
void policy_fill_local_reassembly(const struct configuration *configuration,
                                  struct policy_local_reassembly *out);

#endif
