/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_FLOW_FLOW_APPLY_H
#define DATAPATH_FLOW_FLOW_APPLY_H

/* The standby's half of the flow class: records of the active node become flows. Control thread; see struct
 * mirror_class. */

#include "lib/record.h"

int flow_apply(const struct record_header *header, const void *payload);
void flow_apply_end(void);
/* Passes on what a busy worker has not taken yet. False where it still does not take all. */
bool flow_apply_settle(void);

#endif
