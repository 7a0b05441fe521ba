/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/testing.h"
#include "mgmt/scp/command.h"
#include "mgmt/scp/record.h"

#include <errno.h>
#include <string.h>

static struct scp_command command;
static struct scp_record record;
static char reason[128];

/* feature: C02-064 */
START_TEST(commands_of_clients)
{
	ck_assert_int_eq(scp_command_parse("scp -v -r -p -d -t -- .", &command, reason), 0);
	ck_assert(command.to && command.recursive && command.times && command.folder);
	ck_assert_uint_eq(command.count, 1);
	ck_assert_str_eq(command.path[0], ".");
	ck_assert_int_eq(scp_command_parse("scp -f 'a b'.bkp \"c\\\"d\" e\\ f *.mib -g", &command, reason),
	                 -EINVAL);
	ck_assert_int_eq(scp_command_parse("scp -f 'a b'.bkp \"c\\\"d\" e\\ f *.mib -- -g", &command, reason),
	                 0);
	ck_assert(!command.to && !command.recursive);
	ck_assert_uint_eq(command.count, 5);
	ck_assert_str_eq(command.path[0], "a b.bkp");
	ck_assert_str_eq(command.path[1], "c\"d");
	ck_assert_str_eq(command.path[2], "e f");
	ck_assert_str_eq(command.path[3], "*.mib");
	ck_assert_str_eq(command.path[4], "-g");
}
END_TEST

START_TEST(commands_that_are_none)
{
	static const char *const texts[] = {"",          "scp",         "scpx -t .",  "scp -t",
	                                    "scp .",     "scp -t -f .", "scp -t a b", "scp -x -t .",
	                                    "scp -f 'a", "scp -f"};
	char text[SCP_COMMAND_MAX + 2] = "scp -f";

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		*reason = 0;
		ck_assert_msg(scp_command_parse(texts[i], &command, reason) == -EINVAL, "%s", texts[i]);
		ck_assert(*reason);
	}
	for (size_t i = 0; i <= SCP_PATHS_MAX; i++)
		strcat(text, " a");
	ck_assert_int_eq(scp_command_parse(text, &command, reason), -EINVAL);
	memset(text + 6, 'a', sizeof(text) - 7);
	text[sizeof(text) - 1] = 0;
	ck_assert_int_eq(scp_command_parse(text, &command, reason), -EINVAL);
}
END_TEST

START_TEST(records)
{
	ck_assert_int_eq(scp_record_parse("C0644 20971520 a b.bkp", &record), 0);
	ck_assert_int_eq(record.kind, SCP_FILE);
	ck_assert_uint_eq(record.size, 20971520);
	ck_assert_str_eq(record.text, "a b.bkp");
	ck_assert_int_eq(scp_record_parse("D0755 0 folder", &record), 0);
	ck_assert_int_eq(record.kind, SCP_FOLDER);
	ck_assert_int_eq(scp_record_parse("T1700000000 0 1700000000 0", &record), 0);
	ck_assert_int_eq(record.kind, SCP_TIMES);
	ck_assert_int_eq(scp_record_parse("E", &record), 0);
	ck_assert_int_eq(record.kind, SCP_END);
	ck_assert_int_eq(scp_record_parse("\001x\033[2Jy", &record), 0);
	ck_assert_int_eq(record.kind, SCP_WARNING);
	ck_assert_str_eq(record.text, "x?[2Jy");
}
END_TEST

START_TEST(records_that_are_none)
{
	static const char *const texts[] = {"",
	                                    "X",
	                                    "Ex",
	                                    "C",
	                                    "C0644",
	                                    "C0644 1",
	                                    "C0644 1 ",
	                                    "C0944 1 a",
	                                    "C06440 1 a",
	                                    "C0644 -1 a",
	                                    "C0644 9999999999999999999 a",
	                                    "C0644  1 a",
	                                    "T1 0 1",
	                                    "T1 0 1 x",
	                                    "T1 0 1 0 "};
	char line[SCP_RECORD_MAX + 1];

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		ck_assert_msg(scp_record_parse(texts[i], &record) == -EBADMSG, "%s", texts[i]);
	memset(line, 1, SCP_RECORD_MAX);
	line[SCP_RECORD_MAX] = 0;
	ck_assert_int_eq(scp_record_parse(line, &record), -EBADMSG);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, commands_of_clients);
	tcase_add_test(tests, commands_that_are_none);
	tcase_add_test(tests, records);
	tcase_add_test(tests, records_that_are_none);
}

TEST_MAIN("mgmt_scp", add_tests)
