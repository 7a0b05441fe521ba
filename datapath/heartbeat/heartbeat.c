/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/heartbeat/heartbeat.h"

#include "datapath/activity/activity.h"
#include "datapath/core/control.h"
#include "datapath/core/server.h"
#include "datapath/heartbeat/judge.h"
#include "datapath/heartbeat/key.h"
#include "datapath/heartbeat/sync_socket.h"
#include "datapath/port/kernel_device.h"
#include "datapath/port/port.h"
#include "lib/messages/activity.h"
#include "lib/messages/type.h"
#include "lib/paths.h"

#include <errno.h>
#include <poll.h>
#include <qb/qblog.h>
#include <rte_cycles.h>
#include <stdio.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define INTERVAL_DEFAULT_MS 10
#define DEAD_DEFAULT_MS     200
#define FAREWELLS           3
#define WORKER_LATE_NS      (20 * NANOSECONDS_PER_MILLISECOND)

/* An interface with heartbeats. */
static struct member {
	uint16_t id;
	bool sync;
	bool deaf;
	int fd;    /* Sync: -1 while the device is missing */
	int index; /* Sync: the kernel's */
	char device[64];
} members[POLICY_INTERFACES_MAX];
static unsigned member_count;

static struct {
	int timer;
	bool enabled; /* the policy has a cluster */
	bool have_key;
	int key_error; /* as last told */
	uint8_t key[32];
	uint8_t cluster_id, role;
	uint64_t interval_ns, next_send;
	uint64_t sequence;
	uint64_t judged;     /* when, last */
	uint64_t late_since; /* a verdict waits for a worker, 0: none does */
	uint32_t forged_told;
	struct judge judge;
	struct message_heartbeat_report told;
} state = {.timer = -1};

bool heartbeat_running(void)
{
	return state.enabled && state.have_key && activity_wish()->instance != 0;
}

bool heartbeat_peer_hears_us(void)
{
	return judge_peer_hears_us(&state.judge, control_now());
}

enum judge_hearing heartbeat_hearing(uint16_t interface)
{
	for (unsigned i = 0; i < member_count; i++)
		if (members[i].id == interface)
			return judge_hearing(&state.told, i);
	return JUDGE_HEARS_NOBODY;
}

void heartbeat_set_deaf(uint16_t interface, bool deaf)
{
	for (unsigned i = 0; i < member_count; i++)
		if (members[i].id == interface)
			members[i].deaf = deaf;
}

void heartbeat_excuse(uint64_t from, uint64_t until)
{
	judge_excuse(&state.judge, from, until);
	state.judged = until;
}

static void send_on(const struct member *member, struct heartbeat *heartbeat)
{
	uint8_t frame[HEARTBEAT_FRAME_LENGTH];

	heartbeat->interface_id = member->id;
	heartbeat->deaf = member->deaf;
	heartbeat_encode(heartbeat, state.key, frame);
	if (!member->sync)
		(void)control_transmit(member->id, frame, sizeof(frame));
	else if (member->fd >= 0)
		(void)sync_socket_send(member->fd, frame, sizeof(frame));
}

static void send_all(bool farewell)
{
	const struct message_activity *wish = activity_wish();
	uint64_t now = control_now();
	struct heartbeat heartbeat = {.cluster_id = state.cluster_id,
	                              .role = state.role,
	                              .active = !farewell && atomic_load(&datapath.active),
	                              .ready = !farewell && activity_ready(),
	                              .yielding = farewell || wish->yielding,
	                              .hears_peer = state.told.alive,
	                              .link_lost = !port_healthy(),
	                              .term = wish->term,
	                              .instance = wish->instance,
	                              .peer_instance = state.judge.last.instance};

	/* Time since the boot: a process that is started anew goes on above what the one before it sent. */
	state.sequence = RTE_MAX(state.sequence + 1, now);
	heartbeat.sequence = state.sequence;
	for (unsigned i = 0; i < member_count; i++)
		send_on(&members[i], &heartbeat);
}

void heartbeat_send_now(void)
{
	if (!heartbeat_running())
		return;
	state.next_send = control_now() + state.interval_ns;
	send_all(false);
}

void heartbeat_send_due(void)
{
	/* The timer may fire a little early against this clock. */
	if (control_now() + state.interval_ns / 8 >= state.next_send)
		heartbeat_send_now();
}

void heartbeat_farewell(void)
{
	if (!heartbeat_running())
		return;
	for (unsigned i = 0; i < FAREWELLS; i++)
		send_all(true);
	/* Nothing may follow that says otherwise. */
	state.enabled = false;
}

static void take(uint16_t interface, const uint8_t *frame, size_t length)
{
	struct heartbeat heartbeat;

	if (!state.enabled || !state.have_key) {
		control_count(COUNTER_OWN_TAKEN);
		return;
	}
	switch (heartbeat_decode(frame, length, state.cluster_id, state.role, state.key, &heartbeat)) {
	case HEARTBEAT_VALID:
		/* Interfaces are in pairs (C22-015): a frame of another one says nothing about this. */
		if (heartbeat.interface_id != interface ||
		    !judge_hear(&state.judge, interface, &heartbeat, activity_wish()->instance,
		                control_now()))
			break;
		control_count(COUNTER_OWN_TAKEN);
		return;
	case HEARTBEAT_FORGED:
		state.judge.forged++;
		break;
	default:
		break;
	}
	control_count(COUNTER_DROP_HEARTBEAT);
}

void heartbeat_receive(struct rte_mbuf *mbuf)
{
	take(packet_of(mbuf)->interface, rte_pktmbuf_mtod(mbuf, const uint8_t *), rte_pktmbuf_data_len(mbuf));
	rte_pktmbuf_free(mbuf);
}

static void close_member(struct member *member)
{
	if (member->fd < 0)
		return;
	qb_loop_poll_del(control_loop(), member->fd);
	close(member->fd);
	member->fd = -1;
}

static void drain_member(struct member *member)
{
	uint8_t frame[2048];
	ssize_t length;

	while (member->fd >= 0) {
		length = sync_socket_receive(member->fd, frame, sizeof(frame));
		if (length == 0)
			return;
		if (length > 0) {
			control_count(COUNTER_SYNC_RECEIVED);
			take(member->id, frame, (size_t)length);
		} else if (length != -ENETDOWN) {
			close_member(member);
		}
	}
}

static bool worker_late(void)
{
	uint64_t limit = WORKER_LATE_NS / 1000 * rte_get_tsc_hz() / 1000000;
	uint64_t now = rte_rdtsc();

	for (unsigned i = 0; i < datapath.worker_count; i++) {
		if (now - atomic_load(&datapath.workers[i]->alive_tsc) > limit)
			return true;
	}
	return false;
}

void heartbeat_report(void)
{
	server_send_all(MESSAGE_HEARTBEAT_REPORT, &state.told, sizeof(state.told));
}

static void tell(uint64_t now)
{
	struct message_heartbeat_report report;
	bool differs;

	judge_report(&state.judge, now, &report);
	differs = judge_report_differs(&report, &state.told);
	if (differs && report.alive != state.told.alive)
		qb_log(LOG_NOTICE, "HA cluster peer is %s", report.alive ? "alive" : "dead");
	state.told = report;
	if (differs)
		heartbeat_report();
}

static void listen_now(void)
{
	for (unsigned i = 0; i < member_count; i++)
		drain_member(&members[i]);
	control_drain();
}

/*
 * Death is found by silence, so this node must have listened: what waits in sockets and rings is heard first,
 * and a worker that did not run lately is given the chance to read its ports.
 */
static void judge_now(void)
{
	uint64_t now = control_now();

	if (judge_dies(&state.judge, state.judged, now)) {
		listen_now();
		if (judge_dies(&state.judge, state.judged, now) && worker_late()) {
			state.late_since = state.late_since ? state.late_since : now;
			if (now - state.late_since < state.judge.dead_ns)
				return;
		}
	}
	state.late_since = 0;
	state.judged = now;
	tell(now);
}

static int32_t timer_fired(int32_t fd, int32_t events, void *user)
{
	uint64_t expirations;

	(void)events;
	(void)user;
	(void)!read(fd, &expirations, sizeof(expirations));
	activity_watch();
	heartbeat_send_due();
	judge_now();
	return 0;
}

static int32_t sync_readable(int32_t fd, int32_t events, void *user)
{
	(void)fd;
	(void)events;
	activity_watch();
	drain_member(user);
	judge_now();
	return 0;
}

static void open_member(struct member *member)
{
	int fd = sync_socket_open(member->device, &member->index);

	if (fd < 0)
		return;
	if (qb_loop_poll_add(control_loop(), QB_LOOP_HIGH, fd, POLLIN, member, sync_readable) != 0) {
		close(fd);
		return;
	}
	member->fd = fd;
}

static void read_key(void)
{
	int error = cluster_key_read(PATH_CLUSTER_KEY, CLUSTER_KEY_HEARTBEAT, state.key);

	state.have_key = error == 0;
	if (error && error != state.key_error)
		qb_log(LOG_ERR,
		       "%s: %s: no heartbeats are sent; make the key with hadrian-keygen and copy it to both "
		       "nodes",
		       PATH_CLUSTER_KEY, error == -EINVAL ? "holds no cluster key" : strerror(-error));
	state.key_error = error;
}

static void configure_members(const struct policy *policy)
{
	struct judge_interface judged[POLICY_INTERFACES_MAX];

	for (unsigned i = 0; i < member_count; i++)
		close_member(&members[i]);
	member_count = 0;
	for (uint32_t i = 0; state.enabled && i < policy->interface_count; i++) {
		const struct policy_interface *interface = &policy->interfaces[i];
		struct member *member = &members[member_count];

		if (interface->disabled || interface->ha_type == POLICY_HA_NON_CRITICAL)
			continue;
		*member = (struct member){
		    .id = interface->id, .sync = interface->ha_type == POLICY_HA_SYNC, .fd = -1};
		memcpy(member->device, interface->device, sizeof(member->device));
		if (member->sync)
			open_member(member);
		judged[member_count++] = (struct judge_interface){.id = member->id, .sync = member->sync};
	}
	judge_configure(&state.judge, state.judge.dead_ns, judged, member_count);
}

int heartbeat_configure(const struct policy *policy)
{
	const struct policy_settings *settings = policy->settings;
	uint32_t interval =
	    settings->heartbeat_interval_ms ? settings->heartbeat_interval_ms : INTERVAL_DEFAULT_MS;
	uint32_t dead = settings->peer_dead_ms ? settings->peer_dead_ms : DEAD_DEFAULT_MS;
	struct itimerspec period = {0};

	state.enabled = settings->cluster_enabled;
	state.cluster_id = settings->cluster_id;
	state.role = settings->cluster_role;
	state.interval_ns = interval * NANOSECONDS_PER_MILLISECOND;
	state.judge.dead_ns = dead * NANOSECONDS_PER_MILLISECOND;
	if (state.enabled) {
		read_key();
		period.it_interval.tv_sec = interval / 1000;
		period.it_interval.tv_nsec = (long)(interval % 1000) * 1000000;
		period.it_value = period.it_interval;
	}
	/* Opening ports may have taken longer than PeerDead, and what came meanwhile goes with the sockets. */
	listen_now();
	configure_members(policy);
	tell(control_now());
	return timerfd_settime(state.timer, 0, &period, NULL) < 0 ? -errno : 0;
}

void heartbeat_second(void)
{
	if (!state.enabled)
		return;
	if (!state.have_key)
		read_key();
	for (unsigned i = 0; i < member_count; i++) {
		struct kernel_device device;

		if (!members[i].sync)
			continue;
		if (kernel_device_read(members[i].device, &device) != 0 || device.index != members[i].index)
			close_member(&members[i]);
		if (members[i].fd < 0)
			open_member(&members[i]);
	}
	if (state.judge.forged != state.forged_told) {
		state.forged_told = state.judge.forged;
		heartbeat_report();
		qb_log(LOG_WARNING,
		       "heartbeats under another cluster key: %u so far; compare the keys of both nodes",
		       state.judge.forged);
	}
}

int heartbeat_start(void)
{
	state.timer = timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	if (state.timer < 0)
		return -errno;
	return qb_loop_poll_add(control_loop(), QB_LOOP_HIGH, state.timer, POLLIN, NULL, timer_fired);
}

void heartbeat_stop(void)
{
	for (unsigned i = 0; i < member_count; i++)
		close_member(&members[i]);
	member_count = 0;
	if (state.timer >= 0) {
		qb_loop_poll_del(control_loop(), state.timer);
		close(state.timer);
	}
	state.timer = -1;
	explicit_bzero(state.key, sizeof(state.key));
}
