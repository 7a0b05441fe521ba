/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/ssh/pump.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#define CHUNK 32768

struct pump {
	ssh_event event;
	ssh_session session;
	ssh_channel channel;
	struct program *program;
	int login, signals;
	bool session_ended;
	char waiting[CHUNK]; /* from the client, not taken by the program yet */
	size_t first, last;
	int64_t heard; /* of the client, seconds of the monotonic clock */
};

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec;
}

/* From the program to the channel; the descriptor is closed (a terminal's only marked) at its end. */
static bool carry_out(struct pump *pump, int *fd, bool is_error)
{
	char buffer[CHUNK];
	uint32_t window = ssh_channel_window_size(pump->channel);
	ssize_t got = read(*fd, buffer, window < sizeof(buffer) ? window : sizeof(buffer));

	if (got > 0)
		return (is_error ? ssh_channel_write_stderr(pump->channel, buffer, (uint32_t)got)
		                 : ssh_channel_write(pump->channel, buffer, (uint32_t)got)) == got;
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	/* Also EIO: nobody has the terminal open any more. */
	if (*fd == pump->program->in)
		pump->program->in = -1;
	close(*fd);
	*fd = -1;
	return true;
}

static void carry_in(struct pump *pump)
{
	ssize_t put;

	if (pump->first == pump->last) {
		int got = ssh_channel_read_nonblocking(pump->channel, pump->waiting, CHUNK, 0);

		if (got > 0) {
			pump->first = 0;
			pump->last = (size_t)got;
			pump->heard = now();
		} else if (ssh_channel_is_eof(pump->channel)) {
			program_end_input(pump->program);
		}
	}
	if (pump->first == pump->last)
		return;
	put = pump->program->in >= 0
	          ? write(pump->program->in, pump->waiting + pump->first, pump->last - pump->first)
	          : (ssize_t)(pump->last - pump->first); /* nobody reads it: drop */
	if (put > 0)
		pump->first += (size_t)put;
	else if (put < 0 && errno != EAGAIN && errno != EINTR)
		pump->first = pump->last;
}

/* Waits for whatever can go on. Returns false where the client is gone. */
static bool step(struct pump *pump, int timeout_ms)
{
	struct program *program = pump->program;
	bool room = ssh_channel_window_size(pump->channel) > 0, stuck = pump->first != pump->last;
	struct pollfd polled[6] = {{ssh_get_fd(pump->session), POLLIN, 0},
	                           {room ? program->out : -1, POLLIN, 0},
	                           {room ? program->error : -1, POLLIN, 0},
	                           {stuck ? program->in : -1, POLLOUT, 0},
	                           {pump->login, POLLRDHUP, 0},
	                           {pump->signals, POLLIN, 0}};

	if (ssh_get_poll_flags(pump->session) & SSH_WRITE_PENDING)
		polled[0].events |= POLLOUT;
	/* What libssh has read already wakes no poll. */
	if (!stuck && ssh_channel_poll(pump->channel, 0) > 0)
		timeout_ms = 0;
	if (poll(polled, 6, timeout_ms) < 0 && errno != EINTR)
		return false;
	if (polled[0].revents && ssh_event_dopoll(pump->event, 0) == SSH_ERROR)
		return false;
	if (!ssh_is_connected(pump->session) || ssh_channel_is_closed(pump->channel))
		return false;
	pump->session_ended = polled[4].revents || polled[5].revents;
	carry_in(pump);
	if (polled[1].revents && program->out >= 0 && !carry_out(pump, &program->out, false))
		return false;
	return !polled[2].revents || program->error < 0 || carry_out(pump, &program->error, true);
}

/* A SIGTERM wakes the pump from now on. Returns a descriptor, -1 where there is none. */
static int catch_end(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

static enum pump_end carry(struct pump *pump, uint32_t idle_seconds)
{
	const struct program *program = pump->program;

	while (program->out >= 0 || program->error >= 0) {
		int64_t left = pump->heard + idle_seconds - now();

		if (left <= 0)
			return PUMP_IDLE;
		if (!step(pump, left > 60 ? 60000 : (int)left * 1000))
			return PUMP_CLIENT_GONE;
		if (pump->session_ended)
			return PUMP_SESSION_ENDED;
	}
	return PUMP_PROGRAM_ENDED;
}

enum pump_end pump(ssh_event event, ssh_session session, ssh_channel channel, struct program *program,
                   int login, uint32_t idle_seconds)
{
	struct pump state = {.event = event,
	                     .session = session,
	                     .channel = channel,
	                     .program = program,
	                     .login = login,
	                     .signals = catch_end(),
	                     .heard = now()};
	enum pump_end end;

	carry_in(&state); /* what came with the request */
	end = carry(&state, idle_seconds);
	/* What it said last may be why the session ended: `activate` without its own user. */
	if (end == PUMP_SESSION_ENDED && program->out >= 0)
		carry_out(&state, &program->out, false);
	if (state.signals >= 0)
		close(state.signals);
	return end;
}
