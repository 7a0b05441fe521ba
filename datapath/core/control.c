/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/core/control.h"

#include "datapath/activity/activity.h"
#include "datapath/arp/arp.h"
#include "datapath/capture/capture.h"
#include "datapath/core/apply.h"
#include "datapath/core/sleeper.h"
#include "datapath/dhcp_client/dhcp_client.h"
#include "datapath/event/event.h"
#include "datapath/heartbeat/heartbeat.h"
#include "datapath/host/host.h"
#include "datapath/mirror/mirror.h"
#include "datapath/nd/nd.h"
#include "datapath/probe/probe.h"
#include "datapath/query/query.h"
#include "datapath/spare/spare.h"
#include "datapath/vlan/vlan_unknown.h"
#include "datapath/watch/watch.h"

#include <errno.h>
#include <poll.h>
#include <qb/qblog.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

/* Packets taken off one worker's ring before other events get their turn. */
#define DRAIN_MAX 512

static struct {
	qb_loop_t *loop;
	atomic_bool asleep; /* a worker that fills a ring has to write datapath.control_wake */
	qb_loop_timer_handle tick;
} control;

qb_loop_t *control_loop(void)
{
	return control.loop;
}

uint64_t control_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * NANOSECONDS_PER_SECOND + (uint64_t)now.tv_nsec;
}

void control_wake(void)
{
	sleeper_wake(&control.asleep, datapath.control_wake);
}

static void handle(struct rte_mbuf *mbuf)
{
	switch (packet_of(mbuf)->kind) {
	case PACKET_ARP:
		arp_receive(mbuf);
		break;
	case PACKET_DISCOVERY:
		nd_receive(mbuf);
		break;
	case PACKET_DHCP:
		dhcp_client_receive(mbuf);
		break;
	case PACKET_SPARE_LINK:
		spare_receive(mbuf);
		break;
	case PACKET_TO_HOST:
		if (!probe_take(mbuf))
			host_deliver(mbuf);
		break;
	case PACKET_UNRESOLVED:
		arp_resolve(mbuf);
		break;
	case PACKET_UNKNOWN_VLAN:
		vlan_unknown(mbuf);
		break;
	default:
		control_drop(mbuf, COUNTER_DROP_CONTROL_QUEUE);
	}
}

/* True where something is left. */
static bool drain_worker(struct worker *worker)
{
	struct rte_mbuf *mbufs[BURST];
	unsigned total = 0, count;

	do {
		count = rte_ring_sc_dequeue_burst(worker->to_control, (void **)mbufs, BURST, NULL);
		for (unsigned i = 0; i < count; i++)
			handle(mbufs[i]);
		total += count;
	} while (count > 0 && total < DRAIN_MAX);
	return !rte_ring_empty(worker->to_control);
}

static bool drain_all(void)
{
	bool more = false;

	for (unsigned i = 0; i < datapath.worker_count; i++)
		more |= drain_worker(datapath.workers[i]);
	mirror_drain();
	capture_drain();
	watch_drain();
	event_drain();
	worker_completions();
	return more;
}

void control_drain(void)
{
	drain_all();
}

static int32_t woken(int32_t fd, int32_t events, void *user)
{
	uint64_t value;

	(void)events;
	(void)user;
	(void)!read(fd, &value, sizeof(value));
	heartbeat_collect();
	if (!drain_all()) {
		sleeper_settle(&control.asleep);
		if (!drain_all())
			return 0;
		atomic_store(&control.asleep, false);
	}
	/* More is waiting: come back after the others had their turn. */
	value = 1;
	(void)!write(fd, &value, sizeof(value));
	return 0;
}

void control_breathe(void)
{
	heartbeat_collect();
}

void control_synchronize(void)
{
	uint64_t token = rte_rcu_qsbr_start(datapath.rcu);
	struct timespec pause = {.tv_nsec = 100000};

	/* Sleeping instead of spinning: at real-time priority this thread could keep the worker off its CPU.
	 */
	while (rte_rcu_qsbr_check(datapath.rcu, token, false) != 1) {
		nanosleep(&pause, NULL);
		control_breathe();
	}
}

const struct policy *control_policy(void)
{
	struct compiled_policy *policy = atomic_load_explicit(&datapath.policy, memory_order_relaxed);

	return policy ? compiled_policy_view(policy) : NULL;
}

static void every_second(void *user)
{
	(void)user;
	qb_loop_timer_add(control.loop, QB_LOOP_LOW, NANOSECONDS_PER_SECOND, NULL, every_second,
	                  &control.tick);
	policy_tick();
	heartbeat_second();
	mirror_second();
	capture_second();
	watch_second();
	probe_second();
	activity_second();
	usage_second();
	/* A wake-up that was lost would cost a second at most. */
	control_drain();
}

static int32_t asked_to_end(int32_t signal, void *user)
{
	(void)user;
	qb_log(LOG_NOTICE, "ends (%s)", signal == SIGTERM ? "SIGTERM" : "SIGINT");
	control_quit();
	return 0;
}

int control_create(void)
{
	qb_loop_signal_handle handle;
	int error;

	control.loop = qb_loop_create();
	if (!control.loop)
		return -ENOMEM;
	datapath.control_wake = eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC);
	if (datapath.control_wake < 0)
		return -errno;
	signal(SIGPIPE, SIG_IGN);
	error = qb_loop_poll_add(control.loop, QB_LOOP_MED, datapath.control_wake, POLLIN, NULL, woken);
	if (!error)
		error = qb_loop_signal_add(control.loop, QB_LOOP_HIGH, SIGTERM, NULL, asked_to_end, &handle);
	if (!error)
		error = qb_loop_signal_add(control.loop, QB_LOOP_HIGH, SIGINT, NULL, asked_to_end, &handle);
	if (!error)
		error = qb_loop_timer_add(control.loop, QB_LOOP_LOW, NANOSECONDS_PER_SECOND, NULL,
		                          every_second, &control.tick);
	return error;
}

void control_run(void)
{
	qb_loop_run(control.loop);
}

void control_quit(void)
{
	qb_loop_stop(control.loop);
}

void control_destroy(void)
{
	if (control.loop)
		qb_loop_destroy(control.loop);
	control.loop = NULL;
	if (datapath.control_wake > 0)
		close(datapath.control_wake);
	datapath.control_wake = -1;
}
