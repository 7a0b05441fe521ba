/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/messages/file.h"
#include "lib/messages/type.h"
#include "lib/testing.h"
#include "mgmt/mgmtd/files/file_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct file_store store;
static char root[32], scripts[64], crashdumps[64], reason[MESSAGE_TEXT];
static struct message_file_entry entries[FILE_ENTRIES_MAX];
static struct file_path parsed;
static size_t count;

static void set_up(void)
{
	strcpy(root, "/tmp/hadrian-files-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
	snprintf(scripts, sizeof(scripts), "%s/.scripts", root);
	snprintf(crashdumps, sizeof(crashdumps), "%s/.crashdumps", root);
	store = (struct file_store){.directory = {root, scripts, crashdumps}};
}

static void tear_down(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", root);
	ck_assert_int_eq(system(command), 0);
}

static const struct file_path *path(const char *text)
{
	ck_assert_msg(file_path_parse(text, &parsed, reason) == 0, "%s: %s", text, reason);
	return &parsed;
}

static void refused(int got, int error, const char *text)
{
	ck_assert_int_eq(got, error);
	ck_assert_msg(strstr(reason, text) != NULL, "'%s' is not in: %s", text, reason);
}

/* feature: C02-066 */
START_TEST(paths)
{
	static const char *const same[][2] = {
	    {"", "/"},
	    {".", "/"},
	    {"./", "/"},
	    {"config.bkp", "/config.bkp"},
	    {"//./config.bkp", "/config.bkp"},
	    {"scripts", "/scripts"},
	    {"/scripts/", "/scripts"},
	    {"./scripts/a.sgs", "/scripts/a.sgs"},
	    {"crashdumps/2011-01-01_00.00.36_rtbld.dump", "/crashdumps/2011-01-01_00.00.36_rtbld.dump"},
	    {"/*.mib", "/*.mib"}};
	static const char *const none[] = {
	    "..",   "../x", "scripts/../x", "a/b", "scripts/scripts/x", "config.bkp/", ".profile", "-x",
	    "a\nb", "a;b",  "a\\b",         "*/x", "\xc3\xa4",          " a",          "a "};
	char text[FILE_PATH_MAX];

	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++)
		ck_assert_str_eq(file_path_print(path(same[i][0]), text), same[i][1]);
	ck_assert(path("*.mib")->pattern && !path("x.mib")->pattern);
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++) {
		*reason = 0;
		ck_assert_msg(file_path_parse(none[i], &parsed, reason) < 0, "%s", none[i]);
		ck_assert(*reason);
	}
}
END_TEST

/* feature: C02-068 */
START_TEST(wildcards)
{
	ck_assert(file_name_matches("*", "config.bkp"));
	ck_assert(file_name_matches("*.mib", "a.b.mib"));
	ck_assert(!file_name_matches("*.mib", "a.mibs"));
	ck_assert(file_name_matches("c?nfig*", "config"));
	ck_assert(!file_name_matches("c?", "c"));
	ck_assert(file_name_matches("*a*b*c", "xaxbxbxc"));
	ck_assert(!file_name_matches("*a*a*a*a*a*a*a*a*b",
	                             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
}
END_TEST

START_TEST(a_file_is_there_when_it_is_whole)
{
	char *bytes;
	size_t length;
	int file;

	file = file_store_create(&store, path("a.bkp"), 5, reason);
	ck_assert_msg(file >= 0, "%s", reason);
	ck_assert_int_eq(pwrite(file, "first", 5, 0), 5);
	refused(file_store_list(&store, path("a.bkp"), entries, &count, reason), -ENOENT,
	        "/a.bkp: there is no such file");
	ck_assert_int_eq(file_store_keep(&store, path("a.bkp"), file, reason), 0);
	close(file);
	ck_assert_int_eq(file_store_write(&store, path("a.bkp"), "second", 6, reason), 0);
	ck_assert_int_eq(file_store_read(&store, path("a.bkp"), 6, &bytes, &length, reason), 0);
	ck_assert_str_eq(bytes, "second");
	free(bytes);
	refused(file_store_read(&store, path("a.bkp"), 5, &bytes, &length, reason), -EFBIG, "too long");
	ck_assert_int_eq(file_store_list(&store, path("*"), entries, &count, reason), 0);
	ck_assert_uint_eq(count, 3);
	ck_assert_str_eq(entries[0].path, "/a.bkp");
	ck_assert_uint_eq(entries[0].size, 6);
	ck_assert_str_eq(entries[1].path, "/crashdumps");
	ck_assert_uint_eq(entries[1].folder, 1);
	ck_assert_int_eq(file_store_remove(&store, path("a.bkp"), reason), 0);
	refused(file_store_remove(&store, path("a.bkp"), reason), -ENOENT, "there is no such file");
	refused(file_store_remove(&store, path("scripts"), reason), -EISDIR, "folder");
	refused(file_store_remove(&store, path("*"), reason), -EINVAL, "wildcards");
}
END_TEST

START_TEST(links_are_not_followed)
{
	char name[128];

	ck_assert_int_eq(file_store_list(&store, path("scripts"), entries, &count, reason), 0);
	snprintf(name, sizeof(name), "%s/link", scripts);
	ck_assert_int_eq(symlink("/etc/passwd", name), 0);
	ck_assert_int_lt(file_store_open(&store, path("/scripts/link"), reason), 0);
	refused(file_store_list(&store, path("/scripts/link"), entries, &count, reason), -ENOENT,
	        "no such file");
	ck_assert_int_eq(file_store_list(&store, path("scripts"), entries, &count, reason), 0);
	ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(folders_are_bounded)
{
	char name[32];
	int file;

	refused(file_store_create(&store, path("big"), FILE_ROOT_FILE_BYTES + 1, reason), -EFBIG,
	        "256 MB at most");
	refused(file_store_create(&store, path("scripts/a.sgs"), (8u << 20) + 1, reason), -EFBIG,
	        "8 MB at most");
	refused(file_store_create(&store, path("scripts/a,b"), 1, reason), -EINVAL, "a script's name");
	refused(file_store_create(&store, path("crashdumps/a.dump"), 1, reason), -EPERM,
	        "downloaded and removed only");
	store.reserved[FILE_ROOT].bytes = FILE_ROOT_BYTES - 10;
	refused(file_store_create(&store, path("a"), 11, reason), -EDQUOT, "512 MB in all");
	store.reserved[FILE_ROOT].bytes = 0;
	for (unsigned i = 0; i < FILE_ROOT_COUNT; i++) {
		snprintf(name, sizeof(name), "f%u", i);
		ck_assert_int_eq(file_store_write(&store, path(name), "", 0, reason), 0);
	}
	refused(file_store_create(&store, path("a"), 1, reason), -EDQUOT, "200 files");
	file = file_store_create(&store, path("f7"), 1, reason);
	ck_assert_msg(file >= 0, "%s", reason);
	close(file);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, paths);
	tcase_add_test(tests, wildcards);
	tcase_add_test(tests, a_file_is_there_when_it_is_whole);
	tcase_add_test(tests, links_are_not_followed);
	tcase_add_test(tests, folders_are_bounded);
}

TEST_MAIN("mgmt_files", add_tests)
