/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/heartbeat/beat_parts.h"
#include "datapath/heartbeat/sync_socket.h"

#include <rte_cycles.h>
#include <string.h>

#define FAREWELLS 3
/* The control thread calls at least this often; one that hangs makes this a dead node. */
#define CONTROL_DEAD_NS (5 * NANOSECONDS_PER_SECOND)
#define FRAME_MIN       60

_Static_assert(HEARTBEAT_FRAME_LENGTH >= FRAME_MIN, "no padding is needed");

static void send_through_worker(uint16_t interface, const uint8_t frame[HEARTBEAT_FRAME_LENGTH])
{
	struct rte_mbuf *mbuf;

	if (!control_port(interface))
		return;
	beat_count(COUNTER_OWN_SENT);
	mbuf = rte_pktmbuf_alloc(datapath.packets);
	if (!mbuf) {
		beat_count(COUNTER_DROP_MEMORY);
		return;
	}
	memcpy(rte_pktmbuf_append(mbuf, HEARTBEAT_FRAME_LENGTH), frame, HEARTBEAT_FRAME_LENGTH);
	*packet_of(mbuf) = (struct packet){.interface = interface, .kind = PACKET_TRANSMIT};
	if (rte_ring_sp_enqueue(heartbeat_lanes.to_worker, mbuf) != 0) {
		beat_count(COUNTER_DROP_CONTROL_QUEUE);
		rte_pktmbuf_free(mbuf);
	}
}

uint64_t beat_next_sequence(void)
{
	/* Time since the boot: a process that is started anew goes on above what the one before it sent. */
	return RTE_MAX(beat.sequence + 1, control_now());
}

/* True where it went to a peer that listened there when it was last heard at all. */
static bool send_over_socket(const struct heartbeat_member *member,
                             const uint8_t frame[HEARTBEAT_FRAME_LENGTH])
{
	return member->fd >= 0 && sync_socket_send(member->fd, frame, HEARTBEAT_FRAME_LENGTH) == 0 &&
	       judge_listened(&beat.judge, member->id);
}

static bool send_all(bool farewell)
{
	const struct message_activity *wish = &beat.word.wish;
	struct heartbeat heartbeat = {.cluster_id = beat.configuration.cluster_id,
	                              .role = beat.configuration.role,
	                              .active = !farewell && beat.word.active && !beat_fenced(),
	                              .ready = !farewell && beat.word.ready,
	                              .yielding = farewell || wish->yielding,
	                              .hears_peer = beat.findings.report.alive,
	                              .link_lost = beat.word.link_lost,
	                              .aside = beat.aside.state != ASIDE_NO,
	                              .term = wish->term,
	                              .instance = wish->instance,
	                              .peer_instance = beat.judge.last.instance,
	                              .acknowledged =
	                                  patience_acknowledges(&beat.patience, beat.judge.last.sequence),
	                              .patience_us = (uint32_t)(beat.patience.wanted_ns / 1000),
	                              .peer_dead_us = (uint32_t)(beat.patience.dead_ns / 1000),
	                              .verdict = beat.verdict};
	uint8_t frame[HEARTBEAT_FRAME_LENGTH];
	bool direct = false;

	beat.sequence = beat_next_sequence();
	heartbeat.sequence = beat.sequence;
	peer_macs_tell(&beat.findings.macs, &heartbeat);
	for (unsigned i = 0; i < beat.configuration.member_count; i++) {
		const struct heartbeat_member *member = &beat.configuration.members[i];

		heartbeat.interface_id = member->id;
		heartbeat.deaf = i < POLICY_PORTS_MAX && beat.word.deaf >> i & 1;
		peer_macs_encode(&beat.findings.macs, &heartbeat, member->sync ? &member->mac : NULL,
		                 beat.configuration.key, frame);
		if (member->sync)
			direct |= send_over_socket(member, frame);
		else
			send_through_worker(member->id, frame);
	}
	return direct;
}

/* What went out after the lease's end renews nothing: the peer may have judged before it came. */
static bool too_late(void)
{
	return beat.word.forwards && lease_over(&beat.lease, control_now(), rte_rdtsc());
}

void beat_renew_lease(void)
{
	if (!beat_running() || beat_fenced() || beat.ask.since || too_late())
		return;
	lease_walked(&beat.lease, atomic_load(&datapath.workers[0]->alive_tsc));
	atomic_store(&heartbeat_lanes.lease_tsc, lease_end_tsc(&beat.lease));
}

static void send_now(void)
{
	uint64_t now = control_now(), tsc = rte_rdtsc();
	bool direct;

	if (!beat_running() || now > mailbox_touched() + CONTROL_DEAD_NS)
		return;
	/* Who forwards does so by heartbeats that went out. */
	beat.next_send = now + (beat.aside.state == ASIDE_NO || beat.word.forwards ? 1 : ASIDE_INTERVALS) *
	                           beat.interval_ns;
	direct = send_all(false);
	if (beat.ask.since)
		ask_sent(&beat.ask, beat.sequence, now, tsc, beat.lease.fence_ns / 2);
	else if (!too_late())
		lease_sent(&beat.lease, direct, now, tsc);
}

void beat_send_due(uint64_t now)
{
	/* The timer may fire a little early against this clock. */
	if (now + beat.interval_ns / 8 < beat.next_send)
		return;
	beat.taken = 0;
	send_now();
}

void beat_send_farewell(void)
{
	for (unsigned i = 0; i < FAREWELLS; i++)
		send_all(true);
}
