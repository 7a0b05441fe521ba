/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow_apply.h"

#include "datapath/flow/flow.h"
#include "datapath/flow/flow_record.h"
#include "datapath/threshold/threshold.h"

#include <errno.h>
#include <stdlib.h>

#define UPDATES 512

struct flow_update {
	struct flow_key keys[2];
	struct flow_addresses addresses; /* of IPv6 keys */
	uint8_t nat_address[16];         /* likewise; zero: the source stays */
	uint8_t operation;               /* enum record_operation */
	uint8_t state;                   /* enum flow_state */
	struct flow_record_tcp tcp;
};

/* What goes to one worker with one command. The control thread makes and frees it, the worker only reads. */
struct flow_updates {
	struct flow_updates *next;
	_Atomic bool applied;
	bool posted;
	uint32_t count;
	struct flow_update update[UPDATES];
};

/* Per worker, oldest first: applied, posted, waiting to be posted, and the last being filled. */
static struct {
	struct flow_updates *first, *last;
} queues[WORKERS_MAX];

/* --- on the worker
 * -------------------------------------------------------------------------------------------------- */

static void put_flow(struct worker_state *state, const struct flow_update *update)
{
	uint32_t entry = flow_table_find(state->flows, &update->keys[0], flow_hash(&update->keys[0]));
	uint32_t index = entry >> 1;
	struct flow *flow;
	int error;

	/* Not quite the same flow: the peer's is the one that lives. */
	if (entry && (entry & 1 ||
	              !flow_key_equal(&flow_at(state->flows, index)->direction[1].key, &update->keys[1]))) {
		flow_close(state, index);
		entry = 0;
	}
	if (!entry) {
		entry = flow_table_find(state->flows, &update->keys[1], flow_hash(&update->keys[1]));
		if (entry)
			flow_close(state, entry >> 1);
		index = flow_table_insert(state->flows, update->keys, &error);
		if (!index) {
			count(state, COUNTER_FLOW_MIRROR_FULL, 1);
			return;
		}
		count(state, COUNTER_FLOW_MIRRORED, 1);
	}
	flow = flow_at(state->flows, index);
	flow->addresses = update->addresses;
	if (update->keys[0].family == FLOW_IPV6)
		nat_ipv6_keep(flow, update->nat_address);
	threshold_adopt(state, index);
	flow_count_half_open(state->flows, flow, -1);
	flow->state = update->state;
	flow_record_take_tcp(&update->tcp, flow);
	flow_count_half_open(state->flows, flow, 1);
	flow->sweep_mark = state->flows->sweep_mark;
	flow->mirrored = flow->was_mirrored = 1;
	/* No decision yet: its first packet here makes one. */
	flow->direction[0].epoch = flow->direction[1].epoch = 0;
	flow->direction[0].last_seen = flow->direction[1].last_seen = state->now;
	flow->timeout = state->policy ? compiled_policy_lifetime(state->policy, update->keys[0].protocol,
	                                                         (enum flow_state)flow->state, false)
	                              : 0;
	flow_timer_stop(state->flows, index);
	if (state->active)
		flow_adopt(state, index);
}

static void delete_flow(struct worker_state *state, const struct flow_update *update)
{
	uint32_t entry = flow_table_find(state->flows, &update->keys[0], flow_hash(&update->keys[0]));

	if (entry && !(entry & 1) && !flow_at(state->flows, entry >> 1)->local)
		flow_close(state, entry >> 1);
}

static bool sweep_visit(struct worker_state *state, uint32_t index, void *argument)
{
	const struct flow *flow = flow_at(state->flows, index);

	(void)argument;
	if (flow->mirrored && flow->sweep_mark != state->flows->sweep_mark)
		flow_close(state, index);
	return true;
}

static void apply_on_worker(struct worker *worker, void *argument)
{
	struct worker_state *state = worker_state_of(worker);
	struct flow_updates *updates = argument;

	for (uint32_t i = 0; i < updates->count; i++) {
		const struct flow_update *update = &updates->update[i];

		switch (update->operation) {
		case RECORD_UPSERT:
			put_flow(state, update);
			break;
		case RECORD_DELETE:
			delete_flow(state, update);
			break;
		case RECORD_SNAPSHOT_BEGIN:
			/* Marks of an unfinished sweep mean nothing any more. */
			scan_cancel(state, SCAN_SWEEP);
			state->flows->sweep_mark++;
			break;
		case RECORD_SNAPSHOT_END:
			scan_start(state, SCAN_SWEEP, sweep_visit, NULL, NULL);
			break;
		}
	}
	atomic_store_explicit(&updates->applied, true, memory_order_release);
}

/* --- on the control thread
 * ------------------------------------------------------------------------------------------ */

static int append(unsigned worker, const struct flow_update *update)
{
	struct flow_updates *updates = queues[worker].last;

	if (!updates || updates->posted || updates->count == UPDATES) {
		updates = calloc(1, sizeof(*updates));
		if (!updates)
			return -ENOMEM;
		if (queues[worker].last)
			queues[worker].last->next = updates;
		else
			queues[worker].first = updates;
		queues[worker].last = updates;
	}
	updates->update[updates->count++] = *update;
	return 0;
}

int flow_apply(const struct record_header *header, const void *payload)
{
	struct flow_update update = {.operation = header->operation};
	enum flow_state state;
	int error = 0;

	switch (header->operation) {
	case RECORD_UPSERT:
	case RECORD_DELETE:
		if (header->version == 0)
			return -EBADMSG;
		error = flow_record_decode(payload, header->length, header->operation == RECORD_DELETE,
		                           update.keys, &update.addresses, update.nat_address, &state);
		if (error)
			return error;
		update.state = state;
		if (header->operation == RECORD_UPSERT)
			memcpy(&update.tcp, (const uint8_t *)payload + offsetof(struct flow_record, tcp),
			       sizeof(update.tcp));
		return append(flow_owner(update.keys[0].family == FLOW_IPV6
		                             ? flow_symmetric_hash_ipv6(&update.keys[0], &update.addresses)
		                             : flow_symmetric_hash(&update.keys[0])),
		              &update);
	case RECORD_SNAPSHOT_BEGIN:
	case RECORD_SNAPSHOT_END:
		for (unsigned i = 0; i < datapath.worker_count && !error; i++)
			error = append(i, &update);
		return error;
	default:
		return -EBADMSG;
	}
}

/* False where something waits for the worker. */
static bool pass_on(unsigned worker)
{
	struct flow_updates *updates;

	while ((updates = queues[worker].first) &&
	       atomic_load_explicit(&updates->applied, memory_order_acquire)) {
		queues[worker].first = updates->next;
		if (!updates->next)
			queues[worker].last = NULL;
		free(updates);
	}
	for (; updates; updates = updates->next) {
		/* Posted before the worker can see it: it is not added to any more. */
		bool before = updates->posted;

		updates->posted = true;
		if (!before && worker_post(datapath.workers[worker], apply_on_worker, updates)) {
			updates->posted = false;
			return false;
		}
	}
	return true;
}

bool flow_apply_settle(void)
{
	bool all = true;

	for (unsigned i = 0; i < datapath.worker_count; i++)
		all &= pass_on(i);
	return all;
}

void flow_apply_end(void)
{
	(void)flow_apply_settle();
}
