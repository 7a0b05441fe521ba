/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/corosync/links.h"

#include "cluster/beside/thread.h"

#include <corosync/cfg.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#define INTERVAL_MS 1000

struct corosync_links {
	struct beside_thread thread;
	const struct corosync_links_handlers *handlers;
	void *user;
	uint32_t peer_id, told;
	_Atomic bool reload, refused;
	_Atomic uint32_t up;
};

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
			beside_wake_loop(&links->thread);
		}
		up = ask(handle, links->peer_id);
		corosync_cfg_finalize(handle);
	}
	if (atomic_exchange(&links->up, up) != up)
		beside_wake_loop(&links->thread);
}

static void run_thread(void *argument)
{
	struct corosync_links *links = argument;

	while (!beside_stopping(&links->thread)) {
		look(links);
		beside_wait(&links->thread, -1, INTERVAL_MS);
	}
}

/* --- the loop's side
 * ----------------------------------------------------------------------------------------------- */

static void on_wake(void *data)
{
	struct corosync_links *links = data;
	uint32_t up = atomic_load(&links->up);

	if (atomic_exchange(&links->refused, false))
		links->handlers->refused(links->user);
	if (up != links->told) {
		links->told = up;
		links->handlers->changed(up, links->user);
	}
}

int links_create(qb_loop_t *loop, uint32_t peer_id, const struct corosync_links_handlers *handlers,
                 void *user, struct corosync_links **out)
{
	struct corosync_links *links = calloc(1, sizeof(*links));
	int error;

	if (!links)
		return -ENOMEM;
	links->handlers = handlers;
	links->user = user;
	links->peer_id = peer_id;
	error = beside_start(&links->thread, loop, run_thread, on_wake, links);
	if (error)
		free(links);
	else
		*out = links;
	return error;
}

void links_destroy(struct corosync_links *links)
{
	if (links && beside_end(&links->thread))
		free(links);
}

void links_reload(struct corosync_links *links)
{
	atomic_store(&links->reload, true);
	beside_wake(&links->thread);
}
