/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_DHCP_CLIENT_TABLE_H
#define DATAPATH_DHCP_CLIENT_TABLE_H

/* The clients of interfaces, between dhcp_client.c, which runs them, and mirror.c. Control thread. */

#include "datapath/dhcp_client/client.h"

/* One is there for every interface that is wanted, or that the active node told of. */
struct dhcp_entry {
	uint16_t interface; /* 0: not in use */
	bool wanted, marked;
	uint32_t logged; /* the address that the log told of last */
	uint64_t told;   /* when a refusal was logged last */
	struct dhcp_client client;
};

extern struct dhcp_entry dhcp_table[DHCP_CLIENTS_MAX];

/* That of an interface; create: or a new one. NULL where there is none, or no room. */
struct dhcp_entry *dhcp_find(uint16_t interface, bool create);
/* Something of an entry is not what it was: workers and mgmtd are told. */
void dhcp_table_changed(void);
/* This node has become active, or ceased to be. */
void dhcp_activity(bool active);
/* Mirrors a lease as it is now, also one that is gone. */
void dhcp_emit(const struct dhcp_entry *entry);

#endif
