/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * hadrian-clock: sets the clock for hadrian-mgmtd, with the privilege for that and no other. What it is told is
 * seconds with a fraction: `set` since 1970 UTC, `adjust` by how much.
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/rtc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#define NANOSECONDS  1000000000
#define STEP_SECONDS 0.5 /* the kernel makes up for less than this bit by bit, without a jump */
#define CLOCK_DEVICE "/dev/rtc0"

static int keep_clock_privilege(void)
{
	static const cap_value_t kept[] = {CAP_SYS_TIME};
	cap_t capabilities = cap_init();
	int error = 0;

	if (!capabilities)
		return -errno;
	if (cap_set_flag(capabilities, CAP_PERMITTED, 1, kept, CAP_SET) ||
	    cap_set_flag(capabilities, CAP_EFFECTIVE, 1, kept, CAP_SET) || cap_set_proc(capabilities))
		error = -errno;
	cap_free(capabilities);
	if (!error && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		error = -errno;
	return error;
}

static struct timespec to_timespec(double seconds)
{
	double whole = floor(seconds);
	struct timespec time = {.tv_sec = (time_t)whole, .tv_nsec = (long)((seconds - whole) * NANOSECONDS)};

	return time;
}

/* The clock that goes on while the machine is off, where there is one. It keeps UTC. */
static void set_device(void)
{
	int fd = open(CLOCK_DEVICE, O_RDONLY | O_CLOEXEC);
	time_t now = time(NULL);
	struct rtc_time value = {0};
	struct tm utc;

	if (fd < 0)
		return;
	gmtime_r(&now, &utc);
	value.tm_sec = utc.tm_sec;
	value.tm_min = utc.tm_min;
	value.tm_hour = utc.tm_hour;
	value.tm_mday = utc.tm_mday;
	value.tm_mon = utc.tm_mon;
	value.tm_year = utc.tm_year;
	if (ioctl(fd, RTC_SET_TIME, &value))
		fprintf(stderr, "%s is not set: %s\n", CLOCK_DEVICE, strerror(errno));
	close(fd);
}

static int set(double seconds)
{
	struct timespec time = to_timespec(seconds);

	return clock_settime(CLOCK_REALTIME, &time) ? -errno : 0;
}

static int step(double seconds)
{
	struct timespec time = to_timespec(seconds);
	struct timex change = {.modes = ADJ_SETOFFSET | ADJ_NANO};

	change.time.tv_sec = time.tv_sec;
	change.time.tv_usec = time.tv_nsec; /* nanoseconds, by ADJ_NANO */
	return clock_adjtime(CLOCK_REALTIME, &change) < 0 ? -errno : 0;
}

static int slew(double seconds)
{
	struct timespec time = to_timespec(seconds);
	struct timeval change = {.tv_sec = time.tv_sec, .tv_usec = time.tv_nsec / 1000};

	return adjtime(&change, NULL) ? -errno : 0;
}

int main(int argc, char *argv[])
{
	double seconds = 0;
	char *end = NULL;
	int error;

	if (argc == 3)
		seconds = strtod(argv[2], &end);
	if (argc != 3 || end == argv[2] || *end || !isfinite(seconds) || fabs(seconds) > 1e10 ||
	    (strcmp(argv[1], "set") != 0 && strcmp(argv[1], "adjust") != 0)) {
		fputs("usage: hadrian-clock set SECONDS-SINCE-1970\n       hadrian-clock adjust SECONDS\n",
		      stderr);
		return 2;
	}
	error = keep_clock_privilege();
	if (!error && !strcmp(argv[1], "set"))
		error = set(seconds);
	else if (!error)
		error = fabs(seconds) < STEP_SECONDS ? slew(seconds) : step(seconds);
	if (error) {
		fprintf(stderr, "%s\n", strerror(-error));
		return 1;
	}
	if (!strcmp(argv[1], "set") || fabs(seconds) >= STEP_SECONDS)
		set_device();
	return 0;
}
