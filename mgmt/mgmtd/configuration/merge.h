/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_MERGE_H
#define MGMT_MGMTD_MERGE_H

/* Configurations compared with each other. Loop's thread. */

#include "mgmt/mgmtd/configuration/configuration.h"

/*
 * Brings edits (base -> edited) into another successor of base, property by property. Where both changed the
 * same property, or one deleted what the other changed, into stays as it is, and the object is named on
 * conflicts, separated by "; ". An object without a name that both added is added twice. Returns the number of
 * conflicts, or -ENOMEM; then into is of no use.
 */
int configuration_merge(const struct configuration *base, const struct configuration *edited,
                        struct configuration *into, FILE *conflicts);

/*
 * The objects that differ: "+IPAddress a, *IPRule/2, -IPAddress b"; no values. At most most of them, then how
 * many more there are. Returns how many differ.
 */
unsigned configuration_differences(const struct configuration *from, const struct configuration *to,
                                   unsigned most, FILE *out);

#endif
