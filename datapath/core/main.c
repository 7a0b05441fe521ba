/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/activity/activity.h"
#include "datapath/advertise/advertise.h"
#include "datapath/arp/arp.h"
#include "datapath/blacklist/blacklist.h"
#include "datapath/core/apply.h"
#include "datapath/core/control.h"
#include "datapath/core/eal.h"
#include "datapath/core/options.h"
#include "datapath/core/packet_buffer.h"
#include "datapath/core/privileges.h"
#include "datapath/core/server.h"
#include "datapath/dhcp_client/dhcp_client.h"
#include "datapath/flow/flow_key.h"
#include "datapath/heartbeat/heartbeat.h"
#include "datapath/heartbeat/key.h"
#include "datapath/host/host.h"
#include "datapath/host/netlink.h"
#include "datapath/monitor/monitor.h"
#include "datapath/port/port.h"
#include "datapath/slaac/slaac.h"
#include "datapath/spare/spare.h"
#include "lib/heartbeat.h"
#include "lib/log.h"
#include "lib/paths.h"

#include <errno.h>
#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_launch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the last heartbeats need to get through the workers. */
#define FAREWELL_US 5000

/* A node that gets a cluster key later deals its flows out by it from its next start on. */
static int draw_secrets(char reason[256])
{
	uint8_t key[32];
	bool clustered = !cluster_key_read(PATH_CLUSTER_KEY, CLUSTER_KEY_FLOWS, key);
	int error = flow_hash_start(clustered ? key : NULL);

	explicit_bzero(key, sizeof(key));
	if (error)
		snprintf(reason, 256, "no random numbers: %s", strerror(-error));
	return error;
}

static int start_workers(const struct options *options, char reason[256])
{
	uint32_t flows = options->max_flows / options->workers;
	int error;

	for (unsigned i = 0; i < options->workers; i++) {
		error = worker_create(i, i + 1, flows, &datapath.workers[i]);
		if (error) {
			snprintf(reason, 256,
			         "no memory for %u flows (%s); lower --max-flows or raise --memory",
			         options->max_flows, strerror(-error));
			return error;
		}
		datapath.worker_count = i + 1;
	}
	for (unsigned i = 0; i < options->workers; i++) {
		error = rte_eal_remote_launch(worker_main, datapath.workers[i], i + 1);
		if (error) {
			snprintf(reason, 256, "worker %u does not start: %s", i, strerror(-error));
			return error;
		}
	}
	return 0;
}

static void stop_workers(void)
{
	for (unsigned i = 0; i < datapath.worker_count; i++) {
		if (rte_eal_get_lcore_state(i + 1) == RUNNING)
			worker_stop(datapath.workers[i]);
	}
	rte_eal_mp_wait_lcore();
}

static int start_control(char reason[256])
{
	int error = control_create();

	if (!error)
		error = netlink_open();
	if (!error)
		error = port_start();
	if (!error)
		error = arp_start();
	if (!error)
		error = heartbeat_start();
	if (error) {
		snprintf(reason, 256, "the control thread does not start: %s", strerror(-error));
		return error;
	}
	return server_start(reason);
}

static void stop_control(void)
{
	/* Nothing is forwarded from here on: the peer may start. */
	atomic_store(&datapath.active, false);
	heartbeat_farewell();
	rte_delay_us_sleep(FAREWELL_US);
	activity_report();
	server_stop();
	/* DPDK waits for the workers without letting go of its CPU, which one of them may need. */
	(void)privileges_ordinary_time();
	stop_workers();
	monitor_stop();
	heartbeat_stop();
	advertise_stop();
	slaac_stop();
	dhcp_client_stop();
	blacklist_stop();
	arp_stop();
	host_stop();
	spare_stop();
	port_stop();
	policy_stop();
	netlink_close();
	control_destroy();
}

static int run(const struct options *options)
{
	char reason[256] = "";
	int error = privileges_check(reason);

	if (!error && privileges_drop() != 0)
		qb_log(LOG_WARNING, "privileges that are not needed cannot be given up");
	if (!error)
		error = eal_start(options, reason);
	if (!error)
		error = eal_create_pools(options, reason);
	if (!error)
		error = draw_secrets(reason);
	if (!error)
		error = start_workers(options, reason);
	activity_set_max_flows(options->max_flows);
	if (!error)
		error = start_control(reason);
	if (error) {
		qb_log(LOG_ERR, "%s", reason);
		return EXIT_FAILURE;
	}
	if (privileges_real_time() != 0)
		qb_log(LOG_WARNING, "no real-time priority: heartbeats may be late under load");
	qb_log(LOG_INFO, "ready: %u worker%s, %u flows", options->workers, options->workers == 1 ? "" : "s",
	       options->max_flows);
	control_run();
	stop_control();
	rte_eal_cleanup();
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	struct options options;
	int result = options_parse(argc, argv, &options);

	if (result)
		return result > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
	log_start("hadrian-datapath", 0);
	log_forward("hadrian-datapath");
	options.mtu_max = RTE_MAX(options.mtu_max, packet_buffer_mtu());
	return run(&options);
}
