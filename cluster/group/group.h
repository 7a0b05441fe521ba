/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLUSTER_GROUP_GROUP_H
#define CLUSTER_GROUP_GROUP_H

/*
 * The CPG group "hadrian": joins it, joins again whenever Corosync went away, and passes messages. Corosync's
 * library waits for the daemon in several of its calls, and the daemon may be stopped or slow; so a thread of
 * its own does all that, and the functions here, for the loop's thread, only meet it in bounded queues.
 * Callbacks are called on the loop's thread, in the order in which CPG delivered.
 */

#include <qb/qbloop.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GROUP_QUEUE_MAX (4u << 20) /* bytes that may wait in each direction */

struct group;

struct group_handlers {
	/* The members by node id changed; own: this node is one. Leaving for any reason, or Corosync's end,
	 * tells false. */
	void (*membership)(bool own, bool peer, void *user);
	/* bytes are 8-byte aligned and valid during the callback. Own messages are delivered where own tells so. */
	void (*message)(const void *bytes, size_t length, void *user);
	/* Pure, called on any thread; NULL: none. */
	bool (*own)(const void *bytes, size_t length);
	/* After an -EAGAIN of group_send the queue is below half again. */
	void (*writable)(void *user);
};

/* Starts the thread; it looks for Corosync until group_destroy. Returns 0 or -errno; *out is the caller's. */
int group_create(qb_loop_t *loop, uint32_t own_node_id, const struct group_handlers *handlers, void *user,
                 struct group **out);
/* Leaves the group and ends the thread, waiting for it a second at most. NULL is fine. */
void group_destroy(struct group *group);
/* Queues a message. Returns 0, -EAGAIN with the queue full, -ENOTCONN where this node is no member, -ENOMEM.
 */
int group_send(struct group *group, const void *bytes, size_t length);
/* When a message of this node's own last came back through Corosync, by clock_now_ms; 0: never. Any thread. */
uint64_t group_heard_itself(const struct group *group);
/* While not reading no message is given to the callback, and CPG makes the sender wait in the end. */
void group_set_reading(struct group *group, bool reading);

#endif
