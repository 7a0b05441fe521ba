/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/capture/take.h"

#include "lib/messages/capture.h"

#include <rte_cycles.h>
#include <string.h>

static void copy(const struct rte_mbuf *packet, uint32_t length, uint8_t *to)
{
	for (; packet && length; packet = packet->next) {
		uint32_t part = RTE_MIN((uint32_t)rte_pktmbuf_data_len(packet), length);

		memcpy(to, rte_pktmbuf_mtod(packet, const uint8_t *), part);
		to += part;
		length -= part;
	}
}

static void take_one(struct worker_state *state, struct capture *capture, const struct rte_mbuf *packet,
                     bool sent, uint64_t now)
{
	struct capture_ring *ring = state->captures->ring[state->worker->index];
	uint32_t length = rte_pktmbuf_pkt_len(packet), captured = RTE_MIN(length, capture->length);
	struct capture_record *record;

	/* Headers that a filter asks for are in the first segment. */
	if (!capture_filter_matches(&capture->filter, rte_pktmbuf_mtod(packet, const uint8_t *),
	                            rte_pktmbuf_data_len(packet)))
		return;
	record = capture_ring_reserve(ring, captured);
	if (!record) {
		capture->lost[state->worker->index]++;
		count(state, COUNTER_CAPTURE_LOST, 1);
		return;
	}
	*record = (struct capture_record){
	    .id = capture->id, .length = length, .captured = captured, .sent = sent, .time_us = now};
	copy(packet, captured, (uint8_t *)(record + 1));
	capture_ring_commit(ring);
}

void capture_take(struct worker_state *state, uint16_t interface, struct rte_mbuf *const *packets,
                  uint16_t number, bool sent)
{
	const struct capture_table *table = state->captures;
	uint64_t now = rte_rdtsc();
	bool taken = false;

	for (uint32_t i = 0; i < table->count; i++) {
		if (table->capture[i]->interface != interface)
			continue;
		for (uint16_t j = 0; j < number; j++)
			take_one(state, table->capture[i], packets[j], sent, now);
		taken |= number > 0;
	}
	if (taken)
		control_wake();
}
