/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/beside/thread.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

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

static int32_t on_wake(int32_t fd, int32_t events, void *data)
{
	struct beside_thread *thread = data;

	(void)events;
	calm(fd);
	thread->woken(thread->user);
	return 0;
}

static void *run(void *argument)
{
	struct beside_thread *thread = argument;

	thread->run(thread->user);
	return NULL;
}

static int create(struct beside_thread *thread)
{
	sigset_t all, before;
	int error;

	/* Signals are the loop's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&thread->thread, NULL, run, thread);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -error;
}

static void close_both(const struct beside_thread *thread)
{
	if (thread->loop_wake >= 0)
		close(thread->loop_wake);
	if (thread->thread_wake >= 0)
		close(thread->thread_wake);
}

int beside_start(struct beside_thread *thread, qb_loop_t *loop, void (*run)(void *user),
                 void (*woken)(void *user), void *user)
{
	int error = -EMFILE;

	thread->loop = loop;
	thread->run = run;
	thread->woken = woken;
	thread->user = user;
	atomic_store(&thread->stop, false);
	thread->loop_wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	thread->thread_wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (thread->loop_wake < 0 || thread->thread_wake < 0)
		goto fail;
	error = qb_loop_poll_add(loop, QB_LOOP_LOW, thread->loop_wake, POLLIN, thread, on_wake);
	if (error)
		goto fail;
	error = create(thread);
	if (error) {
		qb_loop_poll_del(loop, thread->loop_wake);
		goto fail;
	}
	return 0;
fail:
	close_both(thread);
	return error;
}

bool beside_end(struct beside_thread *thread)
{
	struct timespec until;

	atomic_store(&thread->stop, true);
	wake(thread->thread_wake);
	qb_loop_poll_del(thread->loop, thread->loop_wake);
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec++;
	if (pthread_clockjoin_np(thread->thread, NULL, CLOCK_MONOTONIC, &until) != 0) {
		pthread_detach(thread->thread);
		return false;
	}
	close_both(thread);
	return true;
}

void beside_wake_loop(struct beside_thread *thread)
{
	wake(thread->loop_wake);
}

void beside_wake(struct beside_thread *thread)
{
	wake(thread->thread_wake);
}

bool beside_stopping(const struct beside_thread *thread)
{
	return atomic_load(&thread->stop);
}

int beside_wait(struct beside_thread *thread, int fd, int timeout)
{
	struct pollfd fds[2] = {{.fd = thread->thread_wake, .events = POLLIN}, {.fd = fd, .events = POLLIN}};

	if (poll(fds, 2, timeout) < 0)
		return -errno;
	if (fds[0].revents)
		calm(thread->thread_wake);
	return fds[1].revents != 0;
}
