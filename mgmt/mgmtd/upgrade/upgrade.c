/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/upgrade/upgrade.h"
#include "lib/log.h"
#include "lib/paths.h"
#include "mgmt/mgmtd/engine/restart.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM PATH_RELEASE "/sbin/hadrian-upgrade"

struct upgrade {
	qb_loop_t *loop;
	pid_t pid; /* 0: it has been collected */
	int output;
	bool busy;
	struct upgrade_events events;
	void *user;          /* NULL: nobody waits any more */
	upgrade_ended ended; /* or NULL */
	void *owner;
	char line[512]; /* that has not come whole */
	size_t length;
	char version[64], refused[300]; /* the last line, one of them */
};

int upgrade_create(qb_loop_t *loop, struct upgrade **out)
{
	struct upgrade *upgrade = calloc(1, sizeof(*upgrade));

	if (!upgrade)
		return -ENOMEM;
	upgrade->loop = loop;
	*out = upgrade;
	return 0;
}

/* The end of mgmtd ends what it unpacks: nothing was changed yet, or all was. */
void upgrade_destroy(struct upgrade *upgrade)
{
	if (!upgrade)
		return;
	if (upgrade->busy) {
		qb_loop_poll_del(upgrade->loop, upgrade->output);
		close(upgrade->output);
		if (upgrade->ended)
			upgrade->ended(upgrade->owner, false);
	}
	if (upgrade->pid) {
		kill(upgrade->pid, SIGTERM);
		waitpid(upgrade->pid, NULL, 0);
	}
	free(upgrade);
}

static void finish(struct upgrade *upgrade)
{
	const char *refused = upgrade->version[0] ? NULL : upgrade->refused;
	void *user = upgrade->user;
	int error;

	qb_loop_poll_del(upgrade->loop, upgrade->output);
	close(upgrade->output);
	upgrade->busy = false;
	upgrade->user = NULL;
	if (user)
		upgrade->events.done(user, upgrade->version, refused);
	if (upgrade->ended)
		upgrade->ended(upgrade->owner, !refused);
	error = refused ? 0 : restart_node();
	if (error)
		qb_log(LOG_ERR, "release %s is installed, but the node cannot be started again: %s",
		       upgrade->version, strerror(-error));
}

static void take_line(struct upgrade *upgrade, const char *line)
{
	unsigned percent;

	if (sscanf(line, "installed %63s", upgrade->version) == 1)
		return;
	if (!strncmp(line, "refused ", 8))
		snprintf(upgrade->refused, sizeof(upgrade->refused), "%.299s", line + 8);
	else if (upgrade->user && sscanf(line, "validating %3u", &percent) == 1)
		upgrade->events.progress(upgrade->user, true, percent);
	else if (upgrade->user && sscanf(line, "extracting %3u", &percent) == 1)
		upgrade->events.progress(upgrade->user, false, percent);
}

static void take_lines(struct upgrade *upgrade)
{
	char *newline;

	upgrade->line[upgrade->length] = 0;
	while ((newline = strchr(upgrade->line, '\n'))) {
		*newline = 0;
		take_line(upgrade, upgrade->line);
		upgrade->length = strlen(newline + 1);
		memmove(upgrade->line, newline + 1, upgrade->length + 1);
	}
	if (upgrade->length == sizeof(upgrade->line) - 1)
		upgrade->length = 0; /* no line of ours */
}

static int32_t on_output(int32_t fd, int32_t revents, void *user)
{
	struct upgrade *upgrade = user;
	ssize_t got = read(fd, upgrade->line + upgrade->length, sizeof(upgrade->line) - 1 - upgrade->length);

	(void)revents;
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (got > 0) {
		upgrade->length += (size_t)got;
		take_lines(upgrade);
		return 0;
	}
	finish(upgrade);
	return -1;
}

static _Noreturn void run(pid_t parent, int package, int output)
{
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(1);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (dup2(package, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0)
		_exit(1);
	execl(PROGRAM, "hadrian-upgrade", (char *)NULL);
	_exit(127);
}

int upgrade_start(struct upgrade *upgrade, int package, const struct upgrade_events *events, void *user,
                  upgrade_ended ended, void *owner)
{
	pid_t parent = getpid();
	int output[2], error;

	if (upgrade->busy || upgrade->pid)
		return -EBUSY;
	if (pipe2(output, O_CLOEXEC))
		return -errno;
	fcntl(output[0], F_SETFL, O_NONBLOCK);
	upgrade->output = output[0];
	upgrade->length = 0;
	upgrade->version[0] = 0;
	strcpy(upgrade->refused, "the program that checks it ended early");
	upgrade->events = *events;
	upgrade->user = user;
	upgrade->ended = ended;
	upgrade->owner = owner;
	error = qb_loop_poll_add(upgrade->loop, QB_LOOP_MED, output[0], POLLIN, upgrade, on_output);
	if (error) {
		close(output[0]);
		close(output[1]);
		return error;
	}
	upgrade->busy = true;
	upgrade->pid = fork();
	if (!upgrade->pid)
		run(parent, package, output[1]);
	if (upgrade->pid < 0)
		upgrade->pid = 0; /* the end of the pipe tells it */
	close(output[1]);
	return 0;
}

void upgrade_forget(struct upgrade *upgrade, const void *user)
{
	if (upgrade && upgrade->user == user)
		upgrade->user = NULL;
}

void upgrade_reap(struct upgrade *upgrade)
{
	if (upgrade && upgrade->pid && waitpid(upgrade->pid, NULL, WNOHANG) == upgrade->pid)
		upgrade->pid = 0;
}
