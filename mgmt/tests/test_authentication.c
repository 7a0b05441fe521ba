/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/messages/radius.h"
#include "lib/testing.h"
#include "mgmt/mgmtd/login/auth_decision.h"
#include "mgmt/mgmtd/login/auth_profile.h"
#include "mgmt/mgmtd/login/lockout.h"
#include "mgmt/tests/console.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SECOND_NS 1000000000ULL

static struct console console;
static struct lockouts lockouts;

/* feature: C02-069 C02-071 C17-007 */
START_TEST(local_last_asks_the_database_only_where_all_servers_are_silent)
{
	const struct auth_sources both = {.local = true, .remote = true, .user_known = true};
	const struct auth_sources remote = {.remote = true};

	ck_assert_int_eq(auth_decide(&both, AUTH_BEGINS), AUTH_ASK_RADIUS);
	ck_assert_int_eq(auth_decide(&both, AUTH_RADIUS_ACCEPTS), AUTH_GRANT);
	ck_assert_int_eq(auth_decide(&both, AUTH_RADIUS_REJECTS), AUTH_REFUSE);
	ck_assert_int_eq(auth_decide(&both, AUTH_RADIUS_CHALLENGES), AUTH_ASK_USER);
	ck_assert_int_eq(auth_decide(&both, AUTH_RADIUS_SILENT), AUTH_ASK_LOCAL);
	ck_assert_int_eq(auth_decide(&both, AUTH_RADIUS_FORGETS), AUTH_REFUSE);
	ck_assert_int_eq(auth_decide(&both, AUTH_LOCAL_MATCHES), AUTH_GRANT);
	ck_assert_int_eq(auth_decide(&both, AUTH_LOCAL_DIFFERS), AUTH_REFUSE);
	ck_assert_int_eq(auth_decide(&remote, AUTH_BEGINS), AUTH_ASK_RADIUS);
	ck_assert_int_eq(auth_decide(&remote, AUTH_RADIUS_SILENT), AUTH_REFUSE);
}
END_TEST

/* feature: C02-071 C17-007 */
START_TEST(local_first_asks_servers_for_who_is_not_in_the_database)
{
	const struct auth_sources known = {
	    .local = true, .remote = true, .local_first = true, .user_known = true};
	const struct auth_sources unknown = {.local = true, .remote = true, .local_first = true};
	const struct auth_sources remote = {.remote = true, .local_first = true};

	ck_assert_int_eq(auth_decide(&known, AUTH_BEGINS), AUTH_ASK_LOCAL);
	ck_assert_int_eq(auth_decide(&known, AUTH_LOCAL_DIFFERS), AUTH_REFUSE);
	ck_assert_int_eq(auth_decide(&unknown, AUTH_BEGINS), AUTH_ASK_RADIUS);
	ck_assert_int_eq(auth_decide(&unknown, AUTH_RADIUS_SILENT), AUTH_REFUSE);
	ck_assert_int_eq(auth_decide(&remote, AUTH_BEGINS), AUTH_ASK_RADIUS);
}
END_TEST

/* feature: C02-071 C17-004 */
START_TEST(without_servers_only_the_database_is_asked)
{
	struct auth_sources sources = {.local = true};

	ck_assert_int_eq(auth_decide(&sources, AUTH_BEGINS), AUTH_ASK_LOCAL);
	sources.local_first = true;
	ck_assert_int_eq(auth_decide(&sources, AUTH_BEGINS), AUTH_ASK_LOCAL);
	sources.local = false;
	ck_assert_int_eq(auth_decide(&sources, AUTH_BEGINS), AUTH_ASK_LOCAL);
}
END_TEST

/* feature: C17-010 */
START_TEST(a_name_is_locked_out_after_failures_in_a_row)
{
	ck_assert(!lockout_failed(&lockouts, "p", "admin", 0, 10, SECOND_NS));
	ck_assert(!lockout_failed(&lockouts, "p", "admin", 3, 10, SECOND_NS));
	ck_assert(!lockout_failed(&lockouts, "p", "admin", 3, 10, SECOND_NS));
	lockout_forget(&lockouts, "p", "admin");
	ck_assert(!lockout_failed(&lockouts, "p", "admin", 3, 10, SECOND_NS));
	ck_assert(!lockout_failed(&lockouts, "p", "admin", 3, 10, SECOND_NS));
	ck_assert(!lockout_holds(&lockouts, "p", "admin", SECOND_NS));
	ck_assert(lockout_failed(&lockouts, "p", "admin", 3, 10, SECOND_NS));
	ck_assert(lockout_holds(&lockouts, "p", "admin", 11 * SECOND_NS - 1));
	ck_assert(!lockout_holds(&lockouts, "p", "root", 2 * SECOND_NS));
	ck_assert(!lockout_holds(&lockouts, "q", "admin", 2 * SECOND_NS));
	ck_assert(!lockout_holds(&lockouts, "p", "admin", 11 * SECOND_NS));
	ck_assert(!lockout_failed(&lockouts, "p", "admin", 3, 10, 11 * SECOND_NS));
}
END_TEST

START_TEST(a_full_table_forgets_who_failed_longest_ago)
{
	char user[32];

	lockout_failed(&lockouts, "p", "first", 1, 1000, SECOND_NS);
	for (unsigned i = 1; i < LOCKOUT_NAMES; i++) {
		snprintf(user, sizeof(user), "user%u", i);
		lockout_failed(&lockouts, "p", user, 1, 1000, SECOND_NS + i);
	}
	ck_assert(lockout_holds(&lockouts, "p", "first", 2 * SECOND_NS));
	lockout_failed(&lockouts, "p", "last", 1, 1000, 2 * SECOND_NS);
	ck_assert(!lockout_holds(&lockouts, "p", "first", 2 * SECOND_NS));
	ck_assert(lockout_holds(&lockouts, "p", "user1", 2 * SECOND_NS));
	ck_assert(lockout_holds(&lockouts, "p", "last", 2 * SECOND_NS));
}
END_TEST

static void add_access(void)
{
	console_ok(&console, "add IPAddress if1_net Address=10.1.0.0/24");
	console_ok(&console, "add EthernetDevice port1 Device=port1");
	console_ok(&console,
	           "add EthernetInterface if1 EthernetDevice:0=port1 IPAddress=10.1.0.1 Network=if1_net");
	console_ok(&console,
	           "add RemoteManagement RemoteMgmtSSH ssh SourceInterface=if1 SourceNetwork=if1_net");
}

/* feature: C02-069 C02-070 C02-076 C17-001 C17-005 C17-006 C17-008 C17-009 C17-012 */
START_TEST(a_profile_of_the_guide_is_read)
{
	const struct configuration *candidate = &console.engine.candidate;
	struct message_radius_server server;
	struct auth_profile profile;

	add_access();
	ck_assert(auth_profile_of_access(candidate, "ssh", &profile));
	ck_assert_str_eq(profile.name, "MgmtAuthProfile");
	ck_assert_str_eq(profile.database, "AdminUsers");
	ck_assert(profile.brute_force_prevention && profile.multiple == AUTH_ALLOW_MULTIPLE);
	console_ok(&console, "add RadiusServer my_radius_auth1 IPAddress=198.10.2.1 SharedSecret=mysecret");
	console_ok(&console, "add IPAddress rad2 Address=198.10.2.2");
	console_ok(&console,
	           "add RadiusServer my_radius_auth2 IPAddress=rad2 SharedSecret=\"Other secret\" Port=1645 "
	           "RetryTimeout=500 NumRetries=10 NASIdentifier=fw1 AuthMethod=CHAP");
	console_ok(&console,
	           "add AuthenticationProfile my_mgmt_auth_profile LocalUserDB=\"\" "
	           "RemoteServer=my_radius_auth1,my_radius_auth2 RemoteLoadBalance=RoundRobin "
	           "AuthOrder=LocalLast MultipleLogins=AllowOne SessionTimeout=600 AgentType=BASIC");
	console_ok(&console, "set RemoteManagement RemoteMgmtSSH ssh AuthProfile=my_mgmt_auth_profile");
	console_ok(&console, "show -errors");
	ck_assert(auth_profile_of_access(candidate, "ssh", &profile));
	ck_assert_str_eq(profile.database, "");
	ck_assert_uint_eq(profile.server_count, 2);
	ck_assert(profile.balance == AUTH_BALANCE_ROUND_ROBIN && profile.multiple == AUTH_ALLOW_ONE);
	ck_assert_uint_eq(profile.timeout_seconds, 600);
	ck_assert_int_eq(auth_server(candidate, "my_radius_auth1", &server), 0);
	ck_assert(server.port == 1812 && server.timeout_ms == 2000 && server.retries == 3 && !server.chap);
	ck_assert_str_eq(server.secret, "mysecret");
	ck_assert_int_eq(auth_server(candidate, "my_radius_auth2", &server), 0);
	ck_assert(server.port == 1645 && server.timeout_ms == 500 && server.retries == 10 && server.chap);
	ck_assert_str_eq(server.secret, "Other secret");
	ck_assert_str_eq(server.nas_identifier, "fw1");
	ck_assert_uint_eq(ip_address_to_ip4(&server.address), 0xc60a0202);
	ck_assert_int_eq(auth_server(candidate, "none", &server), -ENOENT);
	console_ok(&console, "show RadiusServer my_radius_auth1");
	ck_assert(!strstr(console.text, "mysecret"));
}
END_TEST

/* feature: C17-002 C17-005 C17-010 C17-012 */
START_TEST(what_makes_no_sense_is_refused)
{
	char command[256], secret[102];

	memset(secret, 's', sizeof(secret));
	secret[101] = 0;
	snprintf(command, sizeof(command), "add RadiusServer r IPAddress=198.10.2.1 SharedSecret=%s", secret);
	console_refused(&console, command, "1 to 100 characters");
	secret[100] = 0;
	snprintf(command, sizeof(command), "add RadiusServer longest IPAddress=198.10.2.1 SharedSecret=%s",
	         secret);
	console_ok(&console, command);
	console_refused(&console, "add RadiusServer r IPAddress=10.0.0.0/8 SharedSecret=s",
	                "IPAddress cannot be");
	console_refused(&console, "add RadiusServer r IPAddress=10.0.0.1 SharedSecret=s RetryTimeout=499",
	                "RetryTimeout cannot be '499'");
	console_refused(&console, "add RadiusServer r IPAddress=10.0.0.1 SharedSecret=s NumRetries=0",
	                "NumRetries cannot be '0'");
	console_refused(&console, "add RadiusServer r IPAddress=10.0.0.1 SharedSecret=s NumRetries=11",
	                "NumRetries cannot be '11'");
	console_refused(&console, "add AuthenticationProfile p RemoteLoadBalance=Random", "RoundRobin");
	console_refused(&console, "add AuthenticationProfile p LoginAttempts=-1", "LoginAttempts");
	add_access();
	console_ok(&console, "add AuthenticationProfile p RemoteServer=missing");
	console_refused(&console, "activate", "no RadiusServer of that name");
	console_ok(&console, "set AuthenticationProfile p LocalUserDB=\"\" RemoteServer=<empty>");
	console_ok(&console, "set RemoteManagement RemoteMgmtSSH ssh AuthProfile=p");
	console_refused(&console, "activate", "nobody could log in");
	console_ok(&console, "set AuthenticationProfile p LocalUserDB=<empty> AgentType=EAP");
	console_refused(&console, "activate", "SSH needs Basic");
}
END_TEST

static void set_up(void)
{
	lockouts = (struct lockouts){0};
	console_open(&console);
}

static void tear_down(void)
{
	console_close(&console);
}

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, local_last_asks_the_database_only_where_all_servers_are_silent);
	tcase_add_test(tests, local_first_asks_servers_for_who_is_not_in_the_database);
	tcase_add_test(tests, without_servers_only_the_database_is_asked);
	tcase_add_test(tests, a_name_is_locked_out_after_failures_in_a_row);
	tcase_add_test(tests, a_full_table_forgets_who_failed_longest_ago);
	tcase_add_test(tests, a_profile_of_the_guide_is_read);
	tcase_add_test(tests, what_makes_no_sense_is_refused);
}

TEST_MAIN("mgmt_authentication", add_tests)
