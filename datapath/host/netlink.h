/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_HOST_NETLINK_H
#define DATAPATH_HOST_NETLINK_H

/*
 * The few things that the datapath tells the kernel about links, addresses and routes (rtnetlink). Each call
 * is one request and its acknowledgement. Control thread.
 */

#include "lib/address.h"

#include <stdbool.h>
#include <stdint.h>

struct netlink_address {
	struct ip_address address;
	uint8_t prefix_length;
	bool deprecated; /* of IPv6: nothing new leaves from it; netlink_addresses does not tell it */
};

struct netlink_route {
	struct ip_address network;
	uint8_t prefix_length;
	struct ip_address source; /* preferred source of local connections, version 0: none */
	uint32_t metric;
	uint32_t mtu;  /* of what is sent there, bytes; 0: the device's */
	int interface; /* index of the kernel's device */
	bool local;    /* all addresses of the network are the node's own; no source, metric and MTU */
};

/* How the kernel reaches a destination now. */
struct netlink_path {
	uint32_t mtu;       /* bytes; 0: the device's */
	uint32_t expires_s; /* where the MTU was learned: how long it holds, else 0 */
};

/* Opens the socket of the calls below. Returns 0 or -errno. */
int netlink_open(void);
void netlink_close(void);

/*
 * Adds an address to a device (an address that is there already is fine). with_route: the kernel adds the
 * route to its network. Nobody else is asked whether they have it. Returns 0 or -errno.
 */
int netlink_address_add(int interface, const struct netlink_address *address, bool with_route);
int netlink_address_delete(int interface, const struct netlink_address *address);
/* All addresses of a device of one IP version (4, 6) or of both (0), in an array that the caller frees (NULL where
 * there is none). Returns how many, or -errno. */
int netlink_addresses(int interface, uint32_t version, struct netlink_address **out);

/* Adds a route to the main table (one that is there already is fine) under a protocol number of our own. */
int netlink_route_add(const struct netlink_route *route);
int netlink_route_delete(const struct netlink_route *route);

/* Asks for the path to a destination. Returns 0, or -errno: -ENETUNREACH where there is no route. */
int netlink_path_get(const struct ip_address *destination, struct netlink_path *out);

/* Removes the XDP program of a device, which a killed process leaves behind, whichever mode it runs in. Returns
 * 0 also where there is none; -EBUSY where a living program holds it by a link. */
int netlink_xdp_detach(int interface);

/* A socket that becomes readable when a link changes, non-blocking; the caller's. Returns it or -errno. */
int netlink_watch_links(void);

#endif
