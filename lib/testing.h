/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_TESTING_H
#define LIB_TESTING_H

/* The main function that every Check program of the tree shares. */

#include <check.h>
#include <stdlib.h>

#define TEST_MAIN(suite_name, add_tests)                                                                     \
	int main(void)                                                                                       \
	{                                                                                                    \
		Suite *suite = suite_create(suite_name);                                                     \
		TCase *tests = tcase_create(suite_name);                                                     \
		SRunner *runner;                                                                             \
		int failed;                                                                                  \
                                                                                                             \
		tcase_set_timeout(tests, 120);                                                               \
		add_tests(tests);                                                                            \
		suite_add_tcase(suite, tests);                                                               \
		runner = srunner_create(suite);                                                              \
		srunner_run_all(runner, CK_ENV);                                                             \
		failed = srunner_ntests_failed(runner);                                                      \
		srunner_free(runner);                                                                        \
		return failed ? EXIT_FAILURE : EXIT_SUCCESS;                                                 \
	}

#endif
