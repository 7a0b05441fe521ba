/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "system/daemons.h"
#include "lib/log.h"
#include "lib/paths.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DAEMONS        3
#define ARGUMENTS_MAX  64
#define STOP_MS        15000
#define RETRY_FIRST_MS 100
#define RETRY_LAST_MS  5000
#define STEADY_MS      30000 /* who ran this long starts again soon */

struct process {
	const char *name;
	pid_t pid; /* 0: does not run */
	int64_t started_ms;
	int64_t due_ms; /* of the next start, where it does not run */
	int retry_ms;
};

/* In the order of their start. They end the other way round: clusterd first, and mgmtd when all is said. */
static struct process processes[DAEMONS] = {
    {.name = "hadrian-mgmtd"}, {.name = "hadrian-datapath"}, {.name = "hadrian-clusterd"}};
static char *const *datapath_arguments;

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static _Noreturn void run(const char *name, pid_t parent)
{
	char path[128], *arguments[ARGUMENTS_MAX + 2] = {(char *)name};
	sigset_t none;

	if (!strcmp(name, "hadrian-datapath"))
		for (size_t i = 0; i < ARGUMENTS_MAX && datapath_arguments[i]; i++)
			arguments[i + 1] = datapath_arguments[i];
	/* Daemons that nobody supervises would stand in the way of those of the next supervisor. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(1);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	snprintf(path, sizeof(path), PATH_RELEASE "/sbin/%s", name);
	execv(path, arguments);
	fprintf(stderr, "%s cannot be started: %s\n", path, strerror(errno));
	_exit(127);
}

static void plan(struct process *process)
{
	process->pid = 0;
	process->due_ms = now_ms() + process->retry_ms;
	process->retry_ms = process->retry_ms * 2 > RETRY_LAST_MS ? RETRY_LAST_MS : process->retry_ms * 2;
}

static void start(struct process *process)
{
	pid_t parent = getpid();

	process->started_ms = now_ms();
	process->pid = fork();
	if (!process->pid)
		run(process->name, parent);
	if (process->pid < 0) {
		qb_log(LOG_ERR, "%s cannot be started: %s", process->name, strerror(errno));
		plan(process);
	}
}

void daemons_start(char *const arguments[])
{
	datapath_arguments = arguments;
	for (size_t i = 0; i < DAEMONS; i++) {
		processes[i].retry_ms = RETRY_FIRST_MS;
		start(&processes[i]);
	}
}

static void stop(struct process *process)
{
	int fd;

	if (!process->pid)
		return;
	fd = (int)syscall(SYS_pidfd_open, process->pid, 0);
	kill(process->pid, SIGTERM);
	if (fd >= 0 && poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, STOP_MS) == 0) {
		qb_log(LOG_WARNING, "%s does not end by itself: it is killed", process->name);
		kill(process->pid, SIGKILL);
	}
	if (fd >= 0)
		close(fd);
	while (waitpid(process->pid, NULL, 0) < 0 && errno == EINTR)
		;
	process->pid = 0;
}

void daemons_stop(void)
{
	for (size_t i = DAEMONS; i > 0; i--)
		stop(&processes[i - 1]);
}

static void tell(const struct process *process, int status)
{
	if (WIFSIGNALED(status))
		qb_log(LOG_ERR, "%s was ended by signal %d", process->name, WTERMSIG(status));
	else
		qb_log(LOG_ERR, "%s ended with status %d", process->name, WEXITSTATUS(status));
}

unsigned daemons_reap(const char **name)
{
	unsigned ended = 0;

	for (size_t i = 0; i < DAEMONS; i++) {
		struct process *process = &processes[i];
		int status;

		if (!process->pid || waitpid(process->pid, &status, WNOHANG) != process->pid)
			continue;
		tell(process, status);
		if (now_ms() - process->started_ms > STEADY_MS)
			process->retry_ms = RETRY_FIRST_MS;
		plan(process);
		*name = process->name;
		ended++;
	}
	return ended;
}

int daemons_restart_due(void)
{
	int64_t next = -1;

	for (size_t i = 0; i < DAEMONS; i++) {
		struct process *process = &processes[i];
		int64_t left = process->due_ms - now_ms();

		if (!process->pid && left <= 0)
			start(process);
		else if (!process->pid && (next < 0 || left < next))
			next = left;
	}
	return (int)next;
}
