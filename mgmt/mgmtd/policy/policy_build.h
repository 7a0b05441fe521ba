/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_POLICY_BUILD_H
#define MGMT_MGMTD_POLICY_BUILD_H

/* From a checked configuration to what the other daemons take: the datapath's policy and clusterd's
 * configuration. */

#include "lib/messages/cluster.h"
#include "lib/policy.h"
#include "mgmt/mgmtd/configuration/configuration.h"

/*
 * Builds the policy of this node. *blob is malloc'ed, the caller's. Returns 0 or -errno with the reason. What
 * is disabled is left out (interfaces stay, marked).
 */
int policy_build(const struct configuration *configuration, uint64_t generation, void **blob, size_t *length,
                 char reason[256]);

/* Fills what clusterd needs: role, links over the Sync interfaces. */
void cluster_configuration_build(const struct configuration *configuration,
                                 struct message_cluster_configuration *out);

/* What the peer is compared with: the release, its build and the interfaces. */
void cluster_identity_build(const struct configuration *configuration, const char *version, const char *build,
                            struct message_cluster_identity *out);

/* The id of an interface by name: any and core included; POLICY_INTERFACE_NONE where there is none. */
uint16_t interface_id(const struct configuration *configuration, const char *name);
/* The name of an id; "any", "core", "?" too. */
const char *interface_name(const struct configuration *configuration, uint16_t id);

#endif
