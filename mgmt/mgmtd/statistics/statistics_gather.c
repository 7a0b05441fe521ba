/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/statistics/statistics_gather.h"
#include "lib/messages/query.h"
#include "mgmt/mgmtd/engine/datapath_link.h"
#include "mgmt/mgmtd/log/log_receivers.h"
#include "mgmt/mgmtd/policy/policy_build.h"
#include "mgmt/mgmtd/session/session.h"
#include "mgmt/mgmtd/statistics/memory.h"
#include "mgmt/mgmtd/statistics/usage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct gather {
	struct engine *engine;
	struct statistics all;
	gather_done done;
	void *user;
	struct gather **owner;
	size_t step; /* the query that is under way */
};

static void add_interfaces(void *user, const void *rows, uint32_t count)
{
	struct gather *gather = user;
	const struct interface_row *row = rows;

	for (uint32_t i = 0; i < count; i++) {
		const char *name = interface_name(&gather->engine->running, row[i].interface);
		const struct {
			const char *name, *unit;
			uint64_t value;
		} values[] = {{"bytes_recv", "bytes", row[i].received_bytes},
		              {"bytes_sent", "bytes", row[i].sent_bytes},
		              {"packets_dropped", "packets", row[i].dropped_packets},
		              {"packets_recv", "packets", row[i].received_packets},
		              {"packets_sent", "packets", row[i].sent_packets}};

		for (size_t j = 0; j < sizeof(values) / sizeof(values[0]); j++)
			statistics_add(&gather->all, values[j].value, values[j].unit,
			               "/interfaces/common/%s/%s", name, values[j].name);
	}
}

static const char *unit_of(const char *name)
{
	if (strncmp(name, "heartbeat/", 10) == 0)
		return "us";
	return strncmp(name, "flow/", 5) == 0 ? "flows" : "packets";
}

static void add_counters(void *user, const void *rows, uint32_t count)
{
	struct gather *gather = user;
	const struct counter_row *row = rows;

	for (uint32_t i = 0; i < count; i++)
		statistics_add(&gather->all, row[i].value, unit_of(row[i].name), "/datapath/%.*s",
		               (int)sizeof(row[i].name), row[i].name);
}

/* The guide's example has the sum of the cores in its totals, not their mean. */
static void add_workers(void *user, const void *rows, uint32_t count)
{
	struct gather *gather = user;
	const struct worker_row *row = rows;
	unsigned fast = 0, slow = 0;

	for (uint32_t i = 0; i < count; i++) {
		statistics_add(&gather->all, row[i].fast_percent, "%", "/system/cpu/cpus/FastPath_%02u/usage",
		               row[i].index + 1);
		statistics_add(&gather->all, row[i].slow_percent, "%", "/system/cpu/cpus/SlowPath_%02u/usage",
		               row[i].index + 1);
		fast += row[i].fast_percent;
		slow += row[i].slow_percent;
	}
	statistics_add(&gather->all, fast, "%", "/system/cpu/fast_path_usage");
	statistics_add(&gather->all, slow, "%", "/system/cpu/slow_path_usage");
}

static void add_log(struct gather *gather)
{
	const char *name;
	uint64_t lost;

	for (uint32_t i = 0;; i++) {
		struct message_log_count count = log_receivers_count(gather->engine->log, i, &name, &lost);

		if (!name)
			break;
		statistics_add(&gather->all, count.sent, "messages", "/log/receivers/%s/sent", name);
		statistics_add(&gather->all, count.limited, "messages", "/log/receivers/%s/rate_limited",
		               name);
		statistics_add(&gather->all, count.failed, "messages", "/log/receivers/%s/failed", name);
		statistics_add(&gather->all, count.refused, "messages", "/log/receivers/%s/refused", name);
	}
	statistics_add(&gather->all, lost, "messages", "/log/lost");
}

static void add_own(struct gather *gather)
{
	const struct processes *processes = usage_latest(gather->engine->usage);
	struct memory memory;
	uint64_t users = 0, control = processes ? (uint64_t)(processes->percent + 0.5) : 0;

	for (const struct session *session = gather->engine->sessions; session; session = session->next)
		users += session->open;
	statistics_add(&gather->all, users, "users", "/authentication/system/active_users");
	statistics_add(&gather->all, control, "%", "/system/cpu/control_plane_usage");
	statistics_add(&gather->all, control, "%", "/system/cpu/cpus/ControlPlane_01/usage");
	add_log(gather);
	if (memory_read(&memory))
		return;
	statistics_add(&gather->all, memory.free_kb, "KB", "/system/memory/free");
	statistics_add(&gather->all, memory.total_kb, "KB", "/system/memory/total");
}

static const struct {
	enum query_kind kind;
	datapath_rows rows;
} queries[] = {
    {QUERY_INTERFACES, add_interfaces}, {QUERY_COUNTERS, add_counters}, {QUERY_WORKERS, add_workers}};
#define QUERIES (sizeof(queries) / sizeof(queries[0]))

static void finish(struct gather *gather, bool datapath)
{
	*gather->owner = NULL;
	statistics_sort(&gather->all);
	gather->done(gather->user, &gather->all, datapath);
	statistics_free(&gather->all);
	free(gather);
}

static void ask(struct gather *gather);

static void on_end(void *user, int error, const char *text)
{
	struct gather *gather = user;

	(void)text;
	gather->step++;
	if (error)
		finish(gather, false);
	else
		ask(gather);
}

static void ask(struct gather *gather)
{
	if (gather->step == QUERIES)
		finish(gather, true);
	else if (datapath_link_query(gather->engine->datapath, queries[gather->step].kind, 0,
	                             queries[gather->step].rows, on_end, gather))
		finish(gather, false);
}

int gather_start(struct engine *engine, gather_done done, void *user, struct gather **out)
{
	struct gather *gather = calloc(1, sizeof(*gather));

	if (!gather)
		return -ENOMEM;
	gather->engine = engine;
	gather->done = done;
	gather->user = user;
	gather->owner = out;
	*out = gather;
	add_own(gather);
	ask(gather);
	return 0;
}

void gather_cancel(struct gather *gather)
{
	if (!gather)
		return;
	*gather->owner = NULL;
	datapath_link_forget(gather->engine->datapath, gather);
	statistics_free(&gather->all);
	free(gather);
}
