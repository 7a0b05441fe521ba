/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/testing.h"
#include "mgmt/mgmtd/login.h"
#include "mgmt/mgmtd/policy_build.h"
#include "mgmt/mgmtd/sshd.h"
#include "mgmt/ssh/settings.h"
#include "mgmt/tests/console.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct console console;
static struct ssh_settings settings;

static void set_up(void)
{
	console_open(&console);
	console_ok(&console, "add IPAddress if1_net Address=10.1.0.0/24");
	console_ok(&console, "add EthernetDevice port1 Device=port1");
	console_ok(&console,
	           "add EthernetInterface if1 EthernetDevice:0=port1 IPAddress=10.1.0.1 Network=if1_net");
}

static void tear_down(void)
{
	console_close(&console);
}

static int read_text(const char *text)
{
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	int error;

	ck_assert_ptr_ne(file, NULL);
	error = ssh_settings_read(file, &settings);
	fclose(file);
	return error;
}

/* What the configuration says, as hadrian-sshd reads it. */
static void render(void)
{
	char *text = sshd_render(&console.engine.candidate);

	ck_assert_ptr_ne(text, NULL);
	ck_assert_int_eq(read_text(text), 0);
	free(text);
}

/* feature: C02-010 C02-037 C02-038 */
START_TEST(an_access_says_where_the_server_answers)
{
	char *none = sshd_render(&console.engine.candidate);

	ck_assert_ptr_eq(none, NULL);
	console_ok(&console,
	           "add RemoteManagement RemoteMgmtSSH ssh SourceInterface=if1 SourceNetwork=if1_net");
	render();
	ck_assert_uint_eq(settings.count, 1);
	ck_assert_uint_eq(settings.listener[0].port, 22);
	ck_assert_str_eq(settings.listener[0].access, "ssh");
	ck_assert_uint_eq(settings.listener[0].idle_seconds, 1800);
	ck_assert_uint_eq(settings.listener[0].keys, SSH_SETTINGS_RSA | SSH_SETTINGS_ECDSA);
	ck_assert_str_eq(settings.listener[0].banner, "Welcome!");
	console_ok(&console,
	           "set RemoteManagement RemoteMgmtSSH ssh Banner= SessionIdleTime=1000000 Port=2222 "
	           "AllowHostKeyRSA=No");
	render();
	ck_assert_uint_eq(settings.listener[0].port, 2222);
	ck_assert_uint_eq(settings.listener[0].idle_seconds, 1000000);
	ck_assert_uint_eq(settings.listener[0].keys, SSH_SETTINGS_ECDSA);
	ck_assert_str_eq(settings.listener[0].banner, "");
	console_ok(&console, "set RemoteManagement RemoteMgmtSSH ssh Banner=\"Two\\r\\nlines\"");
	render();
	ck_assert_str_eq(settings.listener[0].banner, "Two\r\nlines");
	console_ok(&console, "set RemoteManagement RemoteMgmtSSH ssh -disable");
	ck_assert_ptr_eq(sshd_render(&console.engine.candidate), NULL);
}
END_TEST

/* feature: C02-006 C02-011 C02-018 */
START_TEST(the_profile_says_who_may_log_in)
{
	const struct configuration *candidate = &console.engine.candidate;

	ck_assert_ptr_eq(login_database(candidate, "ssh"), NULL);
	console_ok(&console,
	           "add RemoteManagement RemoteMgmtSSH ssh SourceInterface=if1 SourceNetwork=if1_net");
	ck_assert_str_eq(login_database(candidate, "ssh"), "AdminUsers");
	console_ok(&console, "add LocalUserDatabase operators");
	console_ok(&console, "add AuthenticationProfile ops LocalUserDB=operators");
	console_ok(&console, "set RemoteManagement RemoteMgmtSSH ssh AuthProfile=ops");
	ck_assert_str_eq(login_database(candidate, "ssh"), "operators");
	console_ok(&console, "set RemoteManagement RemoteMgmtSSH ssh AuthProfile=nobody");
	ck_assert_ptr_eq(login_database(candidate, "ssh"), NULL);
	console_ok(&console, "set RemoteManagement RemoteMgmtSSH ssh AuthProfile=ops -disable");
	ck_assert_ptr_eq(login_database(candidate, "ssh"), NULL);
}
END_TEST

START_TEST(what_has_no_effect_is_refused)
{
	console_ok(&console,
	           "add RemoteManagement RemoteMgmtSSH ssh SourceInterface=if1 SourceNetwork=if1_net");
	console_ok(&console,
	           "add RemoteManagement RemoteMgmtSSH again SourceInterface=if1 SourceNetwork=all-nets-ip4");
	console_refused(&console, "activate", "one access for each");
	console_ok(&console, "delete RemoteManagement RemoteMgmtSSH again");
	console_ok(&console,
	           "set RemoteManagement RemoteMgmtSSH ssh AllowHostKeyRSA=No AllowHostKeyECDSA=No");
	console_refused(&console, "activate", "allows no host key");
}
END_TEST

START_TEST(settings_are_read_strictly)
{
	static const char *const wrong[] = {
	    "listen 10.1.0.1 22 ssh 1800 3",      "listen 10.1.0.1 22 ssh 1800 3 - more",
	    "listen 10.1.0 22 ssh 1800 3 -",      "listen 10.1.0.1 0 ssh 1800 3 -",
	    "listen 10.1.0.1 65536 ssh 1800 3 -", "listen 10.1.0.1 22 ssh 0 3 -",
	    "listen 10.1.0.1 22 ssh 1800 0 -",    "listen 10.1.0.1 22 ssh 1800 4 -",
	    "listen 10.1.0.1 22 ssh 1800 3 4",    "listen 10.1.0.1 22 ssh 1800 3 4x",
	    "listen  10.1.0.1 22 ssh 1800 3 -",   "hear 10.1.0.1 22 ssh 1800 3 -",
	    "listen 10.1.0.1 22 ssh -1 3 -",      "\n"};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		ck_assert_msg(read_text(wrong[i]) == -EBADMSG, "%s", wrong[i]);
	ck_assert_int_eq(read_text("listen 10.1.0.1 22 ssh 1800 3 48690a\n"), 0);
	ck_assert_str_eq(settings.listener[0].banner, "Hi\n");
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, an_access_says_where_the_server_answers);
	tcase_add_test(tests, the_profile_says_who_may_log_in);
	tcase_add_test(tests, what_has_no_effect_is_refused);
	tcase_add_test(tests, settings_are_read_strictly);
}

TEST_MAIN("mgmt_ssh", add_tests)
