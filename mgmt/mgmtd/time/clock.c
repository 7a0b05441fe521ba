/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/time/clock.h"
#include "lib/log.h"
#include "lib/paths.h"
#include "lib/timer.h"
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/time/clock_program.h"
#include "mgmt/mgmtd/time/time_zone.h"

#include <errno.h>
#include <qb/qbutil.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define FIRST_SECONDS                                                                                        \
	5 /* from a new configuration on: the datapath needs a moment for the way to the servers */
#define RETRY_SECONDS 60    /* where no server answered */
#define FIRST_USER    65000 /* of those that have no name; hadrian-sshd has the first of them */
#define DIRECTORY     PATH_RUN_DIRECTORY "/time-%zu" /* each chronyd's own */

struct clock {
	qb_loop_t *loop;
	struct clock_status status;
	unsigned interval_s;
	bool force;
	size_t waiting; /* for so many servers */
	struct timer timer;
	struct clock_program query[CLOCK_SERVERS_MAX];
	struct clock_program setter;
	bool synchronizing; /* what the setter does is a synchronization's */
	clock_done done;    /* of who sets the clock, or NULL */
	void *user;
};

static void on_timer(void *user)
{
	struct clock *clock = user;
	int error;

	error = clock_synchronize(clock, false);
	if (error)
		qb_log(LOG_WARNING, "the time servers cannot be asked: %s", strerror(-error));
}

static void arm(struct clock *clock, unsigned seconds)
{
	timer_stop(&clock->timer);
	if (clock->status.enabled)
		(void)timer_start(&clock->timer, clock->loop, QB_LOOP_LOW, seconds * QB_TIME_NS_IN_SEC, clock,
		                  on_timer);
}

static void conclude(struct clock *clock, const char *error)
{
	struct clock_status *status = &clock->status;
	unsigned again = clock->interval_s;

	status->asking = false;
	status->ever = true;
	status->when = time(NULL);
	snprintf(status->error, sizeof(status->error), "%s", error);
	if (*error)
		qb_log(LOG_WARNING, "time synchronization: %s", error);
	else
		qb_log(LOG_NOTICE,
		       "time synchronization: the clock was adjusted by %+.6f s (%u of %zu servers)",
		       status->judgement.offset, status->judgement.used, status->count);
	if (!status->judgement.answered && again > RETRY_SECONDS)
		again = RETRY_SECONDS;
	arm(clock, again);
}

/* --- setting --------------------------------------------------------------------------------------------------- */

static void on_set(struct clock_program *setter)
{
	struct clock *clock = setter->user;
	clock_done done = clock->done;
	bool fine = WIFEXITED(setter->status) && !WEXITSTATUS(setter->status);
	char reason[128] = "";

	if (!fine)
		snprintf(reason, sizeof(reason), "the clock cannot be set: %.*s",
		         (int)strcspn(setter->text, "\n"),
		         *setter->text ? setter->text : "no reason is known");
	else if (*setter->text)
		qb_log(LOG_INFO, "%.*s", (int)strcspn(setter->text, "\n"), setter->text);
	clock->done = NULL;
	if (clock->synchronizing)
		conclude(clock, reason);
	clock->synchronizing = false;
	if (done)
		done(clock->user, fine ? 0 : -EPERM, reason);
}

static int run_setter(struct clock *clock, const char *what, const char *seconds)
{
	const char *program = getenv("HADRIAN_CLOCK");
	char *arguments[] = {(char *)(program ? program : HADRIAN_CLOCK), (char *)what, (char *)seconds,
	                     NULL};

	return clock_program_start(&clock->setter, arguments, 0);
}

static bool setter_runs(const struct clock *clock)
{
	return clock->setter.pid || clock->setter.fd >= 0;
}

int clock_set(struct clock *clock, time_t seconds, clock_done done, void *user)
{
	char text[32];
	int error;

	if (!clock)
		return -ENOTCONN;
	if (setter_runs(clock))
		return -EBUSY;
	snprintf(text, sizeof(text), "%lld", (long long)seconds);
	error = run_setter(clock, "set", text);
	if (error)
		return error;
	clock->done = done;
	clock->user = user;
	return 0;
}

void clock_forget(struct clock *clock, const void *user)
{
	if (clock && clock->user == user)
		clock->done = NULL;
}

/* --- asking ---------------------------------------------------------------------------------------------------- */

static void judge(struct clock *clock)
{
	struct clock_status *status = &clock->status;
	struct clock_answer answers[CLOCK_SERVERS_MAX];
	char text[32];
	int error;

	for (size_t i = 0; i < status->count; i++)
		answers[i] = status->server[i].answer;
	status->judgement = clock_judge(answers, status->count, status->max_adjust_s, clock->force);
	for (size_t i = 0; i < status->count; i++)
		status->server[i].answer = answers[i];
	clock->force = false;
	if (!status->judgement.used) {
		conclude(clock, status->judgement.answered
		                    ? "every answer differs by more than TimeSyncMaxAdjust"
		                    : "no server answered");
		return;
	}
	/* Somebody sets it by hand in this moment: the servers are asked again later. */
	if (setter_runs(clock)) {
		conclude(clock, "the clock was being set by hand");
		return;
	}
	snprintf(text, sizeof(text), "%.9f", status->judgement.offset);
	error = run_setter(clock, "adjust", text);
	clock->synchronizing = !error;
	if (error)
		conclude(clock, strerror(-error));
}

static void on_answer(struct clock_program *query)
{
	struct clock *clock = query->user;
	struct clock_server *server = &clock->status.server[query - clock->query];

	server->answer = (struct clock_answer){0};
	server->answer.answered = !clock_answer_read(query->text, &server->answer.offset);
	if (!server->answer.answered)
		qb_log(LOG_INFO, "time server %s (%s) did not answer", server->name, server->address);
	if (!--clock->waiting)
		judge(clock);
}

static int ask_server(struct clock *clock, size_t i)
{
	char directory[64], directive[128], pid_file[96];
	/* One question and one answer, as SNTP is; what chronyd would do besides is turned off. */
	char *arguments[] = {
	    "/usr/sbin/chronyd", "-U", "-Q", "-t", "5", "-f", "/dev/null", directive, pid_file, "cmdport 0",
	    "bindcmdaddress /",  NULL};
	uid_t identity = (uid_t)(FIRST_USER + i);

	snprintf(directory, sizeof(directory), DIRECTORY, i);
	if (mkdir(directory, 0700) && errno != EEXIST)
		return -errno;
	if (chown(directory, identity, identity))
		return -errno;
	snprintf(directive, sizeof(directive), "server %s iburst maxsamples 1",
	         clock->status.server[i].address);
	snprintf(pid_file, sizeof(pid_file), "pidfile %s/pid", directory);
	return clock_program_start(&clock->query[i], arguments, identity);
}

int clock_synchronize(struct clock *clock, bool force)
{
	int error = 0, first = 0;

	if (!clock)
		return -ENOTCONN;
	if (!clock->status.count)
		return -ENOENT;
	clock->force |= force;
	if (clock->status.asking)
		return 0;
	clock->waiting = 0;
	for (size_t i = 0; i < clock->status.count; i++) {
		clock->status.server[i].answer = (struct clock_answer){0};
		error = ask_server(clock, i);
		first = first ? first : error;
		clock->waiting += !error;
	}
	clock->status.asking = clock->waiting > 0;
	if (!clock->waiting)
		arm(clock, clock->interval_s < RETRY_SECONDS ? clock->interval_s : RETRY_SECONDS);
	return clock->waiting ? 0 : first;
}

/* --- configuration --------------------------------------------------------------------------------------------- */

static void read_servers(const struct configuration *configuration, struct clock_status *out)
{
	const struct object_type *type = schema_type(configuration->schema, NULL, "DateTime");
	const struct object_type *servers = schema_type(configuration->schema, type, "TimeServer");
	const struct lyd_node *context = object_find(configuration, type, NULL, NULL);

	for (const struct lyd_node *object = context ? object_first(configuration, servers, context) : NULL;
	     object && out->count < CLOCK_SERVERS_MAX; object = object_next(object)) {
		struct ip_address address = resolve_host(configuration, value_of(servers, object, "IP"));
		struct clock_server *server = &out->server[out->count];

		if (object_disabled(servers, object) || !address.version)
			continue;
		snprintf(server->name, sizeof(server->name), "%s", object_key(servers, object));
		ip_address_format(&address, server->address);
		out->count++;
	}
}

static bool same_servers(const struct clock_status *a, const struct clock_status *b)
{
	bool same = a->count == b->count;

	for (size_t i = 0; i < a->count && same; i++)
		same = !strcmp(a->server[i].name, b->server[i].name) &&
		       !strcmp(a->server[i].address, b->server[i].address);
	return same;
}

static void give_up(struct clock *clock)
{
	for (size_t i = 0; i < CLOCK_SERVERS_MAX; i++)
		clock_program_end(&clock->query[i]);
	clock->status.asking = clock->force = false;
}

void clock_configure(struct clock *clock, const struct configuration *configuration)
{
	const unsigned interval = setting_number(configuration, "DateTime", "TimeSyncInterval");
	const bool enabled = setting_is(configuration, "DateTime", "TimeSyncEnable", "Yes");
	struct clock_status fresh = {.enabled = enabled};
	bool again;

	time_zone_apply(configuration);
	if (!clock)
		return;
	read_servers(configuration, &fresh);
	again = enabled != clock->status.enabled || interval != clock->interval_s;
	if (!same_servers(&fresh, &clock->status)) {
		give_up(clock);
		clock->status = fresh;
		again = true;
	}
	clock->status.enabled = enabled;
	clock->status.max_adjust_s = setting_number(configuration, "DateTime", "TimeSyncMaxAdjust");
	clock->interval_s = interval;
	if (again)
		arm(clock, FIRST_SECONDS);
}

int clock_create(qb_loop_t *loop, struct clock **out)
{
	struct clock *clock = calloc(1, sizeof(*clock));

	if (!clock)
		return -ENOMEM;
	clock->loop = loop;
	clock->setter = (struct clock_program){.loop = loop, .fd = -1, .done = on_set, .user = clock};
	for (size_t i = 0; i < CLOCK_SERVERS_MAX; i++)
		clock->query[i] =
		    (struct clock_program){.loop = loop, .fd = -1, .done = on_answer, .user = clock};
	*out = clock;
	return 0;
}

void clock_destroy(struct clock *clock)
{
	if (!clock)
		return;
	clock->status.enabled = false;
	arm(clock, 0);
	give_up(clock);
	clock_program_end(&clock->setter);
	free(clock);
}

void clock_reap(struct clock *clock)
{
	if (!clock)
		return;
	clock_program_reap(&clock->setter);
	for (size_t i = 0; i < CLOCK_SERVERS_MAX; i++)
		clock_program_reap(&clock->query[i]);
}

const struct clock_status *clock_status(const struct clock *clock)
{
	return &clock->status;
}
