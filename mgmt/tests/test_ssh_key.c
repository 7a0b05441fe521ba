/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/testing.h"
#include "mgmt/mgmtd/login/ssh_key.h"
#include "mgmt/mgmtd/login/users.h"
#include "mgmt/tests/console.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct console console;
static char line[SSH_KEY_LINE_MAX];
static const char *why;

/* What ssh-keygen makes of these options: the line of its public key. */
static const char *made(const char *options, char key[SSH_KEY_LINE_MAX])
{
	char directory[] = "/tmp/hadrian-test-XXXXXX", command[256], path[64];
	FILE *file;

	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(command, sizeof(command), "ssh-keygen -q -N '' -C 'somebody at home' %s -f %s/key", options,
	         directory);
	ck_assert_int_eq(system(command), 0);
	snprintf(path, sizeof(path), "%s/key.pub", directory);
	file = fopen(path, "re");
	ck_assert_ptr_nonnull(file);
	ck_assert_ptr_nonnull(fgets(key, SSH_KEY_LINE_MAX, file));
	fclose(file);
	unlink(path);
	path[strlen(path) - 4] = 0;
	unlink(path);
	rmdir(directory);
	return key;
}

/* feature: C02-015 */
START_TEST(keys_of_ssh_keygen_are_taken)
{
	static const char *const options[] = {"-t rsa -b 2048", "-t ed25519", "-t ecdsa -b 256",
	                                      "-t ecdsa -b 384", "-t ecdsa -b 521"};
	char key[SSH_KEY_LINE_MAX];

	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
		made(options[i], key);
		ck_assert_msg(ssh_key_read(key, line, &why) == 0, "%s: %s", key, why);
		ck_assert(!strchr(line, '\n'));
		ck_assert(ssh_key_equal(line, key));
	}
}
END_TEST

static void refused(const char *text, const char *reason)
{
	why = "";
	ck_assert_msg(ssh_key_read(text, line, &why) < 0, "taken: %s", text);
	ck_assert_msg(strstr(why, reason) != NULL, "%s: %s", text, why);
}

/* feature: C02-015 */
START_TEST(what_is_no_key_is_refused)
{
	char key[SSH_KEY_LINE_MAX], two[2 * SSH_KEY_LINE_MAX];

	refused(made("-t rsa -b 1024", key), "2048");
	refused(made("-t dsa", key), "DSA");
	refused("", "base 64");
	refused("-----BEGIN OPENSSH PRIVATE KEY-----", "public key");
	refused("ssh-ed25519", "base 64");
	refused("ssh-ed25519 AAAA", "type");
	refused("ssh-ed25519 ====", "base 64");
	made("-t ed25519", key);
	snprintf(two, sizeof(two), "%s%s", key, key);
	refused(two, "one key");
	snprintf(two, sizeof(two), "ssh-rsa %s", key + strlen("ssh-ed25519 "));
	refused(two, "type");
	made("-t ed25519", key);
	key[40] = '*';
	refused(key, "base 64");
	made("-t ed25519", key);
	memmove(key + 72, key + 76, strlen(key + 76) + 1);
	refused(key, "damaged");
	ck_assert_int_lt(ssh_key_take("file://../state/cluster.key", line, &why), 0);
	ck_assert_int_lt(ssh_key_take("file://", line, &why), 0);
}
END_TEST

START_TEST(comments_say_nothing)
{
	ck_assert(ssh_key_equal("ssh-rsa AAAA one", "ssh-rsa  AAAA two words"));
	ck_assert(!ssh_key_equal("ssh-rsa AAAA", "ssh-rsa AAAB"));
	ck_assert(!ssh_key_equal("ssh-rsa AAAA", "ssh-rsa AAAABBBB"));
	ck_assert(!ssh_key_equal("ssh-rsa AAAA", "ssh-rsb AAAA"));
	ck_assert(!ssh_key_equal("ssh-rsa ", "ssh-rsa "));
	ck_assert(!ssh_key_equal("", ""));
}
END_TEST

/* feature: C02-015 */
START_TEST(a_user_has_the_keys_that_it_names)
{
	const struct configuration *candidate = &console.engine.candidate;
	char key[SSH_KEY_LINE_MAX], other[SSH_KEY_LINE_MAX], command[SSH_KEY_LINE_MAX + 64];

	made("-t ed25519", key);
	made("-t ed25519", other);
	key[strcspn(key, "\n")] = 0;
	snprintf(command, sizeof(command), "add SSHClientKey my_key PublicKey=\"%s\"", key);
	console_ok(&console, command);
	console_refused(&console, "add SSHClientKey bad PublicKey=nonsense",
	                "PublicKey cannot be 'nonsense'");
	console_refused(&console, "add SSHClientKey bad PublicKey=file://none.pub", "no such file");
	console_ok(&console, "cc LocalUserDatabase AdminUsers");
	console_ok(&console, "set User admin SSHKeys=my_key");
	ck_assert(user_has_key(candidate, "AdminUsers", "admin", key));
	ck_assert(!user_has_key(candidate, "AdminUsers", "admin", other));
	ck_assert(!user_has_key(candidate, "AdminUsers", "nobody", key));
	ck_assert(!user_has_key(candidate, "Others", "admin", key));
	console_ok(&console, "set User admin -disable");
	ck_assert(!user_has_key(candidate, "AdminUsers", "admin", key));
}
END_TEST

static void set_up(void)
{
	console_open(&console);
}

static void tear_down(void)
{
	console_close(&console);
}

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, keys_of_ssh_keygen_are_taken);
	tcase_add_test(tests, what_is_no_key_is_refused);
	tcase_add_test(tests, comments_say_nothing);
	tcase_add_test(tests, a_user_has_the_keys_that_it_names);
}

TEST_MAIN("mgmt_ssh_key", add_tests)
