/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/eth/ethernet.h"
#include "datapath/switchover/switchover.h"
#include "datapath/worker/job.h"
#include "datapath/worker/state.h"

#include <rte_cycles.h>

/* The workers' side. */

struct switchover switchover;

/* Nothing came for that long, and in that many looks at the ports: what was on its way to this node has come. */
#define QUIET_US    5000
#define QUIET_WALKS 2

static bool runs(uint64_t until, uint64_t now)
{
	return until != 0 && now < until;
}

/* What shared addresses send with. */
static void set_sources(struct worker_state *state)
{
	for (unsigned i = 0; i < LOGICAL_PORTS_MAX; i++) {
		struct worker_port *port = &state->ports[i];

		port->shared_source = state->passing ? port->mac : port->shared_mac;
	}
}

void switchover_refresh(struct worker_state *state, uint64_t now)
{
	bool passing = runs(atomic_load_explicit(&switchover.passing_until, memory_order_acquire), now);

	state->holding = runs(atomic_load_explicit(&switchover.holding_until, memory_order_acquire), now);
	if (unlikely(passing != state->passing)) {
		state->passing = passing;
		set_sources(state);
	}
	state->switching = passing || state->holding || !rte_ring_empty(state->held);
}

/* Traffic, as opposed to what the nodes and ARP say for themselves, which the control thread goes on to hear. */
static bool is_traffic(const struct worker_port *port, struct rte_mbuf *mbuf)
{
	const uint8_t *frame = rte_pktmbuf_mtod(mbuf, const uint8_t *);
	uint64_t destination;
	uint16_t type;

	if (rte_pktmbuf_data_len(mbuf) < RTE_ETHER_HDR_LEN)
		return false;
	__builtin_memcpy(&destination, frame, sizeof(destination));
	__builtin_memcpy(&type, frame + 12, sizeof(type));
	destination &= ETHERNET_MAC_MASK;
	return !(destination & 1) && (destination != port->mac || port->mac == port->shared_mac) &&
	       type != RTE_BE16(HEARTBEAT_ETHERTYPE) && type != RTE_BE16(SPARE_LINK_ETHERTYPE) &&
	       type != RTE_BE16(RTE_ETHER_TYPE_ARP);
}

static void hold(struct worker_state *state, struct rte_mbuf *mbuf)
{
	if (rte_ring_sp_enqueue(state->held, mbuf) == 0)
		return;
	count(state, COUNTER_DROP_INACTIVE, 1);
	rte_pktmbuf_free(mbuf);
}

uint16_t switchover_receive(struct worker_state *state, uint16_t port, struct rte_mbuf **frames,
                            uint16_t count)
{
	uint16_t left = 0;

	for (uint16_t i = 0; i < count; i++) {
		bool traffic = is_traffic(&state->ports[port], frames[i]);

		if (traffic && state->passing)
			state->traffic = true;
		if (traffic && state->holding)
			hold(state, frames[i]);
		else
			frames[left++] = frames[i];
	}
	return left;
}

uint16_t switchover_release(struct worker_state *state, struct rte_mbuf **frames)
{
	return state->holding ? 0 : rte_ring_sc_dequeue_burst(state->held, (void **)frames, BURST, NULL);
}

void switchover_await_quiet(struct worker *worker, void *argument)
{
	struct worker_state *state = worker_state_of(worker);

	state->passed_tsc = rte_rdtsc();
	state->quiet_walks = 0;
	state->quiet_job = argument;
}

static bool is_quiet(struct worker_state *state, uint64_t now)
{
	if (state->traffic) {
		state->traffic = false;
		state->passed_tsc = now;
		state->quiet_walks = 0;
	} else {
		state->quiet_walks++;
	}
	return state->quiet_walks >= QUIET_WALKS &&
	       now - state->passed_tsc >= rte_get_tsc_hz() / 1000000 * QUIET_US;
}

void switchover_walked(struct worker_state *state, uint64_t now)
{
	if (likely(!state->quiet_job) || (state->passing && !is_quiet(state, now)))
		return;
	worker_job_finish(state->quiet_job);
	state->quiet_job = NULL;
}
