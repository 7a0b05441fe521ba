/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/engine/background.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct background {
	qb_loop_t *loop;
	background_run run;
	background_ended ended;
	void *user;
	void *work; /* NULL: none is under way */
	int event;  /* told by the thread when it has run */
};

int thread_start(pthread_t *thread, bool detached, void *(*run)(void *user), void *user)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	int error;

	pthread_attr_init(&attributes);
	if (detached)
		pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(thread, &attributes, run, user);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return -error;
}

static void *run(void *user)
{
	struct background *background = user;

	background->run(background->work);
	eventfd_write(background->event, 1);
	return NULL;
}

static int32_t on_ended(int32_t fd, int32_t revents, void *user)
{
	struct background *background = user;
	void *work = background->work;
	eventfd_t count;

	(void)revents;
	if (eventfd_read(fd, &count) || !work)
		return 0;
	background->work = NULL;
	background->ended(background->user, work);
	return 0;
}

int background_create(qb_loop_t *loop, background_run run_work, background_ended ended, void *user,
                      struct background **out)
{
	struct background *background = calloc(1, sizeof(*background));
	int error = 0;

	if (!background)
		return -ENOMEM;
	*background = (struct background){.loop = loop, .run = run_work, .ended = ended, .user = user};
	background->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (background->event < 0)
		error = -errno;
	if (!error)
		error = qb_loop_poll_add(loop, QB_LOOP_LOW, background->event, POLLIN, background, on_ended);
	if (error) {
		if (background->event >= 0)
			close(background->event);
		free(background);
		return error;
	}
	*out = background;
	return 0;
}

void background_destroy(struct background *background)
{
	static struct background *left; /* to its thread */

	if (!background)
		return;
	qb_loop_poll_del(background->loop, background->event);
	left = background->work ? background : NULL;
	if (left)
		return;
	close(background->event);
	free(background);
}

bool background_is_busy(const struct background *background)
{
	return background->work != NULL;
}

int background_start(struct background *background, void *work)
{
	pthread_t thread;
	int error;

	background->work = work;
	error = thread_start(&thread, true, run, background);
	if (error)
		background->work = NULL;
	return error;
}
