/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_FLOW_FLOW_QUERY_H
#define DATAPATH_FLOW_FLOW_QUERY_H

/*
 * Flows looked at from outside (C07-013): workers do it a slice at a time between two walks, so that forwarding never
 * waits, and what comes back is bounded. One query runs after the other. Control thread.
 */

#include "datapath/core/datapath.h"
#include "lib/messages/query.h"

struct flow_page {
	struct flow_row *rows; /* gone when done returns */
	uint32_t count;
	uint64_t next; /* cursor of the next page, 0: there is none */
};

typedef void (*flow_page_done)(const struct flow_page *page, void *user);
typedef void (*flow_count_done)(const struct flow_count_row *count, void *user);

/*
 * Copies up to limit (at most FLOW_PAGE_MAX, 0: that) flows that match, from a cursor on: 0, or next of the page
 * before; any value is safe. Flows that open and close meanwhile may be missing. Returns 0 (done is called later), -EINVAL
 * for what is no filter, or -ENOMEM.
 */
int flow_page(const struct flow_filter *filter, uint64_t cursor, uint32_t limit, flow_page_done done,
              void *user);
/* Counts the flows that match and, with close, closes those that are this node's own. As above. */
int flow_count_matching(const struct flow_filter *filter, bool close, flow_count_done done, void *user);

#endif
