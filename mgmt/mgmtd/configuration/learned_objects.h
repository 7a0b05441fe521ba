/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_CONFIGURATION_LEARNED_OBJECTS_H
#define MGMT_MGMTD_CONFIGURATION_LEARNED_OBJECTS_H

/* The address objects of an interface that hold what it learned, whoever told it (learned.h, learned_dhcp.h). One thread. */

#include "lib/address.h"
#include "mgmt/mgmtd/configuration/configuration.h"

#include <stdio.h>

#define LEARNED_NAME 80 /* bytes of an object's name */

/* An object by the ending of its name, and what is in it while nothing is known; %u: the interface's Id, below 256. */
struct learned_object {
	const char *ending, *unknown;
};

/* The object of an interface, NULL where there is none; its name in name. */
struct lyd_node *learned_object(const struct configuration *configuration, const char *interface,
                                const char *ending, char name[LEARNED_NAME]);
/* Makes those that are not there, and says so on note (NULL: nowhere). Returns 0 or -ENOMEM. */
int learned_objects_make(struct configuration *configuration, const struct object_type *type,
                         const struct lyd_node *interface, const struct learned_object *objects, size_t count,
                         FILE *note);
/* Whether a value of the property is that word. */
bool learned_refers(const struct lyd_node *object, const struct property *property, const char *name);

/*
 * Puts addresses into a property: of those that stand there it keeps the values of the IP versions in keep (bits 1 << version; of
 * names, those that stand for such addresses alone). prefix_length 0: hosts. Returns 0 or -ENOMEM.
 */
int learned_put(const struct configuration *configuration, struct lyd_node *object,
                const struct property *property, unsigned keep, const struct ip_address *addresses,
                unsigned count, unsigned prefix_length);
/* The same into Address of an object of an interface, which keep is about, and into its ActiveAddress. Without any, nothing is done. */
int learned_fill_object(const struct configuration *configuration, const char *interface, const char *ending,
                        unsigned keep, const struct ip_address *addresses, unsigned count,
                        unsigned prefix_length);

#define LEARNED_KEEP_NONE 0u
#define LEARNED_KEEP_IPV6 (1u << 6)
#define LEARNED_KEEP_ALL  (1u << 4 | 1u << 6)

#endif
