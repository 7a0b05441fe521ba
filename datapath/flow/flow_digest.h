/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_FLOW_FLOW_DIGEST_H
#define DATAPATH_FLOW_FLOW_DIGEST_H

/* The flows' digest (datapath/mirror/digest.h): workers look through their tables. Control thread. */

#include <stdbool.h>

/* Another number wherever what of a flow the digest is made of changes. */
#define FLOW_DIGEST_FORM 1

/* For flow_mirror_class. False where one is being made, or where records wait for a worker. */
bool flow_digest_start(void);

#endif
