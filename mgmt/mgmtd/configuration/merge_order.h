/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_MERGE_ORDER_H
#define MGMT_MGMTD_MERGE_ORDER_H

/* The part of configuration_merge (merge.h) that is about objects with an Index: moves. */

#include "mgmt/mgmtd/configuration/configuration.h"

/* Returns the number of conflicts, which are written behind those that came before. */
unsigned merge_orders(const struct configuration *base, const struct configuration *edited,
                      struct configuration *into, FILE *conflicts, unsigned before);

#endif
