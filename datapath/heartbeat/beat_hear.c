/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/heartbeat/beat.h"
#include "datapath/heartbeat/beat_parts.h"
#include "datapath/heartbeat/sync_socket.h"
#include "datapath/heartbeat/thread.h"

#include <errno.h>
#include <rte_ether.h>
#include <string.h>

static void take(uint16_t interface, const uint8_t *bytes, size_t length)
{
	const struct heartbeat_configuration *configuration = &beat.configuration;
	uint32_t copies = beat.judge.copies;
	struct heartbeat heartbeat;

	if (!configuration->cluster || !configuration->have_key) {
		beat_count(COUNTER_OWN_TAKEN);
		return;
	}
	switch (heartbeat_decode(bytes, length, configuration->cluster_id, configuration->role,
	                         configuration->key, &heartbeat)) {
	case HEARTBEAT_VALID:
		/* Interfaces are in pairs (C22-015): a frame of another one says nothing about this. */
		if (heartbeat.interface_id != interface)
			break;
		if (!judge_hear(&beat.judge, interface, &heartbeat, beat.word.wish.instance, control_now())) {
			if (beat.judge.copies != copies)
				memcpy(&beat.copy_source, bytes + offsetof(struct rte_ether_hdr, src_addr),
				       sizeof(beat.copy_source));
			break;
		}
		if (heartbeat.sequence == beat.judge.last.sequence)
			beat_patience_heard(control_now());
		if (peer_macs_learn(&beat.findings.macs, &heartbeat))
			beat.news = true;
		beat_count(COUNTER_OWN_TAKEN);
		return;
	case HEARTBEAT_FORGED:
		beat.judge.forged++;
		break;
	default:
		break;
	}
	beat_count(COUNTER_DROP_HEARTBEAT);
}

static void lose_socket(struct heartbeat_member *member)
{
	heartbeat_thread_forget(member->fd);
	member->fd = -1;
	beat.findings.lost++;
	beat.news = true;
}

static void drain_socket(struct heartbeat_member *member)
{
	uint8_t frame[2048];
	ssize_t length;

	/* At most what a socket holds; what a flood adds meanwhile waits for the next turn. */
	for (unsigned i = 0; i < BEAT_TAKEN_MAX && member->fd >= 0; i++) {
		length = sync_socket_receive(member->fd, frame, sizeof(frame));
		if (length == 0)
			return;
		if (length > 0) {
			beat_count(COUNTER_SYNC_RECEIVED);
			take(member->id, frame, (size_t)length);
		} else if (length != -ENETDOWN) {
			lose_socket(member);
		}
	}
}

static void drain_worker(unsigned worker)
{
	struct rte_ring *ring = heartbeat_lanes.to_heartbeat[worker];
	struct rte_mbuf *mbuf;

	while (beat_listens() && rte_ring_sc_dequeue(ring, (void **)&mbuf) == 0) {
		beat.taken++;
		take(packet_of(mbuf)->interface, rte_pktmbuf_mtod(mbuf, const uint8_t *),
		     rte_pktmbuf_data_len(mbuf));
		rte_pktmbuf_free(mbuf);
	}
}

bool beat_listens(void)
{
	return beat.taken < BEAT_TAKEN_MAX;
}

bool beat_waiting(void)
{
	for (unsigned i = 0; i < datapath.worker_count; i++) {
		if (!rte_ring_empty(heartbeat_lanes.to_heartbeat[i]))
			return true;
	}
	return false;
}

void beat_hear(void)
{
	for (unsigned i = 0; i < beat.configuration.member_count; i++)
		drain_socket(&beat.configuration.members[i]);
	for (unsigned i = 0; i < datapath.worker_count; i++)
		drain_worker(i);
}
