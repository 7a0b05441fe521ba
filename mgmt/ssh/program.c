/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/ssh/program.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SESSION_FD    3
#define EXECUTABLE_FD 4

const char *program_term(const char *term)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-+._";

	return term && *term && strlen(term) < 32 && term[strspn(term, allowed)] == 0 && *term != '.'
	           ? term
	           : "dumb";
}

/* In the child. Only the three standard descriptors and the session are left to the program. */
static void run(const struct program_start *start)
{
	char term[48];
	char *words[] = {(char *)start->name, "--session", "3", "--", (char *)start->command, NULL};
	char *environment[] = {term, "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/nonexistent", NULL};
	int session, executable;

	snprintf(term, sizeof(term), "TERM=%s", start->terminal ? program_term(start->term) : "dumb");
	/* First out of each other's way. */
	session = fcntl(start->session, F_DUPFD, 16);
	executable = fcntl(start->executable, F_DUPFD, 16);
	if (session < 0 || executable < 0 || dup2(session, SESSION_FD) < 0 ||
	    dup3(executable, EXECUTABLE_FD, O_CLOEXEC) < 0)
		_exit(126);
	close_range(EXECUTABLE_FD + 1, ~0u, 0);
	signal(SIGPIPE, SIG_DFL);
	syscall(SYS_execveat, EXECUTABLE_FD, "", words, environment, AT_EMPTY_PATH);
	_exit(127);
}

static int start_on_terminal(const struct program_start *start, struct program *out)
{
	int terminal;

	out->pid = forkpty(&terminal, NULL, NULL, &start->size);
	if (out->pid < 0)
		return -errno;
	if (!out->pid)
		run(start);
	fcntl(terminal, F_SETFL, O_NONBLOCK);
	out->in = out->out = terminal;
	out->error = -1;
	return 0;
}

static void close_pipes(int pipes[3][2])
{
	for (size_t i = 0; i < 3; i++)
		for (size_t side = 0; side < 2; side++)
			if (pipes[i][side] >= 0)
				close(pipes[i][side]);
}

static int start_on_pipes(const struct program_start *start, struct program *out)
{
	int pipes[3][2] = {{-1, -1}, {-1, -1}, {-1, -1}};

	for (size_t i = 0; i < 3; i++)
		if (pipe2(pipes[i], O_CLOEXEC)) {
			int error = -errno;

			close_pipes(pipes);
			return error;
		}
	out->pid = fork();
	if (out->pid < 0) {
		close_pipes(pipes);
		return -EAGAIN;
	}
	if (!out->pid) {
		if (dup2(pipes[0][0], 0) < 0 || dup2(pipes[1][1], 1) < 0 || dup2(pipes[2][1], 2) < 0)
			_exit(126);
		run(start);
	}
	out->in = pipes[0][1];
	out->out = pipes[1][0];
	out->error = pipes[2][0];
	close(pipes[0][0]);
	close(pipes[1][1]);
	close(pipes[2][1]);
	fcntl(out->in, F_SETFL, O_NONBLOCK);
	fcntl(out->out, F_SETFL, O_NONBLOCK);
	fcntl(out->error, F_SETFL, O_NONBLOCK);
	return 0;
}

int program_start(const struct program_start *start, struct program *out)
{
	return start->terminal ? start_on_terminal(start, out) : start_on_pipes(start, out);
}

void program_end_input(struct program *program)
{
	if (program->in < 0)
		return;
	if (program->in == program->out) {
		if (write(program->in, "\004", 1) < 0)
			kill(program->pid, SIGHUP);
	} else {
		close(program->in);
	}
	program->in = -1;
}

int program_end(struct program *program, bool hang_up)
{
	int status = 0;

	if (program->in >= 0 && program->in != program->out)
		close(program->in);
	if (program->out >= 0)
		close(program->out);
	if (program->error >= 0)
		close(program->error);
	program->in = program->out = program->error = -1;
	if (hang_up)
		kill(program->pid, SIGKILL);
	while (waitpid(program->pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
