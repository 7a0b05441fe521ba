/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/heartbeat/thread.h"

#include "datapath/core/control.h"
#include "datapath/core/sleeper.h"
#include "datapath/heartbeat/beat.h"
#include "datapath/heartbeat/lanes.h"
#include "datapath/heartbeat/mailbox.h"

#include <errno.h>
#include <pthread.h>
#include <qb/qblog.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define STACK_BYTES (512u << 10)
#define EVENTS      8
#define NICEST      (-20)
/* Where there is no deadline. Above the control threads of all daemons; the kernel's own threads stay above. */
#define PRIORITY_BELOW_MAX 1
/* What its work may take of each period, with sanitizers too; past it the thread waits for the next one. */
#define BUDGET_NS 500000
#define PERIOD_NS 5000000

/* struct sched_attr of Linux in its first form: the C library has none yet, and the kernel's header does not go with <sched.h>. */
struct scheduling {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period; /* nanoseconds */
};

static struct {
	pthread_t thread;
	bool running, real_time;
	atomic_bool stop, asleep;
	void *stack;
	int epoll, timer, wake;
} state = {.epoll = -1, .timer = -1, .wake = -1};

void heartbeat_wake(void)
{
	sleeper_wake(&state.asleep, state.wake);
}

void heartbeat_thread_period(uint64_t interval_ns)
{
	struct itimerspec period = {.it_interval = {.tv_sec = (time_t)(interval_ns / NANOSECONDS_PER_SECOND),
	                                            .tv_nsec = (long)(interval_ns % NANOSECONDS_PER_SECOND)}};

	period.it_value = period.it_interval;
	timerfd_settime(state.timer, 0, &period, NULL);
}

int heartbeat_thread_watch(int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

	return epoll_ctl(state.epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

void heartbeat_thread_forget(int fd)
{
	epoll_ctl(state.epoll, EPOLL_CTL_DEL, fd, NULL);
}

static void clear(int fd)
{
	uint64_t value;

	(void)!read(fd, &value, sizeof(value));
}

/* Until the timer, a socket, a worker or the control thread has something. */
static void sleep_now(void)
{
	struct epoll_event events[EVENTS];
	int count;

	if (beat_listens()) {
		sleeper_settle(&state.asleep);
		if (beat_waiting()) {
			atomic_store(&state.asleep, false);
			return;
		}
	}
	count = epoll_wait(state.epoll, events, EVENTS, -1);
	atomic_store(&state.asleep, false);
	for (int i = 0; i < count; i++) {
		if (events[i].data.fd == state.timer || events[i].data.fd == state.wake ||
		    events[i].data.fd == mailbox_orders_fd())
			clear(events[i].data.fd);
	}
}

/*
 * A deadline comes before every priority: before other real-time threads, Corosync's above all, and before the 50 ms in a row that
 * Linux gives to all others where those leave them nothing. Only a thread that may run on every processor can have one; where
 * it is not granted the priority stays.
 */
static void take_deadline(void)
{
	struct scheduling deadline = {.size = sizeof(deadline),
	                              .policy = SCHED_DEADLINE,
	                              .runtime = BUDGET_NS,
	                              .deadline = PERIOD_NS,
	                              .period = PERIOD_NS};
	cpu_set_t before, all;

	memset(&all, 0xff, sizeof(all));
	if (sched_getaffinity(0, sizeof(before), &before) || sched_setaffinity(0, sizeof(all), &all))
		return;
	if (syscall(SYS_sched_setattr, 0, &deadline, 0))
		(void)sched_setaffinity(0, sizeof(before), &before);
}

static void *run(void *argument)
{
	(void)argument;
	/* Of this thread alone, in Linux; what is not allowed is no worse than before. */
	if (!state.real_time)
		(void)setpriority(PRIO_PROCESS, 0, NICEST);
	else
		take_deadline();
	while (!atomic_load(&state.stop)) {
		sleep_now();
		beat_turn();
	}
	return NULL;
}

/* Without the right it runs as others do; its gaps then make both nodes patient. */
static int create_at_priority(pthread_attr_t *attributes)
{
	struct sched_param priority = {.sched_priority =
	                                   sched_get_priority_max(SCHED_FIFO) - PRIORITY_BELOW_MAX};
	int error;

	pthread_attr_setinheritsched(attributes, PTHREAD_EXPLICIT_SCHED);
	pthread_attr_setschedpolicy(attributes, SCHED_FIFO);
	pthread_attr_setschedparam(attributes, &priority);
	state.real_time = true;
	error = pthread_create(&state.thread, attributes, run, NULL);
	if (!error)
		return 0;
	qb_log(LOG_WARNING, "heartbeats: no real-time priority (%s): they may be late under load",
	       strerror(error));
	state.real_time = false;
	pthread_attr_setinheritsched(attributes, PTHREAD_INHERIT_SCHED);
	return pthread_create(&state.thread, attributes, run, NULL);
}

static int create_thread(void)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	int error;

	state.stack =
	    mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	if (state.stack == MAP_FAILED)
		return -errno;
	/* Where the limit forbids it, the pages in use are never old. */
	(void)mlock(state.stack, STACK_BYTES);
	pthread_attr_init(&attributes);
	pthread_attr_setstack(&attributes, state.stack, STACK_BYTES);
	/* Signals are the control thread's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = create_at_priority(&attributes);
	if (!error)
		pthread_setname_np(state.thread, "heartbeat");
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	state.running = error == 0;
	return -error;
}

int heartbeat_thread_start(void)
{
	int error = 0;

	state.epoll = epoll_create1(EPOLL_CLOEXEC);
	state.timer = timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	state.wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (state.epoll < 0 || state.timer < 0 || state.wake < 0)
		return -errno;
	error = heartbeat_thread_watch(state.timer);
	if (!error)
		error = heartbeat_thread_watch(state.wake);
	if (!error)
		error = heartbeat_thread_watch(mailbox_orders_fd());
	if (!error)
		error = create_thread();
	return error;
}

static void close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void heartbeat_thread_stop(void)
{
	uint64_t one = 1;

	if (state.running) {
		atomic_store(&state.stop, true);
		(void)!write(state.wake, &one, sizeof(one));
		pthread_join(state.thread, NULL);
		munmap(state.stack, STACK_BYTES);
	}
	state.running = false;
	close_one(&state.epoll);
	close_one(&state.timer);
	close_one(&state.wake);
}
