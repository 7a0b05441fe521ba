/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/corosync/links.h"

#include <corosync/cfg.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define INTERVAL_MS 1000

struct corosync_links {
	qb_loop_t *loop;
	const struct corosync_links_handlers *handlers;
	void *user;
	uint32_t peer_id, told;
	_Atomic bool stop, reload, refused;
	_Atomic uint32_t up;
	int loop_wake, thread_wake; /* eventfds */
	pthread_t thread;
};

static void wake(int fd)
{
	uint64_t one = 1;

	/* Only a full counter fails, and then the other side is awake already. */
	if (write(fd, &one, sizeof(one)) < 0)
		return;
}

static void calm(int fd)
{
	uint64_t count;

	if (read(fd, &count, sizeof(count)) < 0)
		return;
}

/* --- the thread
 * ---------------------------------------------------------------------------------------------------- */

static uint32_t ask(corosync_cfg_handle_t handle, uint32_t peer_id)
{
	struct corosync_cfg_node_status_v1 status = {.version = CFG_NODE_STATUS_V1};
	uint32_t up = 0;

	if (corosync_cfg_node_status_get(handle, peer_id, CFG_NODE_STATUS_V1, &status) != CS_OK)
		return 0;
	for (unsigned link = 0; link < CFG_MAX_LINKS; link++)
		up |= (uint32_t)(status.link_status[link].enabled && status.link_status[link].connected)
		      << link;
	return up;
}

/* One connection for one look: Corosync may be another one the next time. */
static void look(struct corosync_links *links)
{
	corosync_cfg_handle_t handle;
	uint32_t up = 0;

	if (corosync_cfg_initialize(&handle, NULL) == CS_OK) {
		if (atomic_exchange(&links->reload, false) && corosync_cfg_reload_config(handle) != CS_OK) {
			atomic_store(&links->refused, true);
			wake(links->loop_wake);
		}
		up = ask(handle, links->peer_id);
		corosync_cfg_finalize(handle);
	}
	if (atomic_exchange(&links->up, up) != up)
		wake(links->loop_wake);
}

static void *run_thread(void *argument)
{
	struct corosync_links *links = argument;
	struct pollfd fd = {.fd = links->thread_wake, .events = POLLIN};

	while (!atomic_load(&links->stop)) {
		look(links);
		if (poll(&fd, 1, INTERVAL_MS) > 0)
			calm(links->thread_wake);
	}
	return NULL;
}

/* --- the loop's side
 * ----------------------------------------------------------------------------------------------- */

static int32_t on_wake(int32_t fd, int32_t events, void *data)
{
	struct corosync_links *links = data;
	uint32_t up = atomic_load(&links->up);

	(void)events;
	calm(fd);
	if (atomic_exchange(&links->refused, false))
		links->handlers->refused(links->user);
	if (up != links->told) {
		links->told = up;
		links->handlers->changed(up, links->user);
	}
	return 0;
}

static int start_thread(struct corosync_links *links)
{
	sigset_t all, before;
	int error;

	/* Signals are the loop's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&links->thread, NULL, run_thread, links);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -error;
}

static void release(struct corosync_links *links)
{
	if (links->loop_wake >= 0)
		close(links->loop_wake);
	if (links->thread_wake >= 0)
		close(links->thread_wake);
	free(links);
}

int links_create(qb_loop_t *loop, uint32_t peer_id, const struct corosync_links_handlers *handlers,
                 void *user, struct corosync_links **out)
{
	struct corosync_links *links = calloc(1, sizeof(*links));
	int error = -EMFILE;

	if (!links)
		return -ENOMEM;
	links->loop = loop;
	links->handlers = handlers;
	links->user = user;
	links->peer_id = peer_id;
	links->loop_wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	links->thread_wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (links->loop_wake < 0 || links->thread_wake < 0)
		goto fail;
	error = qb_loop_poll_add(loop, QB_LOOP_LOW, links->loop_wake, POLLIN, links, on_wake);
	if (error)
		goto fail;
	error = start_thread(links);
	if (error) {
		qb_loop_poll_del(loop, links->loop_wake);
		goto fail;
	}
	*out = links;
	return 0;
fail:
	release(links);
	return error;
}

void links_destroy(struct corosync_links *links)
{
	struct timespec until;

	if (!links)
		return;
	atomic_store(&links->stop, true);
	wake(links->thread_wake);
	qb_loop_poll_del(links->loop, links->loop_wake);
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec++;
	/* A thread that Corosync's library holds keeps its memory; the process must not wait for it. */
	if (pthread_clockjoin_np(links->thread, NULL, CLOCK_MONOTONIC, &until) != 0)
		pthread_detach(links->thread);
	else
		release(links);
}

void links_reload(struct corosync_links *links)
{
	atomic_store(&links->reload, true);
	wake(links->thread_wake);
}
