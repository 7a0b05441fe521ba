/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The power fails at any moment of an upgrade, of its end and of the way back: what starts then is whole. */

#include "lib/testing.h"
#include "system/release_store.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOMENTS_MAX 400
#define POWER_FAILS 77

static int calls_left = -1; /* to the power failure; -1: it never comes */

static void count_call(void)
{
	if (calls_left == 0)
		_exit(POWER_FAILS);
	if (calls_left > 0)
		calls_left--;
}

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_remove(const char *path);
int __wrap_remove(const char *path);
int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __real_symlink(const char *target, const char *path);
int __wrap_symlink(const char *target, const char *path);
int __real_unlink(const char *path);
int __wrap_unlink(const char *path);
ssize_t __real_write(int fd, const void *bytes, size_t length);
ssize_t __wrap_write(int fd, const void *bytes, size_t length);

int __wrap_fsync(int fd)
{
	count_call();
	return __real_fsync(fd);
}

int __wrap_remove(const char *path)
{
	count_call();
	return __real_remove(path);
}

int __wrap_rename(const char *from, const char *to)
{
	count_call();
	return __real_rename(from, to);
}

int __wrap_symlink(const char *target, const char *path)
{
	count_call();
	return __real_symlink(target, path);
}

int __wrap_unlink(const char *path)
{
	count_call();
	return __real_unlink(path);
}

ssize_t __wrap_write(int fd, const void *bytes, size_t length)
{
	count_call();
	return __real_write(fd, bytes, length);
}

static char folder[] = "/tmp/hadrian-releases-XXXXXX";

static void make_file(const char *release, const char *name)
{
	char path[RELEASE_PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, release);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/%s/%s", folder, release, name);
	*strrchr(path, '/') = 0;
	if (strstr(name, "hadrian/")) {
		*strrchr(path, '/') = 0;
		mkdir(path, 0755);
		snprintf(path, sizeof(path), "%s/%s/share/hadrian", folder, release);
	}
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/%s/%s", folder, release, name);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	ck_assert_int_ge(fd, 0);
	close(fd);
}

static void make_release(const char *name)
{
	static const char *const files[] = {"sbin/hadrian-mgmtd",    "sbin/hadrian-clusterd",
	                                    "sbin/hadrian-datapath", "sbin/hadrian-upgrade",
	                                    "bin/hadrian",           "share/hadrian/version"};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		make_file(name, files[i]);
}

/* A node that runs 2.0, has an old 3.0 from before, and unpacked a new 3.0. */
static void prepare(void)
{
	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	make_release("2.0");
	make_release("3.0");
	make_release(RELEASE_INCOMING);
	ck_assert_int_eq(release_confirm(folder, "2.0"), 0);
}

static int install(void)
{
	return release_adopt(folder, "3.0") || release_try(folder, "3.0", 0);
}

static int start_and_confirm(void)
{
	return install() || release_try(folder, "3.0", 1) || release_confirm(folder, "3.0") ||
	       release_clean(folder, NULL);
}

static int start_and_go_back(void)
{
	return install() || release_try(folder, "3.0", 1) || release_end_trial(folder) ||
	       release_clean(folder, NULL);
}

static int reset(void)
{
	return start_and_confirm() || release_forget_all(folder);
}

/* Runs it with a power failure before its n-th call. Returns whether it got to its end. */
static bool run_until(int (*operation)(void), int moment)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		calls_left = moment;
		_exit(operation() ? 1 : 0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	ck_assert_msg(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == POWER_FAILS, "an operation failed");
	return WEXITSTATUS(status) == 0;
}

/* What would start now is whole, and starting again and again ends with something that is not on trial. */
static void assert_startable(void)
{
	struct release_choice choice;
	unsigned starts = 0;

	do {
		struct release_state state;
		char path[RELEASE_PATH_MAX];

		release_load(folder, &state);
		release_choose(&state, &choice);
		snprintf(path, sizeof(path), "%s/%s", folder, choice.version);
		ck_assert(!choice.version[0] || release_is_complete(path));
		if (choice.end_trial)
			ck_assert_int_eq(release_end_trial(folder), 0);
		if (choice.trial)
			ck_assert_int_eq(release_try(folder, choice.version, choice.starts), 0);
		ck_assert_uint_le(++starts, RELEASE_TRIAL_STARTS + 2);
	} while (choice.trial);
}

static void at_every_moment(int (*operation)(void), const char *last)
{
	bool ended = false;

	for (int moment = 0; !ended; moment++) {
		struct release_state state;

		ck_assert_int_lt(moment, MOMENTS_MAX);
		prepare();
		ended = run_until(operation, moment);
		if (ended) {
			release_load(folder, &state);
			ck_assert_str_eq(state.current, last);
		}
		assert_startable();
		ck_assert_int_eq(release_remove_tree(folder), 0);
		ck_assert(ended || moment < MOMENTS_MAX);
	}
}

START_TEST(an_upgrade_cut_anywhere)
{
	at_every_moment(install, "2.0");
}
END_TEST

/* feature: C02-111 */
START_TEST(a_new_release_that_comes_up_cut_anywhere)
{
	at_every_moment(start_and_confirm, "3.0");
}
END_TEST

START_TEST(the_way_back_cut_anywhere)
{
	at_every_moment(start_and_go_back, "2.0");
}
END_TEST

/* feature: C02-108 */
START_TEST(the_way_back_to_the_base_cut_anywhere)
{
	at_every_moment(reset, "");
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, an_upgrade_cut_anywhere);
	tcase_add_test(tests, a_new_release_that_comes_up_cut_anywhere);
	tcase_add_test(tests, the_way_back_cut_anywhere);
	tcase_add_test(tests, the_way_back_to_the_base_cut_anywhere);
}

TEST_MAIN("crash", add_tests)
