/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/testing.h"
#include "mgmt/mgmtd/engine/engine.h"
#include "mgmt/tests/console.h"

#include <qb/qbloop.h>
#include <string.h>

static struct console console;

static void set_up(void)
{
	console_open(&console);
	console.engine.loop = qb_loop_create();
}

static void tear_down(void)
{
	engine_stop_commit_timer(&console.engine);
	qb_loop_destroy(console.engine.loop);
	console.engine.loop = NULL;
	console_close(&console);
}

/* feature: C02-041 C11-009 */
START_TEST(a_commit_is_awaited_where_nobody_waits_for_the_activation)
{
	char reason[256];

	console_ok(&console, "add IPAddress a Address=1.1.1.1");
	ck_assert_int_eq(engine_activate(&console.engine, &console.engine.candidate, NULL, NULL, reason), 0);
	ck_assert(console.engine.uncommitted);
}
END_TEST

/* feature: C02-041 C02-044 */
START_TEST(what_is_as_committed_again_awaits_no_commit)
{
	console_ok(&console, "add IPAddress a Address=1.1.1.1");
	console_says(&console, "activate", "Without 'commit' within 30 seconds the old one returns.");
	ck_assert(console.engine.uncommitted);
	console_ok(&console, "delete IPAddress a");
	console_says(&console, "activate", "nothing to commit");
	ck_assert(!console.engine.uncommitted);
}
END_TEST

/* feature: C11-010 */
START_TEST(the_time_to_commit_is_a_setting)
{
	console_ok(&console, "set Settings RemoteMgmtSettings BiDirTimeout=120");
	console_says(&console, "activate", "Without 'commit' within 120 seconds the old one returns.");
	console_refused(&console, "set Settings RemoteMgmtSettings BiDirTimeout=9", "10..7200");
	console_refused(&console, "set Settings RemoteMgmtSettings BiDirTimeout=7201", "10..7200");
}
END_TEST

static void says_not(const char *line, const char *text)
{
	console_ok(&console, line);
	ck_assert_msg(!strstr(console.text, text), "'%s' is in: %s", text, console.text);
}

/* feature: C22-064 C22-024 */
START_TEST(what_parts_a_cluster_is_warned_of)
{
	static const char *const cluster[] = {
	    "add EthernetDevice port1 Device=port1",
	    "add EthernetInterface if1 EthernetDevice:0=port1 EthernetDevice:1=port1 PrivateIP:0=192.0.2.1 "
	    "PrivateIP:1=192.0.2.2 HAType=Sync Network=192.0.2.0/30",
	    "set HighAvailability Role=Master ClusterID=9 Enabled=Yes", NULL};

	console_lines(&console, cluster);
	says_not("activate", "Warning");
	console_ok(&console, "set HighAvailability ClusterID=10");
	console_says(&console, "activate",
	             "Warning: HighAvailability: ClusterID changes from 9 to 10: as long as");
	says_not("activate", "Warning");
	console_ok(&console, "set HighAvailability Role=Slave");
	console_says(&console, "activate",
	             "Warning: HighAvailability: Role changes from Master to Slave: as long");
	console_ok(&console, "set HASettings PeerDead=3000 HeartbeatInterval=1000");
	says_not("activate", "Warning");
	/* Heartbeats themselves tell the peer which of them are in force. */
	console_ok(&console, "set HASettings PeerDead=200 HeartbeatInterval=5");
	says_not("activate", "Warning");
	console_ok(&console, "set HighAvailability Enabled=No ClusterID=11");
	console_says(&console, "activate",
	             "Warning: HighAvailability: this node leaves the cluster: both nodes");
	/* And of what an ordinary node says there is nothing to be told. */
	console_ok(&console, "set HighAvailability ClusterID=12");
	says_not("activate", "Warning");
	console_ok(&console, "set HighAvailability Enabled=Yes");
	says_not("activate", "Warning");
	console_ok(&console, "set HighAvailability -disable");
	console_says(&console, "activate",
	             "Warning: HighAvailability: this node leaves the cluster: both nodes");
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, a_commit_is_awaited_where_nobody_waits_for_the_activation);
	tcase_add_test(tests, what_is_as_committed_again_awaits_no_commit);
	tcase_add_test(tests, the_time_to_commit_is_a_setting);
	tcase_add_test(tests, what_parts_a_cluster_is_warned_of);
}

TEST_MAIN("mgmt_activation", add_tests)
