/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_LOG_RECEIVERS_H
#define MGMT_MGMTD_LOG_RECEIVERS_H

/*
 * hadrian-log as a child of mgmtd, which sends what every daemon of this node logs to the receivers of logs. It is there
 * as long as the configuration has an enabled one. Runs on the loop's thread.
 */

#include "lib/messages/log.h"
#include "mgmt/mgmtd/configuration/configuration.h"

#include <qb/qbloop.h>

struct log_receivers;

struct log_receiver_list {
	struct message_log_receivers head;
	struct message_log_receiver receivers[LOG_RECEIVERS_MAX];
};

/* Returns 0 or -errno; *out for log_receivers_destroy, for which NULL is fine and which ends the child. */
int log_receivers_create(qb_loop_t *loop, struct log_receivers **out);
void log_receivers_destroy(struct log_receivers *log);
/*
 * Starts or ends the child, and tells it the receivers, now and whenever a child begins: the configuration is the caller's and
 * stays where it is until another is given. NULL is fine.
 */
void log_receivers_configure(struct log_receivers *log, const struct configuration *configuration);
/* A child of mgmtd has ended (SIGCHLD). NULL is fine. */
void log_receivers_reap(struct log_receivers *log);

/* What the child counted last of the receiver at that position; name NULL: there is none. *lost is of all together. NULL is fine. */
struct message_log_count log_receivers_count(const struct log_receivers *log, uint32_t at, const char **name,
                                             uint64_t *lost);

/* An object type of receivers, and that of its exceptions. */
struct log_receiver_type {
	const char *name, *exceptions;
	enum log_receiver_kind kind;
};
extern const struct log_receiver_type log_receiver_types[LOG_RECEIVER_KINDS];

/*
 * The enabled receivers of a configuration, the first LOG_RECEIVERS_MAX, with their communities in clear, and what traps say
 * of this node. Pure.
 */
void log_settings_read(const struct configuration *configuration, struct log_receiver_list *out);
/* Nothing of the communities is left in the list. */
void log_settings_wipe(struct log_receiver_list *list);

#endif
