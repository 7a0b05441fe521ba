/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_LOG_RECEIVER_H
#define MGMT_LOG_RECEIVER_H

/*
 * A receiver of logs, over syslog or as SNMP traps (UDP). Each line goes out with the address that this node alone has on the interface
 * that leads to the receiver, which is the kernel's choice of each moment (datapath/host/addresses.h). Nothing here
 * waits: what cannot be sent is counted. One thread.
 */

#include "lib/messages/log.h"
#include "mgmt/log/line.h"

#include <stdbool.h>

struct receiver {
	struct message_log_receiver settings;
	struct message_log_count count;
	const struct message_log_node *node; /* what traps say of this node; the caller's */
	int fd;                              /* -1: none */
	uint64_t second;                     /* of what is counted below */
	uint32_t in_second;
};

/* The receiver's settings want the line (C20-016 ... C20-022). Pure. */
bool receiver_wants(const struct message_log_receiver *settings, const struct log_line *line);
/* A whole message's settings make sense. Pure. */
bool receiver_is_valid(const struct message_log_receiver *settings);

/* Sends a line of the time when (local), or counts why not; second is any clock's. */
void receiver_send(struct receiver *receiver, const struct log_line *line, const struct tm *when,
                   uint64_t second);
/* Closes what it has open. */
void receiver_close(struct receiver *receiver);

#endif
