/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/worker/state.h"

bool worker_icmp_error_allowed(struct worker_state *state)
{
	uint32_t passed = state->now - state->icmp_tokens_tick;

	if (passed) {
		state->icmp_tokens_tick = state->now;
		state->icmp_tokens =
		    RTE_MIN((uint64_t)ICMP_ERRORS_BURST,
		            state->icmp_tokens + (uint64_t)passed * ICMP_ERRORS_RATE / FLOW_TICKS_PER_SECOND);
	}
	if (!state->icmp_tokens)
		return false;
	state->icmp_tokens--;
	return true;
}
