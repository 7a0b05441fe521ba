/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/group/group.h"

#include "cluster/beside/thread.h"
#include "cluster/group/queue.h"
#include "lib/clock.h"

#include <corosync/cpg.h>
#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#define GROUP_NAME         "hadrian"
#define RECONNECT_MS       100
#define BUSY_MS            1
#define ITEMS_PER_DISPATCH 32 /* then the loop's other work gets its turn */

enum item_kind { ITEM_MESSAGE, ITEM_MEMBERSHIP };

struct group {
	struct beside_thread thread;
	const struct group_handlers *handlers;
	void *user;
	uint32_t own_node_id;
	bool reading;
	_Atomic bool member;
	_Atomic uint64_t heard_itself;     /* 0: never */
	struct queue *incoming, *outgoing; /* queue.h: each has a lock of its own */
};

/* --- the thread
 * ---------------------------------------------------------------------------------------------------- */

static void deliver_membership(struct group *group, bool own, bool peer)
{
	uint8_t members[2] = {own, peer};

	atomic_store(&group->member, own);
	if (!own)
		queue_clear(group->outgoing);
	queue_push(group->incoming, ITEM_MEMBERSHIP, members, sizeof(members), true);
	beside_wake_loop(&group->thread);
}

static void on_deliver(cpg_handle_t handle, const struct cpg_name *name, uint32_t node_id, uint32_t pid,
                       void *bytes, size_t length)
{
	struct group *group = NULL;

	(void)name;
	(void)pid;
	cpg_context_get(handle, (void **)&group);
	if (node_id == group->own_node_id)
		atomic_store(&group->heard_itself, clock_now_ms());
	if (node_id == group->own_node_id && (!group->handlers->own || !group->handlers->own(bytes, length)))
		return;
	/* Past the queue's bound this waits, Corosync's own queue fills, and its flow control slows the
	 * sender down. */
	while (queue_push(group->incoming, ITEM_MESSAGE, bytes, length, false) == -EAGAIN &&
	       !beside_stopping(&group->thread))
		poll(NULL, 0, BUSY_MS);
	beside_wake_loop(&group->thread);
}

static void on_configuration(cpg_handle_t handle, const struct cpg_name *name,
                             const struct cpg_address *members, size_t member_count,
                             const struct cpg_address *left, size_t left_count,
                             const struct cpg_address *joined, size_t joined_count)
{
	struct group *group = NULL;
	bool own = false, peer = false;

	(void)name;
	(void)joined;
	(void)joined_count;
	cpg_context_get(handle, (void **)&group);
	for (size_t i = 0; i < member_count; i++) {
		own |= members[i].nodeid == group->own_node_id;
		peer |= members[i].nodeid != group->own_node_id;
	}
	/* One that left and is back already has lost what it was told: the loop's side must see it go. */
	for (size_t i = 0; i < left_count; i++)
		if (left[i].nodeid != group->own_node_id)
			deliver_membership(group, own, false);
	deliver_membership(group, own, peer);
}

/* Sends what waits. Returns how long to sleep before the rest, -1: until there is something, or -2 where CPG
 * is gone. */
static int send_waiting(struct group *group, cpg_handle_t handle)
{
	const void *bytes;
	size_t length;

	while (atomic_load(&group->member) && queue_front(group->outgoing, &bytes, &length)) {
		struct iovec vector = {(void *)bytes, length};
		cs_error_t error = cpg_mcast_joined(handle, CPG_TYPE_AGREED, &vector, 1);

		if (error == CS_ERR_TRY_AGAIN)
			return BUSY_MS;
		if (error != CS_OK)
			return -2;
		if (queue_pop(group->outgoing))
			beside_wake_loop(&group->thread);
	}
	return -1;
}

/* Until Corosync goes away or the thread is to end. */
static void run_connected(struct group *group, cpg_handle_t handle)
{
	int fd;

	if (cpg_fd_get(handle, &fd) != CS_OK)
		return;
	while (!beside_stopping(&group->thread)) {
		int timeout = send_waiting(group, handle);
		int readable = timeout == -2 ? -ENOTCONN : beside_wait(&group->thread, fd, timeout);

		if (readable < 0)
			return;
		if (readable) {
			cs_error_t error = cpg_dispatch(handle, CS_DISPATCH_ALL);

			if (error != CS_OK && error != CS_ERR_TRY_AGAIN)
				return;
		}
	}
}

static cs_error_t join(cpg_handle_t handle)
{
	struct cpg_name name = {.length = strlen(GROUP_NAME), .value = GROUP_NAME};

	return cpg_join(handle, &name);
}

static void run_thread(void *argument)
{
	struct group *group = argument;
	cpg_model_v1_data_t model = {
	    .model = CPG_MODEL_V1, .cpg_deliver_fn = on_deliver, .cpg_confchg_fn = on_configuration};

	while (!beside_stopping(&group->thread)) {
		cpg_handle_t handle;

		if (cpg_model_initialize(&handle, CPG_MODEL_V1, (cpg_model_data_t *)&model, group) == CS_OK) {
			if (join(handle) == CS_OK)
				run_connected(group, handle);
			cpg_finalize(handle);
			if (atomic_load(&group->member))
				deliver_membership(group, false, false);
		}
		if (!beside_stopping(&group->thread))
			beside_wait(&group->thread, -1, RECONNECT_MS);
	}
}

/* --- the loop's side
 * ----------------------------------------------------------------------------------------------- */

static void on_wake(void *data)
{
	struct group *group = data;
	unsigned kind;
	void *bytes;
	size_t length;

	if (queue_take_drained(group->outgoing) && group->handlers->writable)
		group->handlers->writable(group->user);
	for (unsigned i = 0; group->reading && queue_take(group->incoming, &kind, &bytes, &length); i++) {
		if (kind == ITEM_MEMBERSHIP)
			group->handlers->membership(((uint8_t *)bytes)[0], ((uint8_t *)bytes)[1],
			                            group->user);
		else
			group->handlers->message(bytes, length, group->user);
		free(bytes);
		if (i == ITEMS_PER_DISPATCH) {
			beside_wake_loop(&group->thread);
			break;
		}
	}
}

static void release(struct group *group)
{
	queue_destroy(group->incoming);
	queue_destroy(group->outgoing);
	free(group);
}

int group_create(qb_loop_t *loop, uint32_t own_node_id, const struct group_handlers *handlers, void *user,
                 struct group **out)
{
	struct group *group = calloc(1, sizeof(*group));
	int error = -ENOMEM;

	if (!group)
		return -ENOMEM;
	group->own_node_id = own_node_id;
	group->handlers = handlers;
	group->user = user;
	group->reading = true;
	group->incoming = queue_create(GROUP_QUEUE_MAX);
	group->outgoing = queue_create(GROUP_QUEUE_MAX);
	if (group->incoming && group->outgoing)
		error = beside_start(&group->thread, loop, run_thread, on_wake, group);
	if (error)
		release(group);
	else
		*out = group;
	return error;
}

void group_destroy(struct group *group)
{
	if (group && beside_end(&group->thread))
		release(group);
}

int group_send(struct group *group, const void *bytes, size_t length)
{
	int error;

	if (!atomic_load(&group->member))
		return -ENOTCONN;
	error = queue_push(group->outgoing, ITEM_MESSAGE, bytes, length, false);
	if (!error)
		beside_wake(&group->thread);
	return error;
}

uint64_t group_heard_itself(const struct group *group)
{
	return atomic_load(&group->heard_itself);
}

void group_set_reading(struct group *group, bool reading)
{
	group->reading = reading;
	if (reading)
		beside_wake_loop(&group->thread);
}
