/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_ND_SNOOP_H
#define DATAPATH_ND_SNOOP_H

/* Router solicitations and advertisements, told to who asked for them (`ndpsnoop`, C05-021). Control thread. */

#include "lib/ipc.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One client at a time; on false it gets no more. */
void nd_snoop_set(struct ipc_connection *connection, bool on);
/* The connection is about to go. */
void nd_snoop_closed(const struct ipc_connection *connection);

/* A packet of Neighbour Discovery at its IPv6 header that came in or was sent; others than those are left out. */
void nd_snoop(uint16_t interface, bool sent, const void *ip, size_t length);

#endif
