/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/statistics/usage.h"
#include "lib/log.h"
#include "lib/timer.h"
#include "mgmt/mgmtd/engine/cluster_link.h"
#include "mgmt/mgmtd/engine/datapath_link.h"

#include <errno.h>
#include <qb/qbutil.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct usage {
	struct engine *engine;
	struct timer timer;
	struct processes now;
};

/* mgmtd, the daemons that it talks to, and what they have started. */
static int look(struct usage *usage)
{
	const struct engine *engine = usage->engine;
	pid_t forwarder = datapath_link_pid(engine->datapath);
	pid_t roots[] = {getpid(), forwarder, cluster_link_pid(engine->cluster)};
	struct processes now;
	int error = processes_look(roots, sizeof(roots) / sizeof(roots[0]), forwarder, &now);

	if (error)
		return error;
	processes_compare(&usage->now, &now);
	usage->now = now;
	return 0;
}

static void on_timer(void *user)
{
	struct usage *usage = user;
	int error = look(usage);

	if (error)
		qb_log(LOG_WARNING, "processes cannot be looked at: %s", strerror(-error));
	(void)timer_start(&usage->timer, usage->engine->loop, QB_LOOP_LOW, USAGE_SECONDS * QB_TIME_NS_IN_SEC,
	                  usage, on_timer);
}

int usage_create(struct engine *engine, struct usage **out)
{
	struct usage *usage = calloc(1, sizeof(*usage));
	int error;

	if (!usage)
		return -ENOMEM;
	usage->engine = engine;
	error = timer_start(&usage->timer, engine->loop, QB_LOOP_LOW, QB_TIME_NS_IN_SEC, usage, on_timer);
	if (error) {
		free(usage);
		return error;
	}
	/* What came before is no use of the first second. */
	(void)look(usage);
	usage->now.percent = usage->now.system_percent = 0;
	for (size_t i = 0; i < usage->now.count; i++)
		usage->now.list[i].percent = 0;
	*out = usage;
	return 0;
}

void usage_destroy(struct usage *usage)
{
	if (!usage)
		return;
	timer_stop(&usage->timer);
	free(usage);
}

const struct processes *usage_latest(const struct usage *usage)
{
	return usage && usage->now.when_ns ? &usage->now : NULL;
}
