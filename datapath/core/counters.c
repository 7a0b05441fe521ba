/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/core/counters.h"

static const char *const names[] = {
#define X(id, name) [COUNTER_##id] = name,
    COUNTERS(X)
#undef X
};

const char *counter_name(enum counter counter)
{
	return (unsigned)counter < COUNTER_COUNT ? names[counter] : "unknown";
}
