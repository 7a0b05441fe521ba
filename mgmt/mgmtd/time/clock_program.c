/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/time/clock_program.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECONDS_MAX 20 /* then it is ended */

static bool drop(uid_t identity)
{
	const struct rlimit none = {0, 0};

	return !setgroups(0, NULL) && !setresgid(identity, identity, identity) &&
	       !setresuid(identity, identity, identity) && !setrlimit(RLIMIT_CORE, &none);
}

static void run(char *const arguments[], uid_t identity, int out, pid_t parent)
{
	sigset_t nothing;

	if (identity && !drop(identity))
		_exit(126);
	if (identity)
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	/* Both outlive the change of identity and execv only here. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent || dup2(out, STDOUT_FILENO) < 0 || dup2(out, STDERR_FILENO) < 0)
		_exit(126);
	alarm(SECONDS_MAX);
	sigemptyset(&nothing);
	sigprocmask(SIG_SETMASK, &nothing, NULL);
	execv(arguments[0], arguments);
	_exit(127);
}

static void finish(struct clock_program *program)
{
	if (program->pid || program->fd >= 0)
		return;
	program->text[program->length] = 0;
	program->done(program);
}

static int32_t on_readable(int32_t fd, int32_t revents, void *user)
{
	struct clock_program *program = user;
	char rest[256];
	size_t room = sizeof(program->text) - 1 - program->length;
	ssize_t got = read(fd, room ? program->text + program->length : rest, room ? room : sizeof(rest));

	(void)revents;
	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (got > 0) {
		program->length += room ? (size_t)got : 0;
		return 0;
	}
	qb_loop_poll_del(program->loop, fd);
	close(fd);
	program->fd = -1;
	finish(program);
	return -1;
}

int clock_program_start(struct clock_program *program, char *const arguments[], uid_t identity)
{
	pid_t parent = getpid();
	int ends[2], error;

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	program->length = 0;
	program->fd = ends[0];
	program->pid = fork();
	if (!program->pid)
		run(arguments, identity, ends[1], parent);
	error = program->pid < 0 ? -errno : 0;
	close(ends[1]);
	if (!error)
		error =
		    qb_loop_poll_add(program->loop, QB_LOOP_LOW, program->fd, POLLIN, program, on_readable);
	if (!error)
		return 0;
	if (program->pid > 0) {
		kill(program->pid, SIGKILL);
		waitpid(program->pid, NULL, 0);
	}
	close(ends[0]);
	program->pid = 0;
	program->fd = -1;
	return error;
}

void clock_program_end(struct clock_program *program)
{
	if (program->pid > 0) {
		kill(program->pid, SIGKILL);
		waitpid(program->pid, NULL, 0);
	}
	if (program->fd >= 0) {
		qb_loop_poll_del(program->loop, program->fd);
		close(program->fd);
	}
	program->pid = 0;
	program->fd = -1;
}

void clock_program_reap(struct clock_program *program)
{
	if (program->pid <= 0 || waitpid(program->pid, &program->status, WNOHANG) != program->pid)
		return;
	program->pid = 0;
	finish(program);
}
