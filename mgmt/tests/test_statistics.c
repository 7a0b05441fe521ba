/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/testing.h"
#include "mgmt/mgmtd/engine/process.h"
#include "mgmt/mgmtd/statistics/statistic.h"
#include "mgmt/tests/console.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct console console;

static void set_up(void)
{
	console_open(&console);
}

static void tear_down(void)
{
	console_close(&console);
}

/* feature: C02-121 */
START_TEST(a_star_stands_for_anything)
{
	ck_assert(statistic_matches("*", "/system/cpu/fast_path_usage"));
	ck_assert(statistic_matches("/system/cpu/*", "/system/cpu/cpus/FastPath_01/usage"));
	ck_assert(statistic_matches("/interfaces/common/*/bytes_recv", "/interfaces/common/if1/bytes_recv"));
	ck_assert(!statistic_matches("/interfaces/common/*/bytes_recv", "/interfaces/common/if1/bytes_sent"));
	ck_assert(!statistic_matches("/system/cpu", "/system/cpu/fast_path_usage"));
	ck_assert(statistic_matches("/a/*b*c", "/a/bbxbcc"));
	ck_assert(!statistic_matches("/a/*b*c", "/a/bbxbcd"));
	ck_assert(!statistic_matches("", "/a"));
	ck_assert(!statistic_matches("/a/*/c", "/a/"));
}
END_TEST

static void fill(struct statistics *set, uint64_t value)
{
	statistics_add(set, value, "bytes", "/interfaces/common/%s/bytes_recv", "if2");
	statistics_add(set, value + 1, "bytes", "/interfaces/common/%s/bytes_recv", "if1");
	statistics_add(set, value + 2, "users", "/authentication/system/active_users");
	statistics_sort(set);
}

/* feature: C02-118 C02-119 C02-121 */
START_TEST(a_list_takes_keeps_and_loses_values)
{
	struct statistics all = {0}, later = {0}, list = {0};

	fill(&all, 10);
	ck_assert_int_eq(statistics_take(&list, &all, "/nothing/*"), 0);
	ck_assert_int_eq(statistics_take(&list, &all, "/interfaces/*"), 2);
	ck_assert_int_eq(statistics_take(&list, &all, "*"), 3);
	ck_assert_uint_eq(list.count, 3);
	ck_assert_uint_eq(statistics_remove(&list, "/interfaces/common/if1/bytes_recv"), 1);
	ck_assert_uint_eq(statistics_remove(&list, "/interfaces/common/if1/bytes_recv"), 0);
	ck_assert_uint_eq(list.count, 2);
	statistics_add(&later, 77, "users", "/authentication/system/active_users");
	statistics_refresh(&list, &later);
	ck_assert_uint_eq(statistics_find(&list, "/authentication/system/active_users")->value, 77);
	ck_assert(!statistics_find(&list, "/interfaces/common/if2/bytes_recv")->known);
	ck_assert_uint_eq(statistics_remove(&list, "*"), 2);
	statistics_free(&all);
	statistics_free(&later);
	statistics_free(&list);
}
END_TEST

/* feature: C02-119 */
START_TEST(values_are_printed_as_a_table)
{
	struct statistics set = {0};
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	statistics_add(&set, 1, "users", "/authentication/system/active_users");
	ck_assert_uint_eq(statistics_print(&set, NULL, out), 1);
	fclose(out);
	ck_assert_msg(!strncmp(text, "Name | 20", 9), "%s", text);
	ck_assert_ptr_nonnull(strstr(text, "/authentication/system/active_users  1      users\n"));
	free(text);
	statistics_free(&set);
}
END_TEST

/* feature: C02-119 C02-120 */
START_TEST(what_cannot_be_polled_is_refused)
{
	console_ok(&console, "statistics");
	ck_assert_str_eq(console.text, "The list of polled values is empty\n");
	console_refused(&console, "statistics -poll -interval=10", "list of polled values is empty");
	console_refused(&console, "statistics -poll", "-interval cannot be ''. Allowed: 1..86400");
	console_refused(&console, "statistics -poll -interval=0", "-interval cannot be '0'");
	console_refused(&console, "statistics -poll -interval=1-3", "-interval cannot be '1-3'");
	console_refused(&console, "statistics -interval=3", "-interval belongs to -poll");
	console_refused(&console, "statistics -stop", "No polling is under way");
	console_refused(&console, "statistics -add", "-add needs a path");
	console_refused(&console, "statistics -remove *", "is not on the list");
	console_refused(&console, "statistics -add -remove *", "one of -add, -remove");
	console_refused(&console, "statistics -listall x", "'x' is too much");
	console_refused(&console, "statistics -remove x y", "'y' is too much");
}
END_TEST

/* feature: C02-052 */
START_TEST(lines_of_proc_are_read)
{
	struct process process;

	ck_assert_int_eq(
	    process_stat_parse("42 (a) (b c) S 7 42 42 0 -1 4194560 1 2 3 4 100 23 0 0 20 0 1\n", &process),
	    0);
	ck_assert_int_eq(process.pid, 42);
	ck_assert_int_eq(process.parent, 7);
	ck_assert_str_eq(process.name, "a) (b c");
	ck_assert_uint_eq(process.ticks, 123);
	ck_assert_int_eq(process_stat_parse("", &process), -EINVAL);
	ck_assert_int_eq(process_stat_parse("42 )(", &process), -EINVAL);
	ck_assert_int_eq(process_stat_parse("42 (x) S 7", &process), -EINVAL);
}
END_TEST

/* feature: C02-052 */
START_TEST(processes_are_compared_and_sorted)
{
	struct processes before = {
	    .when_ns = 1000000000, .system_ticks = 1000, .idle_ticks = 500, .count = 2};
	struct processes now = {.when_ns = 3000000000, .system_ticks = 1400, .idle_ticks = 800, .count = 3};
	uint64_t second = (uint64_t)sysconf(_SC_CLK_TCK);

	before.list[0] = (struct process){.pid = 1, .ticks = 10};
	before.list[1] = (struct process){.pid = 2, .ticks = 900};
	now.list[0] = (struct process){.pid = 1, .ticks = 10 + second / 2};
	now.list[1] = (struct process){.pid = 2, .ticks = second}; /* its number was given anew */
	now.list[2] = (struct process){.pid = 3, .ticks = 0};
	before.list[1].ticks = 2 * second;
	processes_compare(&before, &now);
	processes_sort(&now);
	ck_assert_int_eq(now.list[0].pid, 2);
	ck_assert_double_eq_tol(now.list[0].percent, 50, 0.01);
	ck_assert_double_eq_tol(now.list[1].percent, 25, 0.01);
	ck_assert_double_eq_tol(now.percent, 75, 0.01);
	ck_assert_double_eq_tol(now.system_percent, 25, 0.01);
}
END_TEST

/* feature: C02-051 C02-052 */
START_TEST(this_process_is_found)
{
	pid_t root = getpid();
	struct processes found;

	ck_assert_int_eq(processes_look(&root, 1, 0, &found), 0);
	ck_assert_uint_ge(found.count, 1);
	ck_assert_int_eq(found.list[0].pid, root);
	ck_assert_str_eq(found.list[0].name, "test_mgmt_statistics");
	ck_assert_uint_gt(found.list[0].memory_kb, 0);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, a_star_stands_for_anything);
	tcase_add_test(tests, a_list_takes_keeps_and_loses_values);
	tcase_add_test(tests, values_are_printed_as_a_table);
	tcase_add_test(tests, what_cannot_be_polled_is_refused);
	tcase_add_test(tests, lines_of_proc_are_read);
	tcase_add_test(tests, processes_are_compared_and_sorted);
	tcase_add_test(tests, this_process_is_found);
}

TEST_MAIN("mgmt_statistics", add_tests)
