/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_MESSAGES_BLACKLIST_H
#define LIB_MESSAGES_BLACKLIST_H

/* The blacklist (C25-001 to C25-011): entries, as rows of QUERY_BLACKLIST and as mgmtd asks the datapath to change them. */

#include "lib/address.h"
#include "lib/policy.h"

#include <stdint.h>

#define BLACKLIST_MAX      4096 /* entries */
#define BLACKLIST_RESERVED 256  /* of them for people, whatever threshold rules make */

/* Who made an entry. */
enum blacklist_system { BLACKLIST_CLI = 0, BLACKLIST_THRESHOLD = 1 };

/* What is barred. Host byte order. */
struct blacklist_entry {
	uint16_t interface; /* id of that by which it comes in */
	uint8_t protocol_first, protocol_last;
	uint16_t port_first, port_last; /* of the destination; of ICMP the identifier */
	uint32_t timeout_s;             /* that are left; 0: it has no end */
	uint8_t system;                 /* enum blacklist_system */
	uint8_t reserved[3];
	struct ip_address source;
	struct ip_address destination; /* version 0: any */
	char object[POLICY_NAME];      /* that made it, "": none */
};

enum blacklist_request { BLACKLIST_ADD = 0, BLACKLIST_REMOVE = 1 };

/*
 * MESSAGE_BLACKLIST, answered by MESSAGE_POLICY_RESULT, of BLACKLIST_REMOVE with the number of entries as its text. Of that all
 * entries of the interface and source go that are within the entry: any destination, protocol and port where they are not given.
 */
struct message_blacklist {
	uint32_t request; /* enum blacklist_request */
	uint32_t reserved;
	struct blacklist_entry entry;
};

/* Whether an entry is about all that the other is about, whatever their ends. */
static inline bool blacklist_entry_within(const struct blacklist_entry *inner,
                                          const struct blacklist_entry *outer)
{
	return inner->interface == outer->interface && !ip_address_compare(&inner->source, &outer->source) &&
	       (!outer->destination.version ||
	        !ip_address_compare(&inner->destination, &outer->destination)) &&
	       inner->protocol_first >= outer->protocol_first &&
	       inner->protocol_last <= outer->protocol_last && inner->port_first >= outer->port_first &&
	       inner->port_last <= outer->port_last;
}

#endif
