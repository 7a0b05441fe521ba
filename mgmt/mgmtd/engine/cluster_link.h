/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_CLUSTER_LINK_H
#define MGMT_MGMTD_CLUSTER_LINK_H

/*
 * The connection to hadrian-clusterd. It is told the cluster's configuration whenever it is reached. Runs on
 * the loop's thread.
 */

#include "lib/messages/cluster.h"
#include "lib/messages/commit.h"

#include <qb/qbloop.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct cluster_link;

/* What the peer's mgmtd sends or asks for. json is valid during the call and checked against its digest. */
struct cluster_events {
	void (*received)(void *user, const char *json, size_t length,
	                 const struct message_configuration *head);
	void (*current)(void *user);
	/* How the peer differs from this node, or that it does no longer: lines of text, valid during the call. */
	void (*differs)(void *user, const char *text);
};

/* error -ENOTCONN where clusterd goes away before it answers; then the pointer is NULL. */
typedef void (*cluster_status_done)(void *user, int error, const struct message_cluster_status *status);
typedef void (*cluster_result_done)(void *user, int error, const char *text);

int cluster_link_create(qb_loop_t *loop, const struct cluster_events *events, void *user,
                        struct cluster_link **out);
void cluster_link_destroy(struct cluster_link *link);
/* clusterd's process, 0 where it is not reached. NULL: 0. */
pid_t cluster_link_pid(const struct cluster_link *link);

/* Copied, and sent at once where clusterd is there. */
void cluster_link_configure(struct cluster_link *link,
                            const struct message_cluster_configuration *configuration,
                            const struct message_cluster_identity *identity);
/* Returns 0 or -errno (-ENOTCONN). */
int cluster_link_publish(struct cluster_link *link, const void *json, size_t length, uint64_t generation,
                         uint32_t flags);
int cluster_link_status(struct cluster_link *link, cluster_status_done done, void *user);
int cluster_link_command(struct cluster_link *link, enum cluster_command command, cluster_result_done done,
                         void *user);
/*
 * Asks for the right to commit what follows generation base, one at a time; done is called once, later:
 * -ESTALE where the peer was first. Returns 0 or -errno (-ENOTCONN).
 */
int cluster_link_claim(struct cluster_link *link, uint64_t base, const char *author, cluster_result_done done,
                       void *user);
/* What was claimed has ended: generation is committed now. */
void cluster_link_claim_end(struct cluster_link *link, uint64_t generation);
void cluster_link_forget(struct cluster_link *link, const void *user);

#endif
