/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_DISCOVERY_REQUEST_H
#define MGMT_MGMTD_DISCOVERY_REQUEST_H

/* What `arp` and `ndp` have in common: the cache of one IP version shown, forgotten, and asked of the link. One thread. */

#include "lib/messages/neighbour.h"
#include "mgmt/mgmtd/session/session.h"

/* Which neighbours are shown. */
struct neighbour_filter {
	unsigned version;        /* of IP */
	uint16_t interface;      /* POLICY_INTERFACE_ANY: all */
	char hardware[18];       /* with what the Ethernet address begins, aa:bb..; "": any */
	struct ip_range *ranges; /* of the IP address; none: any */
	size_t range_count;
	size_t most; /* 0: all */
};

/* What an `arp` or `ndp` has gathered: rows come in no order, and are shown by interface and address. */
struct neighbour_list {
	struct neighbour_filter filter;
	struct neighbour_row *rows;
	size_t count;
	void (*print)(struct session *session, const struct neighbour_list *list);
};

/* The interface of that name. Returns 0; -ENOENT after a message. */
int discovery_interface(struct session *session, const char *name, uint16_t *id);

/*
 * Reads [INTERFACE] [-ip=ADDRESS] [-hw=ADDRESS] [-num=N] of a line, queries the cache and prints what passes. Returns
 * SESSION_WAITS, or -errno after a message.
 */
int discovery_show(struct session *session, const struct line *line, unsigned version,
                   void (*print)(struct session *session, const struct neighbour_list *list));
/* -flush [INTERFACE]; cache: "ARP", "Neighbor". Likewise. */
int discovery_flush(struct session *session, const struct line *line, unsigned version, const char *cache);
/* -notify or -query INTERFACE -ip=ADDRESS. Likewise. */
int discovery_notify(struct session *session, const struct line *line, unsigned version,
                     enum neighbour_request request);
/*
 * 0 where at most one of -show, -flush, -notify and -query stands in the line, with the options that go with it, and at
 * most one interface; -EINVAL after a message.
 */
int discovery_options(struct session *session, const struct line *line);

#endif
