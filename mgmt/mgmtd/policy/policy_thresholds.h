/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_POLICY_THRESHOLDS_H
#define MGMT_MGMTD_POLICY_THRESHOLDS_H

#include "lib/policy.h"
#include "mgmt/mgmtd/configuration/configuration.h"

/* Appends the rules of the whitelist (C25-012) that are in use. Returns 0 or -errno. Loop's thread. */
int policy_add_whitelist(const struct configuration *configuration, struct policy_builder *builder);
/* Appends the threshold rules that are in use, with their sets and definitions. Returns 0 or -errno. Loop's thread. */
int policy_add_thresholds(const struct configuration *configuration, struct policy_builder *builder);

/*
 * A value of Limit ("2.5K"), or of Interval and Duration ("1.5m") in milliseconds, as the schema takes them; 0 where it
 * is too small to count, UINT64_MAX where it has no number.
 */
uint64_t threshold_limit(const char *text);
uint64_t threshold_milliseconds(const char *text);

#endif
