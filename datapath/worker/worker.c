/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/event/event.h"
#include "datapath/flow/flow.h"
#include "datapath/fragment/fragment_judge.h"
#include "datapath/heartbeat/lanes.h"
#include "datapath/length/length_limits.h"
#include "datapath/mirror/emit.h"
#include "datapath/switchover/switchover.h"
#include "datapath/tcp/cookie.h"
#include "datapath/watch/table.h"
#include "datapath/worker/idle.h"
#include "datapath/worker/state.h"

#include <errno.h>
#include <rte_cycles.h>
#include <rte_malloc.h>
#include <stdio.h>

#define RING_PACKETS  2048
#define RING_COMMANDS 4096
#define RING_DELTAS   256
#define RING_HELD     4096

struct worker_command {
	worker_function function;
	void *argument;
};

static struct rte_ring *ring(const char *name, unsigned index, unsigned element, unsigned count, int socket,
                             unsigned flags)
{
	char full[RTE_RING_NAMESIZE];

	snprintf(full, sizeof(full), "%s_%u", name, index);
	return rte_ring_create_elem(full, element, count, socket, flags);
}

static int create_rings(struct worker *worker, int socket)
{
	const unsigned single = RING_F_SP_ENQ | RING_F_SC_DEQ, pointer = sizeof(void *);
	unsigned index = worker->index;

	worker->to_control = ring("to_control", index, pointer, RING_PACKETS, socket, single);
	worker->from_control = ring("from_control", index, pointer, RING_PACKETS, socket, single);
	worker->commands =
	    ring("commands", index, sizeof(struct worker_command), RING_COMMANDS, socket, single);
	worker->deltas = ring("deltas", index, pointer, RING_DELTAS, socket, single);
	worker->handover = ring("handover", index, pointer, RING_PACKETS, socket, RING_F_SC_DEQ);
	worker->fragments = ring("fragments", index, pointer, RING_PACKETS, socket, RING_F_SC_DEQ);
	worker->events = ring("events", index, sizeof(struct event), EVENTS_RING, socket, single);
	worker_state_of(worker)->held = ring("held", index, pointer, RING_HELD, socket, single);
	if (!(worker_state_of(worker)->held && worker->to_control && worker->from_control &&
	      worker->commands && worker->deltas && worker->handover && worker->events && worker->fragments))
		return -ENOMEM;
	return heartbeat_lanes_create(index, socket);
}

static int create_graph(struct worker *worker, int socket)
{
	const char *pattern = "receive";
	struct rte_graph_param parameters = {
	    .socket_id = socket, .nb_node_patterns = 1, .node_patterns = &pattern};
	char name[RTE_GRAPH_NAMESIZE];

	snprintf(name, sizeof(name), "worker_%u", worker->index);
	worker_node_init_for(worker->private);
	if (rte_graph_create(name, &parameters) == RTE_GRAPH_ID_INVALID)
		return rte_errno ? -rte_errno : -EINVAL;
	worker->graph = rte_graph_lookup(name);
	return worker->graph ? 0 : -ENOENT;
}

int worker_create(unsigned index, unsigned lcore, uint32_t max_flows, struct worker **out)
{
	int socket = (int)rte_lcore_to_socket_id(lcore), error = flow_hash_start(NULL);
	struct worker *worker = rte_zmalloc_socket("worker", sizeof(*worker), RTE_CACHE_LINE_SIZE, socket);
	struct worker_state *state =
	    rte_zmalloc_socket("worker_state", sizeof(*state), RTE_CACHE_LINE_SIZE, socket);

	if (!worker || !state)
		return -ENOMEM;
	if (error)
		return error;
	worker->index = index;
	worker->lcore = lcore;
	worker->private = state;
	state->worker = worker;
	state->epoch = 1;
	state->now = 1;
	state->tick_cycles = rte_get_tsc_hz() / FLOW_TICKS_PER_SECOND;
	state->icmp_tokens = ICMP_ERRORS_BURST;
	state->event_allowances[EVENTS_OTHER].tokens = EVENTS_BURST;
	state->event_allowances[EVENTS_REFUSED].tokens = FLOW_EVENTS_BURST;
	state->event_allowances[EVENTS_BLACKLIST].tokens = FLOW_EVENTS_BURST;
	state->event_allowances[EVENTS_FLOW_OPEN].tokens = FLOW_EVENTS_BURST;
	length_limits_set(state, NULL);
	if ((error = create_rings(worker, socket)))
		return error;
	if (!(worker->flows = flow_table_create(max_flows, socket)))
		return -ENOMEM;
	state->flows = worker->flows;
	if (!(state->reassemblies = reassembly_table_create(POLICY_REASSEMBLIES_MAX, socket)))
		return -ENOMEM;
	if ((error = create_graph(worker, socket)))
		return error;
	*out = worker;
	return 0;
}

static void stop(struct worker *worker, void *argument)
{
	(void)argument;
	worker_state_of(worker)->stop = true;
}

void worker_stop(struct worker *worker)
{
	while (worker_post(worker, stop, NULL) == -EAGAIN)
		rte_pause();
}

int worker_post(struct worker *worker, worker_function function, void *argument)
{
	struct worker_command command = {function, argument};

	return rte_ring_sp_enqueue_elem(worker->commands, &command, sizeof(command)) ? -EAGAIN : 0;
}

static bool run_commands(struct worker_state *state)
{
	struct worker_command command;
	unsigned done = 0;

	/* A few at a time, so that packets never wait for long. */
	while (done < 8 && !rte_ring_sc_dequeue_elem(state->worker->commands, &command, sizeof(command))) {
		command.function(state->worker, command.argument);
		done++;
	}
	return done > 0;
}

/* Whoever reads the lease and then datapath.active finds no lease of a node that was replaced (C22-013). */
static bool leased(uint64_t now)
{
	return now < atomic_load_explicit(&heartbeat_lanes.lease_tsc, memory_order_acquire);
}

void worker_refresh(struct worker_state *state)
{
	const struct compiled_policy *policy = atomic_load_explicit(&datapath.policy, memory_order_acquire);
	uint32_t serial = policy ? policy->serial : 0;
	uint32_t adjacency_epoch = atomic_load_explicit(&datapath.adjacency_epoch, memory_order_acquire);
	/* In this order: see leased(). */
	bool held = leased(state->turn_tsc);
	bool active = atomic_load_explicit(&datapath.active, memory_order_acquire);
	bool new_policy = serial != state->policy_serial;

	/* After active: who finds it set also finds that it is to hold. */
	switchover_refresh(state, state->turn_tsc);
	active = state->passing || (active && !state->holding);
	if (new_policy || adjacency_epoch != state->adjacency_epoch || active != state->active) {
		/* 0 stands for no decision at all. */
		if (++state->epoch == 0)
			state->epoch = 1;
	}
	state->policy = policy;
	state->captures = atomic_load_explicit(&datapath.captures, memory_order_acquire);
	state->watches = atomic_load_explicit(&datapath.watches, memory_order_acquire);
	if (unlikely((state->watches ? state->watches->serial : 0) != state->watch_serial))
		watch_switch(state);
	state->drop_ipv4 = policy && policy->policy.settings->drop_ipv4;
	state->drop_ipv6 = policy && policy->policy.settings->drop_ipv6;
	state->strip_df_below = policy ? policy->policy.settings->path_mtu.strip_df_below : 0;
	state->policy_serial = serial;
	state->adjacency_epoch = adjacency_epoch;
	/* Clients may hold the former active node's cookies. */
	if (active && !state->active)
		state->relay_until = state->now + 2 * TCP_COOKIE_SECONDS * FLOW_TICKS_PER_SECOND;
	state->active = active;
	state->forwarding = active && held;
	state->divert_flags = DIRECTION_TO_CORE | DIRECTION_FROM_CORE | DIRECTION_TRACK |
	                      DIRECTION_TRANSLATED_IPV6 | (state->forwarding ? 0 : DIRECTION_NEEDS_ACTIVE);
	worker_ports_refresh(state, new_policy);
	if (new_policy) {
		length_limits_set(state, policy ? &policy->policy.settings->length_limits : NULL);
		flow_policy_changed(state);
	}
}

/* A node that stood still may meanwhile have been replaced by its peer: it must not send a single old packet. */
static bool may_send(const struct worker_state *state, uint64_t now)
{
	if (!leased(now))
		return false;
	/* After a walk that took unusually long, the lease may be that of a node that became inactive. */
	return now - state->turn_tsc < state->tick_cycles / 64 || state->passing ||
	       atomic_load_explicit(&datapath.active, memory_order_acquire);
}

static void advance_clock(struct worker_state *state, uint64_t now)
{
	if (!state->next_tick_tsc)
		state->next_tick_tsc = now + state->tick_cycles;
	if (now >= state->next_tick_tsc) {
		uint64_t ticks = (now - state->next_tick_tsc) / state->tick_cycles + 1;

		state->now += ticks;
		state->next_tick_tsc += ticks * state->tick_cycles;
	}
}

bool worker_walk(struct worker_state *state)
{
	struct worker *worker = state->worker;
	uint64_t now = rte_rdtsc();
	bool work;

	/* No turn waits after one with work: the time since its beginning was its own. */
	if (state->worked)
		worker->busy_cycles += now - state->turn_tsc;
	state->turn_tsc = now;
	advance_clock(state, now);
	worker_refresh(state);
	state->received = false;
	rte_graph_walk(worker->graph);
	now = rte_rdtsc();
	if (unlikely((state->forwarding && !may_send(state, now)) ||
	             (state->passing && !switchover_in_time(now))))
		transmit_discard(state);
	else
		transmit_flush(state);
	switchover_walked(state, now);
	work = run_commands(state);
	work |= scan_run(state);
	work |= !flow_expire(state);
	fragment_expire(state);
	mirror_flush_due(worker, now);
	if (datapath.rcu)
		rte_rcu_qsbr_quiescent(datapath.rcu, worker->index);
	atomic_store_explicit(&worker->alive_tsc, state->turn_tsc, memory_order_release);
	state->worked = state->received || work;
	return state->worked;
}

int worker_main(void *argument)
{
	struct worker *worker = argument;
	struct worker_state *state = worker_state_of(worker);
	struct idle idle;

	idle_start(&idle);
	if (datapath.rcu) {
		rte_rcu_qsbr_thread_register(datapath.rcu, worker->index);
		rte_rcu_qsbr_thread_online(datapath.rcu, worker->index);
	}
	state->stop = false;
	while (!state->stop) {
		if (worker_walk(state))
			idle_reset(&idle);
		else
			idle_wait(&idle);
	}
	if (datapath.rcu) {
		rte_rcu_qsbr_thread_offline(datapath.rcu, worker->index);
		rte_rcu_qsbr_thread_unregister(datapath.rcu, worker->index);
	}
	return 0;
}
