/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_LOG_TRAP_H
#define MGMT_LOG_TRAP_H

/*
 * A line as an SNMPv2c notification (RFC 1901, RFC 3416) of configs/mibs/HADRIAN-TRAPS-MIB.mib (C20-029, C22-060). net-snmp
 * encodes it; its sessions, its sockets and its configuration files are not used, so that nothing of it can wait. One
 * thread.
 */

#include "lib/messages/log.h"
#include "mgmt/log/line.h"

#include <stddef.h>
#include <stdint.h>

#define TRAP_MAX_BYTES 1472 /* what every receiver takes, and no link of the usual MTU cuts (RFC 3417, 3.2) */

/*
 * The datagram of a line: hadrianGenericTrap, or for LOG_RECEIVER_OWN_TRAPS the notification of its event, which it must
 * have. uptime is in hundredths of a second. Long texts are cut to the lengths that the MIB says. Returns its length, or 0
 * where there is no memory.
 */
size_t trap_datagram(const struct message_log_receiver *settings, const struct message_log_node *node,
                     const struct log_line *line, uint32_t uptime, uint8_t out[TRAP_MAX_BYTES]);

#endif
