/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/core/apply.h"

#include "datapath/activity/activity.h"
#include "datapath/advertise/advertise.h"
#include "datapath/arp/arp.h"
#include "datapath/blacklist/blacklist.h"
#include "datapath/core/control.h"
#include "datapath/core/packet_buffer.h"
#include "datapath/dhcp_client/dhcp_client.h"
#include "datapath/heartbeat/heartbeat.h"
#include "datapath/host/host.h"
#include "datapath/monitor/monitor.h"
#include "datapath/port/port.h"
#include "datapath/route/local_ip.h"
#include "datapath/slaac/slaac.h"
#include "datapath/spare/spare.h"
#include "datapath/threshold/threshold.h"
#include "lib/ipc.h"

#include <errno.h>
#include <pthread.h>
#include <qb/qblog.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

/* A policy that is being compiled on a thread of its own: thousands of rules take longer than the peer waits.
 */
struct compilation {
	const void *blob;
	size_t length;
	struct compiled_policy *result;
	int error;
	char reason[128];
	_Atomic bool done;
};

static void *compile(void *argument)
{
	struct compilation *compilation = argument;

	compilation->error = compiled_policy_create(compilation->blob, compilation->length,
	                                            &compilation->result, compilation->reason);
	atomic_store(&compilation->done, true);
	return NULL;
}

static int compile_beside(struct compilation *compilation)
{
	struct timespec pause = {.tv_nsec = 500000};
	pthread_t thread;
	int error = pthread_create(&thread, NULL, compile, compilation);

	if (error)
		return -error;
	while (!atomic_load(&compilation->done)) {
		nanosleep(&pause, NULL);
		control_breathe();
	}
	pthread_join(thread, NULL);
	return compilation->error;
}

static void swap(struct compiled_policy *new)
{
	struct compiled_policy *old = atomic_exchange(&datapath.policy, new);

	control_synchronize();
	compiled_policy_destroy(old);
}

/* Everything that could refuse the policy has been asked. */
static int put_in_force(struct compiled_policy *compiled, char reason[256])
{
	const struct policy *policy = compiled_policy_view(compiled);
	char problem[256] = "";
	int error, first = 0;

	port_commit(policy);
	swap(compiled);
	port_finish(policy);
	control_breathe();
	error = host_reconcile(policy, problem);
	if (error) {
		first = error;
		snprintf(reason, 256, "%s", problem);
	}
	arp_configure(policy);
	error = heartbeat_configure(policy);
	if (error && !first) {
		first = error;
		snprintf(reason, 256, "heartbeats: %s", strerror(-error));
	}
	error = spare_configure(policy);
	if (error && !first) {
		first = error;
		snprintf(reason, 256, "spare links of the cluster: %s", strerror(-error));
	}
	monitor_configure(policy);
	worker_set_polling(policy->settings->poll);
	error = packet_buffer_keep(policy->settings->packet_buffer);
	if (error)
		qb_log(LOG_ERR, "PacketBufferSize cannot be kept for the next start: %s", strerror(-error));
	activity_configure(policy);
	advertise_configure(policy);
	slaac_policy();
	dhcp_client_policy();
	blacklist_policy();
	route_local_ip_report(policy);
	qb_log(LOG_INFO, "policy %lu is in force", (unsigned long)policy->header->generation);
	return first;
}

static int apply_blob(const void *blob, size_t length, char reason[256])
{
	bool tolerant = control_policy() == NULL;
	struct compilation compilation = {.blob = blob, .length = length};
	const struct policy *policy;
	int error = compile_beside(&compilation), ports;

	if (error) {
		snprintf(reason, 256, "policy refused: %s",
		         compilation.reason[0] ? compilation.reason : strerror(-error));
		return error;
	}
	policy = compiled_policy_view(compilation.result);
	error = host_check(policy, reason);
	ports = error ? 0 : port_prepare(policy, tolerant, reason);
	if (error || (ports && !tolerant)) {
		port_discard();
		compiled_policy_destroy(compilation.result);
		return error ? error : ports;
	}
	if (ports) {
		char ignored[256];

		(void)put_in_force(compilation.result, ignored);
		return ports;
	}
	return put_in_force(compilation.result, reason);
}

int policy_apply(int fd, char reason[256])
{
	const void *blob;
	size_t length;
	int error = ipc_blob_map(fd, &blob, &length);

	if (error) {
		snprintf(reason, 256, "the policy cannot be read: %s", strerror(-error));
		return error;
	}
	error = apply_blob(blob, length, reason);
	munmap((void *)blob, length);
	return error;
}

void policy_tick(void)
{
	port_second();
	threshold_second();
	blacklist_second();
}

void policy_stop(void)
{
	compiled_policy_destroy(atomic_exchange(&datapath.policy, NULL));
}
