/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/testing.h"
#include "mgmt/mgmtd/configuration/configuration.h"
#include "mgmt/mgmtd/configuration/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[] = "/tmp/hadrian-store-XXXXXX";
static char newest[64], previous[64];

static void set_up(void)
{
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(newest, sizeof(newest), "%s/config.json", directory);
	snprintf(previous, sizeof(previous), "%s/config.json.1", directory);
}

static void tear_down(void)
{
	unlink(newest);
	unlink(previous);
	ck_assert_int_eq(rmdir(directory), 0); /* nothing else was left behind */
}

static void expect(uint64_t generation, const char *json, unsigned from_previous)
{
	struct stored stored;

	ck_assert_int_eq(store_load(directory, &stored), 0);
	ck_assert_uint_eq(stored.generation, generation);
	ck_assert_str_eq(stored.json, json);
	ck_assert_uint_eq(stored.previous, from_previous);
	ck_assert_int_eq(stored.reason[0] != 0, from_previous != 0);
	free(stored.json);
}

START_TEST(what_was_saved_is_loaded)
{
	struct stored stored;
	struct stat status;

	ck_assert_int_eq(store_load(directory, &stored), -ENOENT);
	ck_assert_int_eq(store_save(directory, 1, "{\"first\":1}"), 0);
	expect(1, "{\"first\":1}", 0);
	ck_assert_int_eq(stat(newest, &status), 0);
	ck_assert_uint_eq(status.st_mode & 0777, 0600);
	ck_assert_int_eq(store_save("/nonexistent", 2, "{}"), -ENOENT);
}
END_TEST

/* Power fails at any byte: whatever is left of the newest file, a whole configuration is found. */
START_TEST(a_file_cut_at_any_byte_gives_the_one_before)
{
	struct stat status;

	ck_assert_int_eq(store_save(directory, 1, "{\"first\":1}"), 0);
	ck_assert_int_eq(store_save(directory, 2, "{\"second\":2}"), 0);
	expect(2, "{\"second\":2}", 0);
	ck_assert_int_eq(stat(newest, &status), 0);
	for (off_t length = status.st_size - 1; length >= 0; length--) {
		ck_assert_int_eq(truncate(newest, length), 0);
		expect(1, "{\"first\":1}", 1);
	}
}
END_TEST

START_TEST(a_flipped_byte_is_found)
{
	struct stat status;

	ck_assert_int_eq(store_save(directory, 1, "{\"first\":1}"), 0);
	ck_assert_int_eq(store_save(directory, 1, "{\"second\":2}"), 0);
	ck_assert_int_eq(stat(newest, &status), 0);
	for (off_t at = 0; at < status.st_size; at++) {
		struct stored stored;
		int fd = open(newest, O_RDWR);
		char byte, flipped;

		ck_assert_int_eq(pread(fd, &byte, 1, at), 1);
		flipped = (char)(byte ^ 4);
		ck_assert_int_eq(pwrite(fd, &flipped, 1, at), 1);
		ck_assert_int_eq(store_load(directory, &stored), 0);
		ck_assert_msg(stored.previous == 1, "byte %ld", (long)at);
		free(stored.json);
		ck_assert_int_eq(pwrite(fd, &byte, 1, at), 1);
		close(fd);
	}
	expect(1, "{\"second\":2}", 0);
}
END_TEST

START_TEST(without_any_whole_file_both_reasons_are_said)
{
	struct stored stored;

	ck_assert_int_eq(store_save(directory, 1, "{}"), 0);
	ck_assert_int_eq(store_save(directory, 2, "{}"), 0);
	ck_assert_int_eq(truncate(newest, 30), 0);
	ck_assert_int_eq(truncate(previous, 0), 0);
	ck_assert_int_eq(store_load(directory, &stored), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(stored.reason, "config.json.1 neither"));
}
END_TEST

START_TEST(a_damaged_password_is_not_told)
{
	static const char head[] = "{\"hadrian-users:LocalUserDatabase\":[{\"Name\":\"AdminUsers\",\"User\":"
	                           "[{\"Name\":\"admin\",\"Password\":\"$y$secret";
	struct configuration configuration = {0};
	struct schema *schema;
	char json[1024], reason[256];

	ck_assert_msg(schema_load(NULL, &schema, reason) == 0, "%s", reason);
	configuration.schema = schema;
	memset(json, 's', sizeof(json));
	memcpy(json, head, sizeof(head) - 1);
	strcpy(json + sizeof(json) - 8, "\"}]}]}");
	ck_assert_int_eq(configuration_parse(&configuration, json, reason), -EBADMSG);
	ck_assert_ptr_null(strstr(reason, "$y$"));
	ck_assert_ptr_null(strstr(reason, "sss"));
	strcpy(json, head);
	strcat(json, "\"}]}]}");
	ck_assert_msg(configuration_parse(&configuration, json, reason) == 0, "%s", reason);
	configuration_clear(&configuration);
	schema_free(schema);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, what_was_saved_is_loaded);
	tcase_add_test(tests, a_file_cut_at_any_byte_gives_the_one_before);
	tcase_add_test(tests, a_flipped_byte_is_found);
	tcase_add_test(tests, without_any_whole_file_both_reasons_are_said);
	tcase_add_test(tests, a_damaged_password_is_not_told);
}

TEST_MAIN("mgmt_store", add_tests)
