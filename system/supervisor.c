/* SPDX-License-Identifier: GPL-2.0-or-later */

/* hadrian-supervisor: a node's start. Runs the daemons of one release, and goes back where a new release does not come up. */

#include "lib/log.h"
#include "lib/paths.h"
#include "system/daemons.h"
#include "system/factory.h"
#include "system/start.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define TRIAL_SECONDS 60
#define TRIAL_POLL_MS 50

struct supervisor {
	const char *base;
	bool factory_defaults;
	unsigned trial_seconds;
	char *const *datapath_arguments;
	int signals;
	struct release_choice choice;
	int64_t trial_ends_ms;
	bool stop, restart;
};

static const char usage[] =
    "usage: hadrian-supervisor [--base FOLDER] [--trial-seconds N] [--factory-defaults] [-- "
    "DATAPATH-ARGUMENT ...]\n"
    "Starts the daemons of this node. SIGHUP starts them again, SIGTERM stops them.\n"
    "  --base FOLDER       what the appliance was delivered with (" HADRIAN_PREFIX ")\n"
    "  --trial-seconds N   how long a new release may take to come up, 1 to 3600 (60)\n"
    "  --factory-defaults  forget the configuration, once a boot\n";

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool parse_seconds(const char *text, unsigned *out)
{
	char *end;
	unsigned long value = text ? strtoul(text, &end, 10) : 0;

	if (!text || *end || value < 1 || value > 3600)
		return false;
	*out = (unsigned)value;
	return true;
}

static bool parse(int count, char **arguments, struct supervisor *out)
{
	static char *none[] = {NULL};
	int i;

	*out = (struct supervisor){
	    .base = HADRIAN_PREFIX, .trial_seconds = TRIAL_SECONDS, .datapath_arguments = none};
	for (i = 1; i < count && strcmp(arguments[i], "--") != 0; i++) {
		if (!strcmp(arguments[i], "--factory-defaults")) {
			out->factory_defaults = true;
		} else if (!strcmp(arguments[i], "--base") && i + 1 < count) {
			out->base = arguments[++i];
		} else if (!strcmp(arguments[i], "--trial-seconds") && i + 1 < count) {
			if (!parse_seconds(arguments[++i], &out->trial_seconds))
				return false;
		} else {
			return false;
		}
	}
	if (i < count)
		out->datapath_arguments = arguments + i + 1;
	return true;
}

static int catch_signals(int *fd)
{
	sigset_t caught;

	sigemptyset(&caught);
	sigaddset(&caught, SIGCHLD);
	sigaddset(&caught, SIGTERM);
	sigaddset(&caught, SIGINT);
	sigaddset(&caught, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &caught, NULL))
		return -errno;
	*fd = signalfd(-1, &caught, SFD_CLOEXEC | SFD_NONBLOCK);
	return *fd < 0 ? -errno : 0;
}

static int begin(struct supervisor *supervisor)
{
	int error = start_folders();

	if (!error)
		error = factory_reset_if_asked(supervisor->factory_defaults);
	if (error)
		qb_log(LOG_CRIT, "the reset to factory defaults failed: %s", strerror(-error));
	error = start_prepare(supervisor->base, &supervisor->choice);
	if (error) {
		qb_log(LOG_CRIT, "no release can be started (%s): %s", supervisor->base, strerror(-error));
		return error;
	}
	supervisor->trial_ends_ms = now_ms() + (int64_t)supervisor->trial_seconds * 1000;
	supervisor->restart = false;
	daemons_start(supervisor->datapath_arguments);
	return 0;
}

static void give_up(struct supervisor *supervisor, const char *reason)
{
	daemons_stop();
	start_give_up(&supervisor->choice, reason);
	supervisor->choice.trial = false;
	supervisor->restart = true;
}

/* A daemon that ends in its trial is reason enough: what runs today would not have. */
static void judge_trial(struct supervisor *supervisor, const char *ended)
{
	char reason[256];
	enum start_result result = start_result(reason);

	if (ended) {
		snprintf(reason, sizeof(reason), "%s ended", ended);
		give_up(supervisor, reason);
	} else if (result == START_FAILED) {
		give_up(supervisor, reason);
	} else if (result == START_OK) {
		start_confirm(&supervisor->choice);
		supervisor->choice.trial = false;
	} else if (now_ms() >= supervisor->trial_ends_ms) {
		give_up(supervisor, "its configuration was not in force in time");
	}
}

static void read_signals(struct supervisor *supervisor)
{
	struct signalfd_siginfo signal;

	while (read(supervisor->signals, &signal, sizeof(signal)) == sizeof(signal)) {
		supervisor->stop |= signal.ssi_signo == SIGTERM || signal.ssi_signo == SIGINT;
		supervisor->restart |= signal.ssi_signo == SIGHUP;
	}
}

static void step(struct supervisor *supervisor, int wait_ms)
{
	const char *ended = NULL;

	if (supervisor->choice.trial && (wait_ms < 0 || wait_ms > TRIAL_POLL_MS))
		wait_ms = TRIAL_POLL_MS;
	poll(&(struct pollfd){.fd = supervisor->signals, .events = POLLIN}, 1, wait_ms);
	read_signals(supervisor);
	daemons_reap(&ended);
	if (supervisor->choice.trial && !supervisor->stop && !supervisor->restart)
		judge_trial(supervisor, ended);
}

static int run(struct supervisor *supervisor)
{
	int error = begin(supervisor);

	while (!error && !supervisor->stop) {
		step(supervisor, daemons_restart_due());
		if (supervisor->restart && !supervisor->stop) {
			qb_log(LOG_NOTICE, "starting again");
			daemons_stop();
			error = begin(supervisor);
		}
	}
	daemons_stop();
	return error;
}

int main(int count, char **arguments)
{
	struct supervisor supervisor;
	int error;

	if (!parse(count, arguments, &supervisor)) {
		fputs(usage, stderr);
		return 2;
	}
	umask(022);
	log_start("hadrian-supervisor", 1);
	error = catch_signals(&supervisor.signals);
	if (!error)
		error = run(&supervisor);
	qb_log(LOG_INFO, "ended");
	qb_log_fini();
	return error ? EXIT_FAILURE : EXIT_SUCCESS;
}
