/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_CAPTURE_FILTER_OPTIONS_H
#define MGMT_MGMTD_CAPTURE_FILTER_OPTIONS_H

/* The filters of `pcapdump -start` (C02-140). One thread, nothing is changed. */

#include "lib/capture_filter.h"
#include "mgmt/mgmtd/configuration/configuration.h"
#include "mgmt/mgmtd/session/line.h"

#define FILTER_TEXT_MAX   256
#define FILTER_REASON_MAX 320

/* Whether an option of that name is a filter. */
bool filter_option_is(const char *name);
/*
 * Reads the filters of a line: numbers, ranges, names of services, protocols and address objects, and lists of them. text:
 * as they were typed, cut where they are long. Returns 0, or -EINVAL with what is wrong, which names the option and the value.
 */
int filter_options_read(const struct configuration *configuration, const struct line *line,
                        struct capture_filter *filter, char text[FILTER_TEXT_MAX],
                        char reason[FILTER_REASON_MAX]);

#endif
