/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/engine/child.h"
#include "lib/log.h"
#include "lib/timer.h"

#include <errno.h>
#include <qb/qbutil.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define RETRY_FIRST_MS 200
#define RETRY_LAST_MS  10000
#define STEADY_NS      (30 * QB_TIME_NS_IN_SEC) /* what ran this long starts again at once */

struct child {
	qb_loop_t *loop;
	const struct child_program *program;
	bool wanted;
	pid_t pid; /* 0: it does not run */
	uint64_t started_ns;
	unsigned retry_ms;
	struct timer timer;
};

static void start(struct child *child);

static void on_retry(void *user)
{
	struct child *child = user;

	start(child);
}

static void retry_later(struct child *child)
{
	if (timer_runs(&child->timer) || !child->wanted)
		return;
	(void)timer_start(&child->timer, child->loop, QB_LOOP_LOW, child->retry_ms * QB_TIME_NS_IN_MSEC,
	                  child, on_retry);
	child->retry_ms = child->retry_ms * 2 > RETRY_LAST_MS ? RETRY_LAST_MS : child->retry_ms * 2;
}

static void run(const struct child_program *program, pid_t parent)
{
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(1);
	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execv(program->path, program->arguments);
	_exit(127);
}

static void start(struct child *child)
{
	const struct child_program *program = child->program;
	pid_t parent = getpid();
	int error;

	if (!child->wanted || child->pid)
		return;
	error = program->prepare ? program->prepare(program->user) : 0;
	if (error) {
		qb_log(LOG_ERR, "%s cannot be prepared: %s", program->arguments[0], strerror(-error));
		retry_later(child);
		return;
	}
	child->pid = fork();
	if (!child->pid)
		run(program, parent);
	child->started_ns = qb_util_nano_current_get();
	if (child->pid < 0) {
		child->pid = 0;
		retry_later(child);
	}
}

int child_create(qb_loop_t *loop, const struct child_program *program, struct child **out)
{
	struct child *child = calloc(1, sizeof(*child));

	if (!child)
		return -ENOMEM;
	child->loop = loop;
	child->program = program;
	child->retry_ms = RETRY_FIRST_MS;
	*out = child;
	return 0;
}

void child_destroy(struct child *child)
{
	if (!child)
		return;
	timer_stop(&child->timer);
	if (child->pid) {
		kill(child->pid, SIGTERM);
		waitpid(child->pid, NULL, 0);
	}
	free(child);
}

void child_start(struct child *child)
{
	child->wanted = true;
	child->retry_ms = RETRY_FIRST_MS;
	start(child);
}

void child_restart(struct child *child)
{
	child_signal(child, SIGTERM); /* reaped, then started with what is configured by then */
	child_start(child);
}

void child_stop(struct child *child)
{
	child->wanted = false;
	child_signal(child, SIGTERM);
}

bool child_signal(const struct child *child, int signal)
{
	return child->pid && !kill(child->pid, signal);
}

pid_t child_pid(const struct child *child)
{
	return child->pid;
}

void child_reap(struct child *child)
{
	int status;

	if (!child->pid || waitpid(child->pid, &status, WNOHANG) != child->pid)
		return;
	child->pid = 0;
	if (qb_util_nano_current_get() - child->started_ns > STEADY_NS)
		child->retry_ms = RETRY_FIRST_MS;
	if (!child->wanted)
		return;
	if (!WIFSIGNALED(status) && WEXITSTATUS(status))
		qb_log(LOG_WARNING, "%s ended with status %d; it is started again",
		       child->program->arguments[0], WEXITSTATUS(status));
	retry_later(child);
}

int child_write(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");
	int error = 0;

	if (!file)
		return -errno;
	if (fputs(text, file) < 0)
		error = -EIO;
	if (fclose(file) && !error)
		error = -EIO;
	return error;
}
