/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/testing.h"
#include "system/release.h"

#include <string.h>

static struct release_choice choose(const char *current, bool current_complete, const char *trying,
                                    bool trying_complete, unsigned starts)
{
	struct release_state state = {
	    .current_complete = current_complete, .trying_complete = trying_complete, .starts = starts};
	struct release_choice choice;

	strcpy(state.current, current);
	strcpy(state.trying, trying);
	release_choose(&state, &choice);
	return choice;
}

START_TEST(the_base_runs_where_nothing_else_was_installed)
{
	struct release_choice choice = choose("", false, "", false, 0);

	ck_assert_str_eq(choice.version, "");
	ck_assert(!choice.trial && !choice.end_trial && !choice.note[0]);
}
END_TEST

START_TEST(the_current_release_runs)
{
	struct release_choice choice = choose("2.0", true, "", false, 0);

	ck_assert_str_eq(choice.version, "2.0");
	ck_assert(!choice.trial && !choice.end_trial && !choice.note[0]);
}
END_TEST

START_TEST(a_damaged_release_gives_way_to_the_base_and_it_is_said)
{
	struct release_choice choice = choose("2.0", false, "", false, 0);

	ck_assert_str_eq(choice.version, "");
	ck_assert_ptr_nonnull(strstr(choice.note, "2.0"));
}
END_TEST

/* feature: C02-111 */
START_TEST(a_new_release_is_tried_a_bounded_number_of_times)
{
	for (unsigned starts = 0; starts < RELEASE_TRIAL_STARTS; starts++) {
		struct release_choice choice = choose("2.0", true, "3.0", true, starts);

		ck_assert_str_eq(choice.version, "3.0");
		ck_assert(choice.trial && choice.starts == starts + 1 && !choice.end_trial);
	}
	for (unsigned starts = RELEASE_TRIAL_STARTS; starts < 10; starts++) {
		struct release_choice choice = choose("2.0", true, "3.0", true, starts);

		ck_assert_str_eq(choice.version, "2.0");
		ck_assert(!choice.trial && choice.end_trial);
		ck_assert_ptr_nonnull(strstr(choice.note, "3.0 never came up"));
	}
}
END_TEST

START_TEST(a_new_release_that_is_not_whole_is_not_tried)
{
	struct release_choice choice = choose("", false, "3.0", false, 0);

	ck_assert_str_eq(choice.version, "");
	ck_assert(!choice.trial && choice.end_trial);
	ck_assert_ptr_nonnull(strstr(choice.note, "3.0"));
}
END_TEST

START_TEST(a_trial_that_was_won_is_over_though_its_mark_is_left)
{
	struct release_choice choice = choose("3.0", true, "3.0", true, 1);

	ck_assert_str_eq(choice.version, "3.0");
	ck_assert(!choice.trial && choice.end_trial && !choice.note[0]);
}
END_TEST

/* Whatever is on the disk, what is chosen is whole. */
START_TEST(every_state_has_something_to_start)
{
	static const char *const versions[] = {"", "2.0", "3.0"};

	for (unsigned i = 0; i < 3 * 3 * 2 * 2 * 4; i++) {
		const char *current = versions[i % 3], *trying = versions[i / 3 % 3];
		bool whole = current[0] && i / 9 % 2, new_whole = trying[0] && i / 18 % 2;
		struct release_choice choice = choose(current, whole, trying, new_whole, i / 36);

		if (choice.version[0] && choice.trial)
			ck_assert(new_whole && !strcmp(choice.version, trying) &&
			          choice.starts <= RELEASE_TRIAL_STARTS);
		else if (choice.version[0])
			ck_assert(whole && !strcmp(choice.version, current));
	}
}
END_TEST

START_TEST(a_version_is_a_safe_name_of_a_folder)
{
	static const char *const good[] = {"0.1.0", "1", "2.0.1-rc1", "3.0~beta+5", "10_a"};
	static const char *const bad[] = {"",        ".",   "..",   "../x",  "1/2", "v1",
	                                  "current", "1 2", "1\n2", "1\x80", "-1",  "+1"};
	char longest[RELEASE_VERSION_MAX + 1];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ck_assert_msg(release_version_is_valid(good[i]), "%s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!release_version_is_valid(bad[i]), "%s", bad[i]);
	memset(longest, '1', sizeof(longest));
	longest[RELEASE_VERSION_MAX] = 0;
	ck_assert(!release_version_is_valid(longest));
	longest[RELEASE_VERSION_MAX - 1] = 0;
	ck_assert(release_version_is_valid(longest));
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, the_base_runs_where_nothing_else_was_installed);
	tcase_add_test(tests, the_current_release_runs);
	tcase_add_test(tests, a_damaged_release_gives_way_to_the_base_and_it_is_said);
	tcase_add_test(tests, a_new_release_is_tried_a_bounded_number_of_times);
	tcase_add_test(tests, a_new_release_that_is_not_whole_is_not_tried);
	tcase_add_test(tests, a_trial_that_was_won_is_over_though_its_mark_is_left);
	tcase_add_test(tests, every_state_has_something_to_start);
	tcase_add_test(tests, a_version_is_a_safe_name_of_a_folder);
}

TEST_MAIN("release", add_tests)
