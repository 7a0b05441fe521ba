/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/testing.h"
#include "mgmt/mgmtd/login/auth_profile.h"
#include "mgmt/mgmtd/policy/policy_build.h"
#include "mgmt/mgmtd/ssh/sshd.h"
#include "mgmt/ssh/settings.h"
#include "mgmt/ssh/status.h"
#include "mgmt/tests/console.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
	ssh_settings_free(&settings);
	console_close(&console);
}

static int read_text(const char *text)
{
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	int error;

	ck_assert_ptr_ne(file, NULL);
	ssh_settings_free(&settings);
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
	ck_assert_uint_eq(settings.access_count, 1);
	ck_assert_uint_eq(settings.listener_count, 1);
	ck_assert_uint_eq(settings.listener[0].port, 22);
	ck_assert_str_eq(settings.access[0].name, "ssh");
	ck_assert_uint_eq(settings.access[0].idle_seconds, 1800);
	ck_assert_uint_eq(settings.access[0].keys, SSH_SETTINGS_RSA | SSH_SETTINGS_ECDSA);
	ck_assert_str_eq(settings.access[0].banner, "Welcome!");
	console_ok(&console,
	           "set RemoteManagement RemoteMgmtSSH ssh Banner= SessionIdleTime=1000000 Port=2222 "
	           "AllowHostKeyRSA=No");
	render();
	ck_assert_uint_eq(settings.listener[0].port, 2222);
	ck_assert_uint_eq(settings.access[0].idle_seconds, 1000000);
	ck_assert_uint_eq(settings.access[0].keys, SSH_SETTINGS_ECDSA);
	ck_assert_str_eq(settings.access[0].banner, "");
	console_ok(&console, "set RemoteManagement RemoteMgmtSSH ssh Banner=\"Two\\r\\nlines\"");
	render();
	ck_assert_str_eq(settings.access[0].banner, "Two\r\nlines");
	console_ok(&console, "set RemoteManagement RemoteMgmtSSH ssh -disable");
	ck_assert_ptr_eq(sshd_render(&console.engine.candidate), NULL);
}
END_TEST

/* Of the profile of the access ssh; NULL for none. */
static const char *login_database(const struct configuration *configuration)
{
	static struct auth_profile profile;

	return auth_profile_of_access(configuration, "ssh", &profile) ? profile.database : NULL;
}

/* feature: C02-006 C02-011 C02-018 */
START_TEST(the_profile_says_who_may_log_in)
{
	const struct configuration *candidate = &console.engine.candidate;

	ck_assert_ptr_eq(login_database(candidate), NULL);
	console_ok(&console,
	           "add RemoteManagement RemoteMgmtSSH ssh SourceInterface=if1 SourceNetwork=if1_net");
	ck_assert_str_eq(login_database(candidate), "AdminUsers");
	console_ok(&console, "add LocalUserDatabase operators");
	console_ok(&console, "add AuthenticationProfile ops LocalUserDB=operators");
	console_ok(&console, "set RemoteManagement RemoteMgmtSSH ssh AuthProfile=ops");
	ck_assert_str_eq(login_database(candidate), "operators");
	console_ok(&console, "set RemoteManagement RemoteMgmtSSH ssh AuthProfile=nobody");
	ck_assert_ptr_eq(login_database(candidate), NULL);
	console_ok(&console, "set RemoteManagement RemoteMgmtSSH ssh AuthProfile=ops -disable");
	ck_assert_ptr_eq(login_database(candidate), NULL);
}
END_TEST

/* feature: C02-010 */
START_TEST(the_predefined_access_is_disabled)
{
	console_ok(&console, "show RemoteManagement RemoteMgmtSSH");
	ck_assert_ptr_ne(strstr(console.text, "\no"), NULL);
	ck_assert_ptr_ne(strstr(console.text, "1  RemoteMgmtSSH"), NULL);
	ck_assert_ptr_eq(sshd_render(&console.engine.candidate), NULL);
	console_ok(&console, "set RemoteManagement RemoteMgmtSSH RemoteMgmtSSH -enable");
	console_ok(&console, "show -errors");
	ck_assert_ptr_ne(strstr(console.text, "SourceInterface must be set"), NULL);
	ck_assert_ptr_ne(strstr(console.text, "SourceNetwork must be set"), NULL);
	console_ok(&console, "set RemoteManagement RemoteMgmtSSH RemoteMgmtSSH SourceInterface=if1 "
	                     "SourceNetwork=if1_net");
	console_ok(&console, "show RemoteManagement RemoteMgmtSSH");
	ck_assert_ptr_eq(strstr(console.text, "\no"), NULL);
	render();
	ck_assert_str_eq(settings.access[0].name, "RemoteMgmtSSH");
}
END_TEST

static const char *access_of(const char *remote)
{
	struct ip_address to, from;
	const struct ssh_access *access;

	ck_assert_int_eq(ip_address_parse("10.1.0.1", &to), 0);
	ck_assert_int_eq(ip_address_parse(remote, &from), 0);
	access = ssh_settings_find(&settings, &to, 22, &from);
	return access ? access->name : "";
}

/* feature: C02-012 */
START_TEST(the_network_decides_which_access_it_is)
{
	console_ok(&console, "add RemoteMgmtSSH office SourceInterface=if1 SourceNetwork=10.1.0.0/25");
	console_ok(&console, "add RemoteMgmtSSH lab SourceInterface=if1 SourceNetwork=10.1.0.128/25");
	render();
	ck_assert_uint_eq(settings.access_count, 2);
	ck_assert_str_eq(access_of("10.1.0.10"), "office");
	ck_assert_str_eq(access_of("10.1.0.200"), "lab");
	ck_assert_str_eq(access_of("10.2.0.1"), "");
	console_ok(&console, "show -errors");
	ck_assert_ptr_eq(strstr(console.text, "overlaps"), NULL);
	console_ok(&console, "set RemoteMgmtSSH lab SourceNetwork=10.1.0.100-10.1.0.200");
	console_ok(&console, "show -errors");
	ck_assert_ptr_ne(strstr(console.text, "Warning: RemoteMgmtSSH lab: SourceNetwork overlaps"), NULL);
	render();
	ck_assert_str_eq(access_of("10.1.0.101"), "office");
	ck_assert_str_eq(access_of("10.1.0.150"), "lab");
	console_ok(&console, "set RemoteMgmtSSH lab SourceNetwork=10.1.0.5,10.1.0.7");
	console_refused(&console, "activate", "never lets anybody in");
	console_ok(&console, "set RemoteMgmtSSH lab Index=1");
	console_ok(&console, "show -errors");
	ck_assert_ptr_eq(strstr(console.text, "never"), NULL);
	render();
	ck_assert_str_eq(access_of("10.1.0.5"), "lab");
	ck_assert_str_eq(access_of("10.1.0.6"), "office");
}
END_TEST

/* feature: C02-014 C02-018 */
START_TEST(an_access_that_cannot_work_is_refused)
{
	console_ok(&console,
	           "add RemoteManagement RemoteMgmtSSH ssh SourceInterface=if1 SourceNetwork=if1_net");
	console_refused(&console, "set RemoteMgmtSSH ssh AllowHostKeyDSA=Yes", "AllowHostKeyDSA");
	console_ok(&console,
	           "set RemoteManagement RemoteMgmtSSH ssh AllowHostKeyRSA=No AllowHostKeyECDSA=No");
	console_refused(&console, "activate", "allows no host key");
	console_ok(&console, "set RemoteManagement RemoteMgmtSSH ssh AllowHostKeyRSA=Yes AuthProfile=none");
	console_refused(&console, "activate", "AuthProfile refers to 'none'");
	console_ok(&console, "set RemoteManagement RemoteMgmtSSH ssh AuthProfile=<empty> Port=443");
	console_ok(&console, "add RemoteMgmtHTTP web SourceInterface=if1 SourceNetwork=if1_net");
	console_refused(&console, "activate", "HTTPSPort of RemoteMgmtHTTP web");
}
END_TEST

/* feature: C02-017 */
START_TEST(sshserver_says_why_it_does_not_run)
{
	console_ok(&console, "sshserver");
	ck_assert_str_eq(console.text, "");
	console_ok(&console, "add RemoteMgmtSSH ssh SourceInterface=if1 SourceNetwork=if1_net Port=2222");
	configuration_replace(&console.engine.running, &console.engine.candidate);
	console_ok(&console, "sshserver");
	ck_assert_ptr_ne(strstr(console.text, "SSH Server  Port  Connected clients  Status\n"), NULL);
	ck_assert_ptr_ne(strstr(console.text, "ssh         2222  0                  Not running"), NULL);
	console_ok(&console, "set EthernetInterface if1 -disable");
	configuration_replace(&console.engine.running, &console.engine.candidate);
	console_ok(&console, "sshserver");
	ck_assert_ptr_ne(strstr(console.text, "Not running: if1 is disabled or has no address"), NULL);
}
END_TEST

START_TEST(settings_are_read_strictly)
{
	static const char *const wrong[] = {"access ssh 1800 3",
	                                    "access ssh 1800 3 - more",
	                                    "access ssh 0 3 -",
	                                    "access ssh -1 3 -",
	                                    "access ssh 1800 0 -",
	                                    "access ssh 1800 4 -",
	                                    "access ssh 1800 3 4",
	                                    "access ssh 1800 3 4x",
	                                    "access  ssh 1800 3 -",
	                                    "listen 10.1.0.1 22",
	                                    "network 10.1.0.0/24",
	                                    "access ssh 1800 3 -\nlisten 10.1.0 22",
	                                    "access ssh 1800 3 -\nlisten 10.1.0.1 0",
	                                    "access ssh 1800 3 -\nlisten 10.1.0.1 65536",
	                                    "access ssh 1800 3 -\nnetwork 10.1.0.0/33",
	                                    "access ssh 1800 3 -\nnetwork 10.1.0.0/24 ",
	                                    "hear 10.1.0.1",
	                                    "\n"};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		ck_assert_msg(read_text(wrong[i]) == -EBADMSG, "%s", wrong[i]);
	ck_assert_int_eq(read_text("access ssh 1800 3 48690a\n"), 0);
	ck_assert_str_eq(settings.access[0].banner, "Hi\n");
}
END_TEST

/* feature: C02-017 */
START_TEST(a_status_is_read_as_it_was_written)
{
	struct ssh_status status = {.server = 17, .count = 2}, read;
	char path[] = "/tmp/hadrian-status-XXXXXX", text[IP_ADDRESS_TEXT];
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	close(fd);
	strcpy(status.access[0].name, "one");
	status.access[0].connected = 3;
	strcpy(status.access[1].name, "two");
	status.access[1].error = EADDRINUSE;
	ck_assert_int_eq(ip_address_parse("10.1.0.1", &status.access[1].address), 0);
	ck_assert_int_eq(ssh_status_write(path, &status), 0);
	ck_assert_int_eq(ssh_status_read(path, &read), 0);
	ck_assert_int_eq(read.server, 17);
	ck_assert_uint_eq(read.count, 2);
	ck_assert_uint_eq(read.access[0].connected, 3);
	ck_assert_int_eq(read.access[1].error, EADDRINUSE);
	ck_assert_str_eq(ip_address_format(&read.access[1].address, text), "10.1.0.1");
	unlink(path);
	ck_assert_int_eq(ssh_status_read(path, &read), -ENOENT);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, an_access_says_where_the_server_answers);
	tcase_add_test(tests, the_profile_says_who_may_log_in);
	tcase_add_test(tests, the_predefined_access_is_disabled);
	tcase_add_test(tests, the_network_decides_which_access_it_is);
	tcase_add_test(tests, an_access_that_cannot_work_is_refused);
	tcase_add_test(tests, sshserver_says_why_it_does_not_run);
	tcase_add_test(tests, settings_are_read_strictly);
	tcase_add_test(tests, a_status_is_read_as_it_was_written);
}

TEST_MAIN("mgmt_ssh", add_tests)
