/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_PORT_PORT_H
#define DATAPATH_PORT_PORT_H

/*
 * The DPDK ports of a policy's Critical and NonCritical interfaces. Control thread.
 *
 * A policy is taken in steps, so that one which fails leaves everything as it was: port_prepare opens what is
 * new, port_commit shows it to the workers (before they see the policy), port_finish closes what the policy
 * no longer has (after they have let go of the old one). port_discard undoes port_prepare.
 */

#include "datapath/core/datapath.h"
#include "lib/messages/query.h"

#include <stdbool.h>

/* Starts watching links. Returns 0 or -errno. */
int port_start(void);
/* Closes every port; workers have ended. */
void port_stop(void);

/*
 * tolerant: a device that cannot be opened is left out and tried again every second, and the first reason is
 * told. Returns 0, or -errno with reason.
 */
int port_prepare(const struct policy *policy, bool tolerant, char reason[256]);
void port_commit(const struct policy *policy);
void port_finish(const struct policy *policy);
void port_discard(void);

/* Once a second: devices that came, went or changed their link. */
void port_second(void);

/* Every Critical interface of the policy in force has a working port with a link. */
bool port_healthy(void);
/* The port of a Critical interface lost the link that it had had for a while. */
bool port_link_lost(void);
/* Of a VLAN, that of its device. */
bool port_link_up(uint16_t interface);
/* Its device takes every frame. */
bool port_promiscuous(uint16_t interface);
/* Fills what ifstat shows of an interface with a port; leaves the rest alone where it has none. */
void port_describe(uint16_t interface, struct interface_row *row);

#endif
