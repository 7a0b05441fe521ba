/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_TIME_ZONE_H
#define MGMT_MGMTD_TIME_ZONE_H

/* Time zones as the guide names them (C02-089, C02-090). */

#include "mgmt/mgmtd/configuration/configuration.h"

#define TIME_ZONE_MAX 80

/*
 * "UTC+01:00-EU" as POSIX's TZ: "<+0100>-01:00<+0200>,M3.5.0/2,M10.5.0/3"; without the rules where summer_time is
 * false. Returns 0, or -EINVAL where name is none of the schema's. Pure.
 */
int time_zone_posix(const char *name, bool summer_time, char text[TIME_ZONE_MAX]);
/* Local time of this process, and of what it starts from now on, becomes that of the configuration's DateTime. */
void time_zone_apply(const struct configuration *configuration);

#endif
