/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_HEARTBEAT_BEAT_H
#define DATAPATH_HEARTBEAT_BEAT_H

/* What the heartbeat thread does: sends, hears, judges, and lets the workers forward only while it does. */

#include <stdbool.h>

/* Everything that is due now. */
void beat_turn(void);
/* False: so many frames came in this interval that those of workers wait for the next. */
bool beat_listens(void);
/* A worker has heartbeats for this thread. */
bool beat_waiting(void);

#endif
