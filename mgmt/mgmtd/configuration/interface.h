/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_INTERFACE_H
#define MGMT_MGMTD_INTERFACE_H

/* Interfaces of every type, and what stands for several of them. One thread. */

#include "mgmt/mgmtd/configuration/configuration.h"

/* Begins as {0}. */
struct interface_cursor {
	unsigned next;
	const struct object_type *type;
	struct lyd_node *object;
};

/* Goes to the next interface: the EthernetInterfaces, then the VLANs. False at the end. */
bool interface_next(const struct configuration *configuration, struct interface_cursor *cursor);
/* The interface of that name, and its type where type is not NULL; NULL where there is none. */
struct lyd_node *interface_find(const struct configuration *configuration, const char *name,
                                const struct object_type **type);
/* The type is one of interfaces. */
bool interface_is_type(const struct object_type *type);
/* "EthernetInterface if1" is a VLAN's, not an Ethernet interface's. */
bool interface_is_vlan(const struct object_type *type);
/* The EthernetInterface that carries an interface's frames, itself or below it; NULL where that leads nowhere. */
struct lyd_node *interface_device(const struct configuration *configuration, const struct object_type *type,
                                  struct lyd_node *interface);
/* The interface that carries a VLAN's frames; NULL for an Ethernet interface, or where BaseInterface is none. */
struct lyd_node *interface_below(const struct configuration *configuration, const struct lyd_node *interface);
/* How many tags its frames have; more than POLICY_VLAN_LEVELS where that leads nowhere. */
unsigned interface_level(const struct configuration *configuration, const struct lyd_node *interface);
/* Its MTU, or that of what carries it. */
uint32_t interface_mtu(const struct configuration *configuration, const struct object_type *type,
                       struct lyd_node *interface);
/* It is disabled, or what carries it is. */
bool interface_is_disabled(const struct configuration *configuration, const struct object_type *type,
                           const struct lyd_node *interface);
/* InterfaceSettings PacketBufferSize in bytes; 0 for a number that is none. */
uint32_t packet_buffer_size(const struct configuration *configuration);
/* Out of use: disabled, or of Type Null. */
bool interface_is_down(const struct object_type *type, const struct lyd_node *interface);
/* Where its addresses are: the interface, or the nearest below it that has some. *holder_type is its type. */
struct lyd_node *interface_addresses_of(const struct configuration *configuration,
                                        const struct object_type *type, struct lyd_node *interface,
                                        const struct object_type **holder_type);

/*
 * Calls each for every interface that a name stands for: an interface, an InterfaceGroup with all in it, a Zone. Returns 0,
 * what each returned first that is not 0, -ENOENT for a name of nothing, or -ELOOP.
 */
int interface_members(const struct configuration *configuration, const char *name,
                      int (*each)(const struct object_type *type, struct lyd_node *interface, void *user),
                      void *user);

/* Numbers (Id) belong to interfaces of all types: the highest of a configuration, 0: none. */
uint32_t interface_highest_id(const struct configuration *configuration);

/*
 * SecurityEquivalentInterfaces of an interface were set as they stand: makes every interface of that group name the others,
 * and takes them out of all other groups (C03-022, C03-023). Returns 0 or -ENOMEM.
 */
int interface_follow_equivalence(struct configuration *configuration, const struct object_type *type,
                                 struct lyd_node *interface);
/* The same where the interface is about to be deleted. */
int interface_leave_equivalence(struct configuration *configuration, const char *name);

#endif
