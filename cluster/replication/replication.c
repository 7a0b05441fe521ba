/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/replication/replication.h"

#include "lib/messages/cluster.h"
#include "lib/messages/type.h"

#include <errno.h>
#include <string.h>

void replication_init(struct replication *replication, const struct replication_calls *calls)
{
	memset(replication, 0, sizeof(*replication));
	replication->calls = *calls;
}

static int to_datapath(struct replication *replication, uint32_t type, const void *body, size_t length)
{
	return replication->calls.to_datapath(type, body, length, replication->calls.user);
}

static void drop_held(struct replication *replication)
{
	if (replication->held_length == 0)
		return;
	replication->held_length = 0;
	replication->calls.read_peer(true, replication->calls.user);
}

static void ask(struct replication *replication, uint64_t class_set, bool repair, uint64_t now_ms)
{
	struct group_request request = {.set = class_set};

	if (replication->active)
		return;
	replication->wanted = true;
	replication->asked_ms = now_ms;
	registry_snapshot_start(&replication->registry, class_set, repair);
	if (!replication->peer || !replication->datapath)
		return;
	/* Where the group takes no more now the next tick asks again. */
	if (replication->calls.to_peer(GROUP_SNAPSHOT_REQUEST, &request, sizeof(request), NULL, 0,
	                               replication->calls.user))
		replication->asked_ms = now_ms - REPLICATION_STALL_MS;
}

/* The inactive side: whatever this node holds may be incomplete. */
static void want_snapshot(struct replication *replication, uint64_t now_ms)
{
	ask(replication, RECORD_CLASSES_ALL, false, now_ms);
}

static void stop_sending(struct replication *replication)
{
	replication->sending = false;
	replication->owed = 0;
	replication->unsent.length = 0;
	replication->calls.read_datapath(true, replication->calls.user);
	if (replication->datapath)
		to_datapath(replication, MESSAGE_MIRROR_STOP, NULL, 0);
}

static void send_status(struct replication *replication)
{
	struct group_count counts[CLUSTER_CLASSES_MAX];
	/* Without a datapath nothing has been counted, which is not the same as nothing being there. */
	struct group_status status = {.active = replication->active,
	                              .resyncing = replication->wanted,
	                              .count_length = sizeof(counts[0]),
	                              .class_count = replication->registry.own_counted
	                                                 ? registry_export(&replication->registry, counts)
	                                                 : 0,
	                              .batches_skipped = replication->batches_skipped};

	if (replication->peer)
		replication->calls.to_peer(GROUP_STATUS, &status, sizeof(status), counts,
		                           status.class_count * sizeof(counts[0]), replication->calls.user);
}

static void turn(struct replication *replication, bool active, uint64_t now_ms)
{
	replication->handing_over = replication->end_owed = replication->taking_over = false;
	if (replication->active == active)
		return;
	replication->active = active;
	replication->progress_ms = 0;
	if (active) {
		drop_held(replication);
		replication->wanted = false;
		registry_snapshot_end(&replication->registry);
		replication->peer_resyncing = true;
		send_status(replication); /* the peer asks for a snapshot as soon as it hears that */
		return;
	}
	stop_sending(replication);
	want_snapshot(replication, now_ms);
	/* So that the peer asks again where this node is active again within a second. */
	send_status(replication);
}

bool replication_can_turn(const struct replication *replication, bool active)
{
	return replication->peer && replication->datapath && replication->active != active &&
	       (active ? !replication->wanted : replication->sending);
}

void replication_set_active(struct replication *replication, bool active, bool planned, uint64_t now_ms)
{
	if (!planned || !replication_can_turn(replication, active)) {
		turn(replication, active, now_ms);
		return;
	}
	replication->handing_over = !active;
	replication->taking_over = active;
	replication->turn_until_ms = now_ms + REPLICATION_TURN_MS;
}

/* What the other side was waited for will not come. */
static void end_turn(struct replication *replication, uint64_t now_ms)
{
	replication->unheard = false;
	if (replication->handing_over || replication->taking_over)
		turn(replication, replication->taking_over, now_ms);
}

/* Behind the last record, where there is room. */
static void send_end(struct replication *replication, uint64_t now_ms)
{
	if (replication->unsent.length != 0 || replication->calls.to_peer(GROUP_HANDED_OVER, NULL, 0, NULL, 0,
	                                                                  replication->calls.user) == -EAGAIN)
		return;
	replication->unheard = true;
	turn(replication, false, now_ms);
	/* It asks by itself, and the peer that reads this is active when it reads the question. */
	replication->peer_active = true;
}

void replication_datapath_ended(struct replication *replication, uint64_t now_ms)
{
	if (!replication->handing_over)
		return;
	replication->end_owed = true;
	send_end(replication, now_ms);
}

bool replication_is_turning(const struct replication *replication, uint64_t now_ms)
{
	return (replication->handing_over || replication->unheard) && replication->peer &&
	       now_ms < replication->turn_until_ms;
}

/* The peer has sent its last record: as they were applied in order, what it held is here. */
static void take_end(struct replication *replication, uint64_t now_ms)
{
	if (!replication->taking_over)
		return;
	if (replication->held_length == 0)
		to_datapath(replication, MESSAGE_MIRROR_END, NULL, 0);
	turn(replication, true, now_ms);
}

void replication_set_datapath(struct replication *replication, bool connected, uint64_t now_ms)
{
	if (replication->datapath == connected)
		return;
	replication->datapath = connected;
	replication->registry.own_counted = false;
	drop_held(replication);
	end_turn(replication, now_ms);
	if (!connected)
		return;
	/* One that connects anew may have been told nothing, or have missed something. */
	if (replication->active)
		replication->owed = replication->sending ? RECORD_CLASSES_ALL : 0;
	else
		want_snapshot(replication, now_ms);
	replication_peer_writable(replication, now_ms);
}

void replication_set_peer(struct replication *replication, bool member, uint64_t now_ms)
{
	if (replication->peer == member)
		return;
	replication->peer = member;
	replication->progress_ms = 0;
	end_turn(replication, now_ms);
	replication->peer_resyncing = true;
	replication->peer_active = false;
	registry_forget_peer(&replication->registry);
	if (!member) {
		stop_sending(replication);
		return;
	}
	want_snapshot(replication, now_ms);
}

static int send_records(struct replication *replication, uint32_t term, const struct record_batch *batch)
{
	struct group_records head = {
	    .sequence = replication->sequence + 1, .term = term, .made_us = batch->made_us};
	int error = replication->calls.to_peer(GROUP_RECORDS, &head, sizeof(head), batch->bytes,
	                                       batch->length, replication->calls.user);

	if (!error)
		replication->sequence++;
	return error;
}

void replication_datapath_records(struct replication *replication, uint32_t term,
                                  const struct record_batch *batch)
{
	int error = -EAGAIN;

	if (!replication->active || !replication->sending || !replication->peer || batch->length == 0 ||
	    batch->length > RECORD_BATCH_MAX)
		return;
	if (replication->unsent.length == 0)
		error = send_records(replication, term, batch);
	if (error != -EAGAIN)
		return;
	replication->calls.read_datapath(false, replication->calls.user);
	if (replication->unsent.length != 0) {
		/* Nobody held it back: the gap in the numbers tells the peer, and a snapshot mends it. */
		replication->sequence++;
		replication->owed = RECORD_CLASSES_ALL;
		return;
	}
	memcpy(&replication->unsent, batch, record_batch_size(batch));
	replication->unsent_term = term;
}

void replication_datapath_counts(struct replication *replication, const struct message_mirror_count *counts,
                                 size_t count)
{
	registry_own_counts(&replication->registry, counts, count);
}

void replication_drifted(struct replication *replication, uint16_t class_id, uint64_t now_ms)
{
	if (!replication->wanted && class_id < RECORD_CLASS_MAX)
		ask(replication, 1ULL << class_id, true, now_ms);
}

/* The active side: has the datapath send the snapshots that the peer is to get, behind what it sent before. */
static void send_owed(struct replication *replication)
{
	struct message_mirror_classes classes = {.set = replication->owed};

	if (replication->owed && replication->datapath && replication->unsent.length == 0 &&
	    to_datapath(replication, MESSAGE_MIRROR_SNAPSHOT, &classes, sizeof(classes)) == 0)
		replication->owed = 0;
}

void replication_peer_writable(struct replication *replication, uint64_t now_ms)
{
	if (replication->unsent.length != 0 &&
	    send_records(replication, replication->unsent_term, &replication->unsent) == -EAGAIN)
		return;
	replication->unsent.length = 0;
	replication->calls.read_datapath(true, replication->calls.user);
	if (replication->end_owed)
		send_end(replication, now_ms);
	send_owed(replication);
}

static void apply_records(struct replication *replication, const void *records, size_t length)
{
	int error = to_datapath(replication, MESSAGE_MIRROR_RECORDS, records, length);

	if (error != -EAGAIN)
		return;
	/* The peer's messages wait behind this one until the datapath has caught up. */
	memcpy(replication->held, records, length);
	replication->held_length = (uint32_t)length;
	replication->calls.read_peer(false, replication->calls.user);
}

void replication_datapath_writable(struct replication *replication)
{
	uint32_t length = replication->held_length;

	if (length == 0 ||
	    to_datapath(replication, MESSAGE_MIRROR_RECORDS, replication->held, length) == -EAGAIN)
		return;
	drop_held(replication);
}

/* The peer hears of it at once: it may be waiting for this. */
static void end_if_complete(struct replication *replication)
{
	if (!replication->wanted || !registry_snapshot_complete(&replication->registry))
		return;
	replication->wanted = false;
	registry_snapshot_end(&replication->registry);
	send_status(replication);
}

static void take_records(struct replication *replication, const struct group_message *message,
                         uint64_t now_ms)
{
	bool gap = replication->peer_instance == message->instance && replication->expected_next != 0 &&
	           replication->expected_next != message->records.sequence;

	replication->peer_instance = message->instance;
	replication->expected_next = message->records.sequence + 1;
	/* An active node's state is its own; the other one yields, or has not heard yet. */
	if (replication->active || !replication->datapath)
		return;
	if (message->payload_length > RECORD_BATCH_MAX ||
	    registry_records(&replication->registry, message->payload, message->payload_length) != 0) {
		replication->batches_skipped++;
		return;
	}
	if (gap)
		want_snapshot(replication, now_ms);
	/* Other records are no sign that a snapshot is on its way. */
	if (replication->registry.begun)
		replication->asked_ms = now_ms;
	apply_records(replication, message->payload, message->payload_length);
	if (!gap)
		end_if_complete(replication);
}

static void take_request(struct replication *replication, const struct group_message *message,
                         uint64_t now_ms)
{
	if (!replication->active)
		return;
	replication->owed |= replication->sending ? message->request.set : RECORD_CLASSES_ALL;
	replication->sending = true;
	replication->peer_resyncing = true;
	/* The peer must know what there is to come before it can tell that all of it came. */
	send_status(replication);
	replication_peer_writable(replication, now_ms);
}

static void take_status(struct replication *replication, const struct group_message *message, uint64_t now_ms)
{
	bool became_active = message->status.active && !replication->peer_active;

	replication->peer_active = message->status.active;
	replication->unheard &= !message->status.active;
	replication->peer_resyncing = message->status.resyncing;
	if (message->status.class_count > 0)
		registry_peer_counts(&replication->registry, message->counts, message->status.class_count);
	if (became_active)
		want_snapshot(replication, now_ms);
	end_if_complete(replication);
}

static void watch_progress(struct replication *replication, uint64_t now_ms)
{
	unsigned percent = registry_percent(&replication->registry, replication->active);

	if (!replication_resyncing(replication)) {
		replication->progress_ms = 0;
	} else if (replication->progress_ms == 0 || percent > replication->progress_percent) {
		replication->progress_ms = now_ms;
		replication->progress_percent = percent;
	}
}

void replication_peer_message(struct replication *replication, const struct group_message *message,
                              uint64_t now_ms)
{
	switch (message->type) {
	case GROUP_RECORDS:
		take_records(replication, message, now_ms);
		break;
	case GROUP_SNAPSHOT_REQUEST:
		take_request(replication, message, now_ms);
		break;
	case GROUP_HANDED_OVER:
		take_end(replication, now_ms);
		break;
	case GROUP_STATUS:
		take_status(replication, message, now_ms);
		break;
	default:
		break;
	}
	watch_progress(replication, now_ms);
}

/* The active side: the peer compares what it holds, where nothing else is under way. */
static void compare(struct replication *replication)
{
	struct message_mirror_classes classes = {.set = registry_comparable(&replication->registry)};

	if (!replication->active || !replication->sending || !replication->peer || !replication->datapath ||
	    replication->peer_resyncing || replication->taking_over || replication->handing_over)
		return;
	if (++replication->quiet_seconds % REPLICATION_COMPARE_SECONDS != 0 || classes.set == 0)
		return;
	/* Where the datapath takes no more now the next one will do. */
	(void)to_datapath(replication, MESSAGE_MIRROR_COMPARE, &classes, sizeof(classes));
}

/* The active side: a peer that has not asked may not have noticed that this node was inactive for a moment. */
static void send_unasked(struct replication *replication, uint64_t now_ms)
{
	if (!replication->active || !replication->peer || !replication->datapath || replication->sending ||
	    replication->taking_over) {
		replication->silent_seconds = 0;
		return;
	}
	if (++replication->silent_seconds < REPLICATION_UNASKED_SECONDS)
		return;
	replication->sending = true;
	replication->peer_resyncing = true;
	replication->owed = RECORD_CLASSES_ALL;
	replication_peer_writable(replication, now_ms);
}

void replication_tick(struct replication *replication, uint64_t now_ms)
{
	if (now_ms >= replication->turn_until_ms)
		end_turn(replication, now_ms);
	if (replication->wanted && replication->peer && replication->datapath &&
	    replication->held_length == 0 && now_ms - replication->asked_ms >= REPLICATION_STALL_MS)
		ask(replication, replication->registry.asked, true, now_ms);
	send_status(replication);
	send_unasked(replication, now_ms);
	send_owed(replication);
	compare(replication);
	watch_progress(replication, now_ms);
}

bool replication_resyncing(const struct replication *replication)
{
	if (!replication->peer)
		return false;
	if (replication->taking_over)
		return true; /* the peer asks as soon as it has ended */
	/* A peer that did not ask yet has not got anything, whatever it says. */
	return replication->active ? !replication->sending || replication->peer_resyncing
	                           : replication->wanted;
}

bool replication_gets_on(const struct replication *replication, uint64_t now_ms)
{
	return replication_resyncing(replication) &&
	       (replication->progress_ms == 0 || now_ms - replication->progress_ms < REPLICATION_PROGRESS_MS);
}
