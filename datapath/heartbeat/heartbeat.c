/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/heartbeat/heartbeat.h"

#include "datapath/activity/activity.h"
#include "datapath/core/control.h"
#include "datapath/core/server.h"
#include "datapath/heartbeat/key.h"
#include "datapath/heartbeat/mailbox.h"
#include "datapath/heartbeat/members.h"
#include "datapath/heartbeat/own_mac.h"
#include "datapath/heartbeat/thread.h"
#include "datapath/port/port.h"
#include "datapath/switchover/switchover.h"
#include "datapath/vlan/vlan_port.h"
#include "lib/log_event.h"
#include "lib/messages/type.h"
#include "lib/paths.h"

#include <errno.h>
#include <poll.h>
#include <qb/qblog.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define INTERVAL_DEFAULT_MS 5
#define DEAD_DEFAULT_MS     200
#define LOOK_NS             (100 * NANOSECONDS_PER_MILLISECOND)
#define WAIT_NS             200000
#define FAREWELL_WAITS      100
#define COPY_TELL_NS        (600 * NANOSECONDS_PER_SECOND)

static struct {
	struct heartbeat_configuration configuration;
	struct heartbeat_word word; /* as last put */
	struct message_heartbeat_report told;
	struct peer_macs macs; /* as last found */
	uint32_t fences_handled, not_missed, lost;
	uint32_t forged_told;
	uint64_t copy, copy_told; /* the last copy of the peer that was told of, and when */
	int key_error;            /* as last told */
	uint64_t deaf;            /* bit n: on the nth member */
	bool farewell;
	qb_loop_timer_handle look;
} state;

bool heartbeat_running(void)
{
	return state.configuration.cluster && state.configuration.have_key && activity_wish()->instance != 0;
}

void heartbeat_changed(void)
{
	struct heartbeat_word word;

	memset(&word, 0, sizeof(word));
	word.wish = *activity_wish();
	word.active = atomic_load(&datapath.active);
	word.forwards = word.active || switchover_passing();
	word.ready = activity_ready();
	word.link_lost = !port_healthy();
	word.deaf = state.deaf;
	word.farewell = state.farewell;
	word.fences_handled = state.fences_handled;
	if (memcmp(&word, &state.word, sizeof(word)) == 0)
		return;
	state.word = word;
	mailbox_put_word(&word);
}

/* The member of an interface that has heartbeats, or member_count. */
static unsigned member_of(uint16_t interface)
{
	unsigned i = 0;

	while (i < state.configuration.member_count && state.configuration.members[i].id != interface)
		i++;
	return i;
}

enum judge_hearing heartbeat_hearing(uint16_t interface)
{
	unsigned member = member_of(interface);

	return member < state.configuration.member_count ? judge_hearing(&state.told, member)
	                                                 : JUDGE_HEARS_NOBODY;
}

bool heartbeat_peer_mac(uint16_t interface, struct mac_address *out)
{
	const struct policy *policy = control_policy();
	const struct policy_interface *device = policy ? vlan_port_device(policy, interface) : NULL;

	return device && peer_macs_find(&state.macs, device->id, out);
}

bool heartbeat_is_peer_mac(uint16_t interface, const struct mac_address *mac)
{
	struct mac_address peer;

	return heartbeat_peer_mac(interface, &peer) && memcmp(&peer, mac, sizeof(peer)) == 0;
}

void heartbeat_set_deaf(uint16_t interface, bool deaf)
{
	unsigned member = member_of(interface);

	if (member < state.configuration.member_count && member < POLICY_PORTS_MAX)
		state.deaf = (state.deaf & ~(1ULL << member)) | (uint64_t)deaf << member;
	heartbeat_changed();
}

void heartbeat_report(void)
{
	server_send_all(MESSAGE_HEARTBEAT_REPORT, &state.told, sizeof(state.told));
}

static bool is_contested(const struct message_heartbeat_report *before,
                         const struct message_heartbeat_report *now)
{
	bool yielded = before->last.active && !now->last.active;
	bool link_back = before->last.link_lost && !now->last.link_lost;

	return yielded || link_back || (before->silent & ~now->silent) != 0;
}

/* Once of each, and of many in turn not more often than that. */
static void tell_copy(uint64_t now)
{
	const struct message_heartbeat_report *report = &state.told;
	const struct policy_interface *interface =
	    control_policy() ? policy_interface_by_id(control_policy(), report->copy_interface) : NULL;
	const char *name = interface ? interface->name : "?";
	char mac[MAC_ADDRESS_TEXT];

	if (!report->copy || report->copy == state.copy ||
	    (state.copy_told && now - state.copy_told < COPY_TELL_NS))
		return;
	state.copy = report->copy;
	state.copy_told = now;
	log_event_of(
	    LOG_EVENT_HA_COPY, name,
	    "a third node sends heartbeats as the HA cluster peer, which lives: on %s, from %s, instance "
	    "%016lx; it is ignored. Stop it, or give it another ClusterID and cluster key",
	    name, mac_address_format(&report->copy_source, ':', mac), (unsigned long)report->copy);
}

void heartbeat_collect(void)
{
	struct message_heartbeat_report before = state.told;
	struct heartbeat_findings findings;

	mailbox_touch(control_now());
	if (!mailbox_take_findings(&findings))
		return;
	if (findings.fences != state.fences_handled) {
		state.fences_handled = findings.fences;
		activity_stood_still(findings.pause_ns);
		heartbeat_changed();
	}
	if (findings.not_missed != state.not_missed) {
		state.not_missed = findings.not_missed;
		log_event(LOG_EVENT_HA_NOT_MISSED,
		          "heartbeats stood still for %lu ms: the HA cluster peer had not missed this node, "
		          "which goes on",
		          (unsigned long)(findings.pause_ns / NANOSECONDS_PER_MILLISECOND));
	}
	state.macs = findings.macs;
	if (memcmp(&findings.report, &state.told, sizeof(state.told)) == 0)
		return;
	state.told = findings.report;
	heartbeat_report();
	tell_copy(control_now());
	if (state.told.alive != before.alive)
		qb_log(LOG_NOTICE, "HA cluster peer is %s", state.told.alive ? "alive" : "dead");
	if (is_contested(&before, &state.told))
		activity_contested();
}

static int32_t found(int32_t fd, int32_t events, void *user)
{
	uint64_t value;

	(void)events;
	(void)user;
	(void)!read(fd, &value, sizeof(value));
	heartbeat_collect();
	return 0;
}

static void look(void *user)
{
	(void)user;
	qb_loop_timer_add(control_loop(), QB_LOOP_HIGH, LOOK_NS, NULL, look, &state.look);
	heartbeat_collect();
	heartbeat_changed();
}

void heartbeat_farewell(void)
{
	struct timespec pause = {.tv_nsec = WAIT_NS};
	struct heartbeat_findings findings = {.farewelled = false};

	state.farewell = true;
	heartbeat_changed();
	for (unsigned i = 0; i < FAREWELL_WAITS && !findings.farewelled; i++) {
		nanosleep(&pause, NULL);
		mailbox_read_findings(&findings);
	}
}

static void read_key(void)
{
	int error = cluster_key_read(PATH_CLUSTER_KEY, CLUSTER_KEY_HEARTBEAT, state.configuration.key);

	state.configuration.have_key = error == 0;
	if (error && error != state.key_error)
		qb_log(LOG_ERR,
		       "%s: %s: no heartbeats are sent; make the key with hadrian-keygen and copy it to both "
		       "nodes",
		       PATH_CLUSTER_KEY, error == -EINVAL ? "holds no cluster key" : strerror(-error));
	state.key_error = error;
}

/* Gives the configuration to the heartbeat thread and waits until it uses no other. */
static void put_configuration(void)
{
	struct timespec pause = {.tv_nsec = WAIT_NS};
	struct heartbeat_findings findings;

	state.configuration.serial++;
	mailbox_put_configuration(&state.configuration);
	for (;;) {
		mailbox_read_findings(&findings);
		if (findings.configured == state.configuration.serial)
			return;
		nanosleep(&pause, NULL);
	}
}

int heartbeat_configure(const struct policy *policy)
{
	struct heartbeat_configuration *configuration = &state.configuration;
	const struct policy_settings *settings = policy->settings;
	int old[POLICY_INTERFACES_MAX];
	unsigned old_count = members_sockets(configuration, old);

	configuration->cluster = settings->cluster_enabled;
	configuration->cluster_id = settings->cluster_id;
	configuration->role = settings->cluster_role;
	configuration->interval_ns =
	    (settings->heartbeat_interval_ms ? settings->heartbeat_interval_ms : INTERVAL_DEFAULT_MS) *
	    NANOSECONDS_PER_MILLISECOND;
	configuration->dead_ns =
	    (settings->peer_dead_ms ? settings->peer_dead_ms : DEAD_DEFAULT_MS) * NANOSECONDS_PER_MILLISECOND;
	if (configuration->cluster)
		read_key();
	members_collect(configuration, policy);
	(void)own_macs_renew(configuration, policy);
	state.deaf = 0;
	heartbeat_changed();
	put_configuration();
	/* Now that the heartbeat thread has let go of them: that may take the kernel milliseconds. */
	members_close(old, old_count);
	heartbeat_collect();
	return 0;
}

static void renew_sockets(bool all)
{
	int old[POLICY_INTERFACES_MAX];
	unsigned old_count;

	if (members_renew(&state.configuration, all, old, &old_count))
		put_configuration();
	members_close(old, old_count);
}

void heartbeat_second(void)
{
	struct heartbeat_findings findings;

	if (!state.configuration.cluster)
		return;
	if (!state.configuration.have_key) {
		read_key();
		if (state.configuration.have_key)
			put_configuration();
	}
	/* Ports come back, and not always with the same address. */
	if (control_policy() && own_macs_renew(&state.configuration, control_policy()))
		put_configuration();
	mailbox_read_findings(&findings);
	renew_sockets(findings.lost != state.lost);
	state.lost = findings.lost;
	if (state.told.forged != state.forged_told) {
		state.forged_told = state.told.forged;
		qb_log(LOG_WARNING,
		       "heartbeats under another cluster key: %u so far; compare the keys of both nodes",
		       state.forged_told);
	}
}

int heartbeat_start(void)
{
	int error = mailbox_start();

	mailbox_touch(control_now());
	if (!error)
		error = heartbeat_thread_start();
	if (!error)
		error =
		    qb_loop_poll_add(control_loop(), QB_LOOP_HIGH, mailbox_found_fd(), POLLIN, NULL, found);
	if (!error)
		error = qb_loop_timer_add(control_loop(), QB_LOOP_HIGH, LOOK_NS, NULL, look, &state.look);
	return error;
}

void heartbeat_stop(void)
{
	int fds[POLICY_INTERFACES_MAX];
	unsigned count = members_sockets(&state.configuration, fds);

	heartbeat_thread_stop();
	members_close(fds, count);
	state.configuration.member_count = 0;
	if (mailbox_found_fd() >= 0)
		qb_loop_poll_del(control_loop(), mailbox_found_fd());
	mailbox_stop();
	explicit_bzero(state.configuration.key, sizeof(state.configuration.key));
}
