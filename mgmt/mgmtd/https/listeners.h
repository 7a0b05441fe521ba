/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_LISTENERS_H
#define MGMT_MGMTD_LISTENERS_H

/* The addresses at which a management server answers. One thread, nothing is changed. */

#include "lib/address.h"
#include "mgmt/mgmtd/configuration/configuration.h"

#define LISTENERS_MAX 1024

struct listener {
	struct ip_address address;
	uint16_t port;
	const struct lyd_node
	    *access; /* the first object that opens it, valid as long as the configuration */
};

struct listeners {
	struct listener listener[LISTENERS_MAX];
	size_t count;
};

/* The interface, group or zone whose addresses answer: DestinationInterface (C03-020), else SourceInterface. */
const char *access_interface(const struct object_type *type, const struct lyd_node *access);

/* Appends the addresses of one access, as below. */
void listeners_of(const struct configuration *configuration, const struct object_type *type,
                  const struct lyd_node *access, const char *port_property, struct listeners *listeners);

/*
 * Appends the shared and this node's private addresses of the access_interface of every enabled object of that access
 * type (RemoteMgmtHTTP ...), each with the port that the named property holds: those of the IP versions that its
 * SourceNetwork has.
 */
void listeners_find(const struct configuration *configuration, const char *type, const char *port_property,
                    struct listeners *listeners);

/*
 * Whether a program that is not ours listens where next wants a server and running does not have one yet: what
 * would fail only after the datapath took the rest. Returns 0, -EADDRINUSE with the address in reason, or -E2BIG
 * where there are more than LISTENERS_MAX.
 */
int listeners_check(const struct configuration *running, const struct configuration *next, char reason[256]);

#endif
