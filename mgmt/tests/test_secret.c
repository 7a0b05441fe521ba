/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/testing.h"
#include "mgmt/mgmtd/check/check.h"
#include "mgmt/mgmtd/configuration/secret.h"
#include "mgmt/mgmtd/configuration/secret_values.h"
#include "mgmt/mgmtd/configuration/store.h"
#include "mgmt/mgmtd/show/show_object.h"
#include "mgmt/tests/console.h"
#include "mgmt/tests/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct console console;

static void set_up(void)
{
	test_schema_make();
	console_open(&console);
}

static void tear_down(void)
{
	console_close(&console);
	test_schema_remove();
}

static char *state_path(const char *name)
{
	static char path[300];

	snprintf(path, sizeof(path), "%s/%s", console.engine.state_directory, name);
	return path;
}

static void make_cluster_key(int filled_with)
{
	char key[32];
	int fd = open(state_path("cluster.key"), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	memset(key, filled_with, sizeof(key));
	ck_assert_int_eq(write(fd, key, sizeof(key)), sizeof(key));
	close(fd);
	ck_assert_int_eq(secrets_load(console.engine.state_directory), 0);
}

static const char *sealed_in(const struct configuration *configuration)
{
	const struct object_type *type = schema_type(configuration->schema, NULL, "TestServer");

	return value_of(type, object_find(configuration, type, NULL, "one"), "SharedSecret");
}

START_TEST(what_was_sealed_is_opened)
{
	char clear[SECRET_CLEAR_MAX + 2] = "", sealed[SECRET_SEALED_MAX], opened[SECRET_CLEAR_MAX + 1];
	char again[SECRET_SEALED_MAX];
	struct stat status;

	for (size_t length = 0; length <= SECRET_CLEAR_MAX; length++) {
		clear[length] = 0;
		ck_assert_int_eq(secret_seal(clear, sealed), 0);
		ck_assert(secret_is_sealed(sealed));
		ck_assert(length < 6 || !strstr(sealed, clear));
		ck_assert_int_eq(secret_open(sealed, opened), 0);
		ck_assert_str_eq(opened, clear);
		ck_assert_int_eq(secret_seal(clear, again), 0);
		ck_assert_str_eq(sealed, again);
		clear[length] = (char)('a' + length % 26);
	}
	ck_assert_int_eq(secret_seal(clear, sealed), -EINVAL);
	ck_assert_int_eq(stat(state_path("secrets.key"), &status), 0);
	ck_assert_uint_eq(status.st_mode & 0777, 0600);
	ck_assert_int_eq(status.st_size, 32);
}
END_TEST

START_TEST(what_was_changed_is_not_opened)
{
	char sealed[SECRET_SEALED_MAX], opened[SECRET_CLEAR_MAX + 1];

	ck_assert_int_eq(secret_seal("open sesame", sealed), 0);
	for (size_t i = 0; sealed[i]; i++) {
		char before = sealed[i];

		/* The last characters have bits that mean nothing in base 64. */
		sealed[i] = before == 'A' ? 'q' : 'A';
		ck_assert_int_eq(secret_open(sealed, opened), -EBADMSG);
		sealed[i] = before;
	}
	ck_assert_int_eq(secret_open(sealed, opened), 0);
	ck_assert_int_eq(secret_open("open sesame", opened), -EBADMSG);
	ck_assert_int_eq(secret_open("$sealed$", opened), -EBADMSG);
	ck_assert_int_eq(secret_open("$sealed$AAAA", opened), -EBADMSG);
	ck_assert(!secret_is_sealed("$sealed$secret"));
}
END_TEST

static void never_shown(const char *line, const char *secret)
{
	console_run(&console, line);
	ck_assert_msg(!strstr(console.text, secret), "%s shows it: %s", line, console.text);
	ck_assert_msg(!strstr(console.text, "$sealed$"), "%s shows it: %s", line, console.text);
}

START_TEST(nobody_is_shown_a_secret)
{
	static const char *const lines[] = {"show TestServer",
	                                    "show TestServer one",
	                                    "show -changes",
	                                    "script -create TestServer",
	                                    "show -errors",
	                                    "set TestServer one SharedSecret=hus",
	                                    "set TestServer one SharedSecet=hush-hush",
	                                    "add TestServer one SharedSecret=hush-hush",
	                                    "set TestServer one PrivateSecret=hush-hush"};
	char *json;

	console_ok(&console, "add TestServer one SharedSecret=hush-hush PrivateSecret:0=hush-hush");
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		never_shown(lines[i], "hus");
	console_ok(&console, "show TestServer one");
	ck_assert_ptr_nonnull(strstr(console.text, "SharedSecret:  ********"));
	console_refused(&console, "set TestServer one SharedSecret=abc", "a secret of 4 to 100 characters");
	ck_assert_int_eq(configuration_print(&console.engine.candidate, true, &json), 0);
	ck_assert_ptr_null(strstr(json, "hush"));
	free(json);
}
END_TEST

START_TEST(the_clusters_key_takes_over)
{
	char first[SECRET_SEALED_MAX], clear[SECRET_CLEAR_MAX + 1];

	console_ok(&console, "add TestServer one SharedSecret=hush-hush");
	snprintf(first, sizeof(first), "%s", sealed_in(&console.engine.candidate));
	ck_assert_int_eq(configuration_replace(&console.engine.running, &console.engine.candidate), 0);
	console.engine.loop = qb_loop_create();
	engine_await_commit(&console.engine); /* as an activation does */
	make_cluster_key(7);
	ck_assert_int_eq(secret_open(first, clear), 0);
	ck_assert_int_eq(engine_commit(&console.engine, "console", NULL, NULL), 0);
	ck_assert_str_ne(sealed_in(&console.engine.committed), first);
	ck_assert_str_eq(sealed_in(&console.engine.candidate), sealed_in(&console.engine.committed));
	ck_assert_int_eq(secret_open(sealed_in(&console.engine.committed), clear), 0);
	ck_assert_str_eq(clear, "hush-hush");
	/* A new key of the cluster: as long as mgmtd lives it knows the former one. */
	make_cluster_key(8);
	ck_assert_int_eq(secret_open(sealed_in(&console.engine.committed), clear), 0);
	ck_assert_int_eq(engine_reseal(&console.engine), 1);
	ck_assert_str_eq(sealed_in(&console.engine.running), sealed_in(&console.engine.committed));
	qb_loop_destroy(console.engine.loop);
	console.engine.loop = NULL;
}
END_TEST

START_TEST(one_that_cannot_be_opened_is_named)
{
	char reason[256];

	make_cluster_key(7);
	console_ok(&console, "add TestServer one SharedSecret=hush-hush");
	ck_assert_int_eq(check_configuration(&console.engine.candidate, NULL), 0);
	secrets_unload();
	make_cluster_key(8);
	ck_assert_int_eq(check_configuration(&console.engine.candidate, NULL), 1);
	console_run(&console, "activate");
	ck_assert_ptr_nonnull(strstr(
	    console.text, "TestServer one: SharedSecret was sealed with a key that this system does not "
	                  "have. Type it again"));
	ck_assert_int_eq(secrets_open(&console.engine.candidate, reason), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(reason, "SharedSecret of TestServer one"));
	console_ok(&console, "set TestServer one SharedSecret=hush-hush");
	ck_assert_int_eq(check_configuration(&console.engine.candidate, NULL), 0);
}
END_TEST

START_TEST(a_backup_may_hold_them_in_clear)
{
	struct configuration copy;
	char reason[256], before[SECRET_SEALED_MAX];
	unsigned changed;

	console_ok(&console, "add TestServer one SharedSecret=hush-hush PrivateSecret:1=other");
	snprintf(before, sizeof(before), "%s", sealed_in(&console.engine.candidate));
	ck_assert_int_eq(configuration_copy(&console.engine.candidate, &copy), 0);
	ck_assert_int_eq(secrets_open(&copy, reason), 0);
	ck_assert_str_eq(sealed_in(&copy), "hush-hush");
	ck_assert_int_eq(secrets_seal(&copy, &changed), 0);
	ck_assert_uint_eq(changed, 2);
	ck_assert_str_eq(sealed_in(&copy), before);
	ck_assert(configuration_equal(&copy, &console.engine.candidate));
	configuration_clear(&copy);
}
END_TEST

START_TEST(one_written_into_the_file_is_sealed)
{
	struct engine engine = {.schema = console.engine.schema,
	                        .state_directory = console.engine.state_directory};
	char reason[256];

	ck_assert_int_eq(store_save(console.engine.state_directory, 3,
	                            "{\"hadrian-test:TestServer\":[{\"Name\":\"one\",\"SharedSecret\":"
	                            "\"hush-hush\"}]}"),
	                 0);
	ck_assert_int_eq(engine_load(&engine, reason), 0);
	ck_assert(secret_is_sealed(sealed_in(&engine.candidate)));
	configuration_clear(&engine.candidate);
	configuration_clear(&engine.running);
	configuration_clear(&engine.committed);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, what_was_sealed_is_opened);
	tcase_add_test(tests, what_was_changed_is_not_opened);
	tcase_add_test(tests, nobody_is_shown_a_secret);
	tcase_add_test(tests, the_clusters_key_takes_over);
	tcase_add_test(tests, one_that_cannot_be_opened_is_named);
	tcase_add_test(tests, a_backup_may_hold_them_in_clear);
	tcase_add_test(tests, one_written_into_the_file_is_sealed);
}

TEST_MAIN("secret", add_tests)
