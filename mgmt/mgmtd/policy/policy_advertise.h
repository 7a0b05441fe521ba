/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_POLICY_ADVERTISE_H
#define MGMT_MGMTD_POLICY_ADVERTISE_H

#include "lib/policy.h"
#include "mgmt/mgmtd/configuration/configuration.h"

/* Adds what a route with AdvertiseIP6 advertises (C05-017). One thread. Returns 0 or -ENOMEM. */
int policy_add_advertisement(const struct configuration *configuration, const struct policy_route *route,
                             const char *interface, struct policy_builder *builder);

/* The profile of that name in any table, and its type; NULL where there is none, as for DefaultProfile. */
const struct lyd_node *advertisement_profile(const struct configuration *configuration, const char *name,
                                             const struct object_type **type);
/* MinInterval of a profile (NULL: the default's), or what it is where it has none. Seconds. */
uint32_t advertisement_minimum(const struct object_type *type, const struct lyd_node *profile);

#endif
