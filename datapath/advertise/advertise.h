/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_ADVERTISE_ADVERTISE_H
#define DATAPATH_ADVERTISE_ADVERTISE_H

/*
 * Router advertisements (RFC 4861 6.2; C05-017, C05-018). Only the active node sends them, from a link-local address that
 * both nodes make alike, so that hosts see one router whichever it is. Control thread.
 */

#include "datapath/core/datapath.h"

/*
 * The advertisements of a policy that was just put in force; its ports are open. What is not advertised any more is told
 * with lifetimes of 0.
 */
void advertise_configure(const struct policy *policy);
/* This node has become active, or ceased to be. */
void advertise_activity(bool active);
/* A Router Solicitation came in by a port (data at its IPv6 header); it stays the caller's. False: it is malformed. */
bool advertise_solicited(const struct port *port, const uint8_t *ip, size_t length);
/* Whether this node answers for that link-local address on the port's interface, as the router it advertises. */
bool advertise_is_own(const struct port *port, const uint8_t address[16]);
void advertise_stop(void);

#endif
