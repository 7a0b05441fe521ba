/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/cli/terminal.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define COLUMNS_UNKNOWN 80

static const int watched[] = {SIGINT, SIGWINCH, SIGHUP, SIGTERM, SIGQUIT};
static volatile sig_atomic_t broken, resized, ended;
static sigset_t outside; /* the mask while something is waited for */
static bool started;

static void on_signal(int number)
{
	if (number == SIGINT)
		broken = 1;
	else if (number == SIGWINCH)
		resized = 1;
	else
		ended = 1;
}

void terminal_start(void)
{
	struct sigaction action = {.sa_handler = on_signal};
	sigset_t blocked;

	sigemptyset(&blocked);
	for (size_t i = 0; i < sizeof(watched) / sizeof(*watched); i++)
		sigaddset(&blocked, watched[i]);
	sigprocmask(SIG_BLOCK, &blocked, &outside);
	for (size_t i = 0; i < sizeof(watched) / sizeof(*watched); i++) {
		sigdelset(&outside, watched[i]);
		sigaction(watched[i], &action, NULL);
	}
	started = true;
}

static bool is_pending(void)
{
	sigset_t pending;

	sigpending(&pending);
	for (size_t i = 0; i < sizeof(watched) / sizeof(*watched); i++)
		if (sigismember(&pending, watched[i]) > 0)
			return true;
	return false;
}

int terminal_wait(struct pollfd *wait, nfds_t count, int timeout_ms)
{
	struct timespec time = {timeout_ms / 1000, timeout_ms % 1000 * 1000000L}, none = {0};
	int ready;

	/* ppoll lets no signal in where a descriptor is ready, as one is all the time while much is printed. */
	if (started && is_pending()) {
		ppoll(NULL, 0, &none, &outside);
		return -EINTR;
	}
	ready = ppoll(wait, count, timeout_ms < 0 ? NULL : &time, started ? &outside : NULL);
	return ready < 0 ? -errno : ready;
}

static bool take(volatile sig_atomic_t *happened)
{
	bool was = *happened;

	*happened = 0;
	return was;
}

bool terminal_broken(void)
{
	return take(&broken);
}

bool terminal_resized(void)
{
	return take(&resized);
}

bool terminal_ended(void)
{
	return ended;
}

void terminal_forget_break(void)
{
	/* One that is pending is delivered by this wait, which waits for nothing. */
	terminal_wait(NULL, 0, 0);
	broken = 0;
}

unsigned terminal_columns(void)
{
	struct winsize size;

	return !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col ? size.ws_col : COLUMNS_UNKNOWN;
}
