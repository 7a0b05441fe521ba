/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_RADIUS_SNOOP_H
#define MGMT_RADIUS_SNOOP_H

/* `radiussnoop`: what happens between this node and RADIUS servers, as lines of text to hadrian-mgmtd. One thread. */

#include <stdint.h>

/* level: enum radius_snoop; fd: the connection to hadrian-mgmtd. */
void snoop_set(int fd, uint32_t level);

#endif
