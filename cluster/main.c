/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/daemon.h"
#include "lib/log.h"
#include "lib/paths.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#define REAL_TIME_PRIORITY 10 /* below Corosync's and the datapath's control thread */

static int32_t on_terminate(int32_t number, void *data)
{
	(void)number;
	ending_begin(data);
	return 0;
}

static void on_second(void *data)
{
	struct daemon *daemon = data;
	qb_loop_timer_handle timer;

	peer_link_second(daemon);
	qb_loop_timer_add(daemon->loop, QB_LOOP_LOW, 1000000000ULL, daemon, on_second, &timer);
}

/* A takeover must not wait behind other work of the node; without the right it just runs as others do. */
static void set_priority(void)
{
	struct sched_param parameter = {.sched_priority = REAL_TIME_PRIORITY};

	if (sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &parameter))
		qb_log(LOG_WARNING, "no real-time priority: %s", strerror(errno));
}

/* Nothing is urgent any more, and nobody who has work must wait for a process that only waits for its own threads. */
static void give_up_priority(void)
{
	struct sched_param parameter = {.sched_priority = 0};

	(void)sched_setscheduler(0, SCHED_OTHER, &parameter);
}

static int start(struct daemon *daemon)
{
	int error;

	if (getrandom(&daemon->role.instance, sizeof(daemon->role.instance), 0) !=
	    sizeof(daemon->role.instance))
		return -EIO;
	daemon->role.instance |= 1; /* never 0 */
	daemon->active_since_ms = clock_now_ms();
	mkdir(PATH_RUN_DIRECTORY, 0755);
	peer_link_init(daemon);
	error = corosync_create(daemon->loop, &daemon->corosync);
	if (!error)
		error = mgmtd_link_start(daemon);
	if (!error)
		error = datapath_link_start(daemon);
	return error;
}

int main(void)
{
	static struct daemon daemon;
	qb_loop_signal_handle terminate, interrupt;
	int error;

	log_start("hadrian-clusterd", 1);
	log_forward("hadrian-clusterd");
	signal(SIGPIPE, SIG_IGN);
	daemon.received_fd = -1;
	daemon.loop = qb_loop_create();
	if (!daemon.loop)
		return EXIT_FAILURE;
	set_priority();
	error = start(&daemon);
	if (error) {
		qb_log(LOG_CRIT, "cannot start: %s", strerror(-error));
		return EXIT_FAILURE;
	}
	qb_loop_signal_add(daemon.loop, QB_LOOP_HIGH, SIGTERM, &daemon, on_terminate, &terminate);
	qb_loop_signal_add(daemon.loop, QB_LOOP_HIGH, SIGINT, &daemon, on_terminate, &interrupt);
	on_second(&daemon);
	qb_log(LOG_INFO, "started, waits for mgmtd");
	qb_loop_run(daemon.loop);
	give_up_priority();
	peer_link_stop(&daemon);
	mgmtd_link_stop(&daemon);
	datapath_link_stop(&daemon);
	qb_log(LOG_INFO, "ended");
	return EXIT_SUCCESS;
}
