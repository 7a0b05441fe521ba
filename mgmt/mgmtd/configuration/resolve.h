/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_RESOLVE_H
#define MGMT_MGMTD_RESOLVE_H

/* What names stand for: address objects as ranges, services as protocols and ports. One thread, nothing is
 * changed. */

#include "lib/heartbeat.h"
#include "lib/policy.h"
#include "mgmt/mgmtd/configuration/configuration.h"

#define RESOLVE_MAX   65536 /* elements of one property at most */
#define RESOLVE_DEPTH 16    /* groups in groups */

struct ranges {
	struct ip_range *range;
	size_t count, capacity;
	unsigned steps;
};

struct services {
	struct policy_service *service;
	size_t count, capacity;
	unsigned steps;
};

void ranges_free(struct ranges *ranges);
bool ranges_contain(const struct ranges *ranges, const struct ip_address *address);
/* Whether one of them is of that IP version. */
bool ranges_have_version(const struct ranges *ranges, unsigned version);
void services_free(struct services *services);

/*
 * Appends what one value (a literal or the name of an IPAddress) stands for. Returns 0, -ENOENT for an
 * unknown name (or one inside a group, its name in missing), -ELOOP for groups that hold each other, -E2BIG,
 * -ENOMEM.
 */
int resolve_address(const struct configuration *configuration, const char *value, struct ranges *out,
                    char missing[64]);
/* All values of a property; those that do not resolve are left out. Returns 0 or the first error. */
int resolve_addresses(const struct configuration *configuration, const struct lyd_node *object,
                      const struct property *property, unsigned node, struct ranges *out);
/* The one host that a value stands for; version 0 where it stands for none or several. */
struct ip_address resolve_host(const struct configuration *configuration, const char *value);
/* A value that is an Ethernet address or the name of an EthernetAddress. Returns 0, or -ENOENT and leaves *out
 * alone. */
int resolve_mac(const struct configuration *configuration, const char *value, struct mac_address *out);
/* As resolve_address, for services. */
int resolve_service(const struct configuration *configuration, const char *name, struct services *out,
                    char missing[64]);

/*
 * The networks of an interface: its Network, or where that is empty the address object <name>_net, and its
 * IPv6Network, or where that is empty <name>_ip6_net. Returns 0 or the first error of resolving.
 */
int resolve_interface_networks(const struct configuration *configuration, const struct lyd_node *interface,
                               struct ranges *out);
/* The role of this node; the master's where none is set. */
enum cluster_role configuration_role(const struct configuration *configuration);
bool configuration_in_cluster(const struct configuration *configuration);
bool configuration_auto_sync(const struct configuration *configuration);

/* The singleton's number, or its default. */
uint32_t setting_number(const struct configuration *configuration, const char *type, const char *property);
bool setting_is(const struct configuration *configuration, const char *type, const char *property,
                const char *value);

/* Cuts a range into the fewest prefixes, appended to out. Returns 0 or -ENOMEM. IPv4 only; others are left
 * out. */
int ranges_add_prefixes(struct ranges *out, const struct ip_range *range);

#endif
