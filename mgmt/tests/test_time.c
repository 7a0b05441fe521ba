/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/testing.h"
#include "mgmt/mgmtd/check/check.h"
#include "mgmt/mgmtd/time/clock.h"
#include "mgmt/mgmtd/time/time_zone.h"
#include "mgmt/tests/console.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct console console;

static void set_up(void)
{
	console_open(&console);
}

static void tear_down(void)
{
	console_close(&console);
}

/* feature: C02-091 C02-093 C02-094 */
START_TEST(answers_are_judged_before_they_are_averaged)
{
	struct clock_answer answers[] = {{true, false, 63},
	                                 {true, false, 10},
	                                 {false, false, 1e6},
	                                 {true, false, -20},
	                                 {true, false, -60}};
	struct clock_judgement judgement = clock_judge(answers, 5, 60, false);

	ck_assert_uint_eq(judgement.answered, 4);
	ck_assert_uint_eq(judgement.used, 3);
	ck_assert_double_eq_tol(judgement.offset, (10 - 20 - 60) / 3.0, 1e-9);
	ck_assert(!answers[0].used && answers[1].used && !answers[2].used && answers[3].used &&
	          answers[4].used);
	judgement = clock_judge(answers, 5, 60, true);
	ck_assert_uint_eq(judgement.used, 4);
	ck_assert_double_eq_tol(judgement.offset, (63 + 10 - 20 - 60) / 4.0, 1e-9);
	judgement = clock_judge(answers, 5, 5, false);
	ck_assert_uint_eq(judgement.used, 0);
	ck_assert_double_eq(judgement.offset, 0);
}
END_TEST

/* feature: C02-091 */
START_TEST(offsets_are_read_from_what_chronyd_says)
{
	double offset;

	ck_assert_int_eq(
	    clock_answer_read("2026-11-21T06:07:06Z Disabled control of system clock\n"
	                      "2026-11-21T06:07:06Z System clock wrong by -95.503906 seconds (ignored)\n",
	                      &offset),
	    0);
	ck_assert_double_eq_tol(offset, -95.503906, 1e-9);
	ck_assert_int_eq(clock_answer_read("Timeout reached\n", &offset), -ENODATA);
	ck_assert_int_eq(clock_answer_read("System clock wrong by ", &offset), -ENODATA);
	ck_assert_int_eq(clock_answer_read("System clock wrong by nan seconds", &offset), -ENODATA);
	ck_assert_int_eq(clock_answer_read("System clock wrong by 1e300 seconds", &offset), -ENODATA);
}
END_TEST

/* Local time of 12:00 UTC on a day, and whether it is summer time, in the zone of the candidate. */
static const char *noon(int year, int month, int day)
{
	static char text[40];
	struct tm utc = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day, .tm_hour = 12}, local;
	time_t seconds = timegm(&utc);

	time_zone_apply(&console.engine.candidate);
	localtime_r(&seconds, &local);
	strftime(text, sizeof(text), "%d %H:%M", &local);
	strcat(text, local.tm_isdst ? " summer" : "");
	return text;
}

/* feature: C02-089 C02-090 */
START_TEST(zones_have_offsets_and_rules)
{
	char text[TIME_ZONE_MAX];

	ck_assert_str_eq(noon(2026, 7, 1), "01 12:00");
	console_ok(&console, "set DateTime Timezone=UTC+01:00");
	ck_assert_str_eq(noon(2026, 7, 1), "01 13:00");
	console_ok(&console, "set DateTime Timezone=UTC+01:00-EU");
	ck_assert_str_eq(noon(2026, 3, 28), "28 13:00");
	ck_assert_str_eq(noon(2026, 3, 29), "29 14:00 summer");
	ck_assert_str_eq(noon(2026, 10, 24), "24 14:00 summer");
	ck_assert_str_eq(noon(2026, 10, 25), "25 13:00");
	console_ok(&console, "set DateTime DSTAutoAdjust=No");
	ck_assert_str_eq(noon(2026, 7, 1), "01 13:00");
	console_ok(&console, "set DateTime DSTAutoAdjust=Yes Timezone=UTC-05:00-US");
	ck_assert_str_eq(noon(2026, 3, 7), "07 07:00");
	ck_assert_str_eq(noon(2026, 3, 8), "08 08:00 summer");
	ck_assert_str_eq(noon(2026, 11, 1), "01 07:00");
	console_ok(&console, "set DateTime Timezone=UTC+05:45");
	ck_assert_str_eq(noon(2026, 7, 1), "01 17:45");
	console_ok(&console, "set DateTime Timezone=UTC-03:30-US");
	ck_assert_str_eq(noon(2026, 1, 1), "01 08:30");
	ck_assert_str_eq(noon(2026, 7, 1), "01 09:30 summer");
	console_ok(&console, "set DateTime Timezone=UTC+12:00-NZ");
	ck_assert_str_eq(noon(2026, 1, 1), "02 01:00 summer");
	console_refused(&console, "set DateTime Timezone=UTC+01:30", "Timezone");
	ck_assert_int_eq(time_zone_posix("UTC+01:00-XX", true, text), -EINVAL);
	ck_assert_int_eq(time_zone_posix("UTC+01:00-EUX", true, text), -EINVAL);
	ck_assert_int_eq(time_zone_posix("CET", true, text), -EINVAL);
}
END_TEST

/* Every zone that the schema offers is known here, and the change in the Union is at 01:00 UTC everywhere. */
/* feature: C02-089 C02-090 */
START_TEST(every_zone_of_the_schema_is_known)
{
	const struct object_type *type = schema_type(console.engine.schema, NULL, "DateTime");
	const struct lysc_node_leaf *leaf =
	    (const struct lysc_node_leaf *)type_property(type, "Timezone")->node;
	const struct lysc_type_enum *names = (const struct lysc_type_enum *)leaf->type;
	const time_t before = 1774745999; /* 2026-03-29 00:59:59 UTC */
	char text[TIME_ZONE_MAX];
	LY_ARRAY_COUNT_TYPE i;
	struct tm local;

	LY_ARRAY_FOR(names->enums, i)
	{
		const time_t after = before + 1;

		ck_assert_msg(!time_zone_posix(names->enums[i].name, true, text), "%s", names->enums[i].name);
		if (!strstr(names->enums[i].name, "-EU"))
			continue;
		setenv("TZ", text, 1);
		tzset();
		ck_assert_msg(!localtime_r(&before, &local)->tm_isdst, "%s", text);
		ck_assert_msg(localtime_r(&after, &local)->tm_isdst > 0, "%s", text);
	}
	ck_assert_uint_gt(LY_ARRAY_COUNT(names->enums), 40);
}
END_TEST

/* feature: C02-091 */
START_TEST(servers_are_in_the_context_of_the_clock)
{
	char prompt[128];

	console_refused(&console, "add TimeServer my_tsrv1 IP=10.5.4.36", "'cc DateTime' first");
	console_ok(&console, "cc DateTime");
	session_prompt(&console.session, prompt, sizeof(prompt));
	ck_assert_str_eq(prompt, "System:/DateTime> ");
	console_ok(&console, "add TimeServer IP=10.5.4.36 Name=my_tsrv1");
	console_ok(&console, "add TimeServer my_tsrv2 IP=all-nets");
	console_ok(&console, "cc");
	console_ok(&console, "show -errors");
	ck_assert_ptr_nonnull(strstr(console.text, "IP=all-nets is not one IP address"));
	console_ok(&console, "cc DateTime");
	console_ok(&console, "set TimeServer my_tsrv2 IP=10.5.4.76");
	console_ok(&console, "cc");
	console_ok(&console, "show -errors");
	ck_assert_ptr_null(strstr(console.text, "TimeServer"));
}
END_TEST

/* feature: C02-091 */
START_TEST(synchronization_needs_a_server)
{
	console_ok(&console, "set DateTime TimeSyncEnable=Yes");
	console_ok(&console, "show -errors");
	ck_assert_ptr_nonnull(strstr(console.text, "TimeSyncEnable=Yes needs a TimeServer"));
}
END_TEST

/* Going in there is no edit. */
START_TEST(a_context_that_is_there_once_changes_nothing)
{
	console_ok(&console, "cc DateTime");
	console_ok(&console, "cc");
	ck_assert(configuration_equal(&console.engine.candidate, &console.engine.committed));
	console_ok(&console, "cc DateTime");
	console_ok(&console, "add TimeServer my_tsrv1 IP=10.5.4.36");
	console_ok(&console, "reject");
	console_ok(&console, "add TimeServer my_tsrv1 IP=10.5.4.36");
}
END_TEST

/* feature: C02-088 C02-092 C02-094 */
START_TEST(what_is_no_time_is_refused)
{
	console_refused(&console, "time -set", "YYYY-mm-DD HH:MM:SS");
	console_refused(&console, "time -set 2015-04-27", "YYYY-mm-DD HH:MM:SS");
	console_refused(&console, "time -set 27-04-2015 09:25:00", "cannot be '27-04-2015 09:25:00'");
	console_refused(&console, "time -set 2015-02-30 09:25:00", "cannot be '2015-02-30 09:25:00'");
	console_refused(&console, "time -set 2015-04-27 24:25:00", "cannot be");
	console_refused(&console, "time -set 1915-04-27 09:25:00", "from 2000 to 2099");
	console_refused(&console, "time -set 2015-04-27 09:25:00 x", "cannot be");
	console_refused(&console, "time -set -sync", "one at a time");
	console_refused(&console, "time -force", "-force belongs to -sync");
	console_refused(&console, "time now", "'now' is too much");
	console_ok(&console, "t");
	ck_assert_ptr_nonnull(strstr(console.text, " UTC+00:00\n"));
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, answers_are_judged_before_they_are_averaged);
	tcase_add_test(tests, offsets_are_read_from_what_chronyd_says);
	tcase_add_test(tests, zones_have_offsets_and_rules);
	tcase_add_test(tests, every_zone_of_the_schema_is_known);
	tcase_add_test(tests, servers_are_in_the_context_of_the_clock);
	tcase_add_test(tests, synchronization_needs_a_server);
	tcase_add_test(tests, a_context_that_is_there_once_changes_nothing);
	tcase_add_test(tests, what_is_no_time_is_refused);
}

TEST_MAIN("mgmt_time", add_tests)
