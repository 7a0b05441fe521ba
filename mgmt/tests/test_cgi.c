/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/messages/cgi.h"
#include "lib/testing.h"
#include "mgmt/https/request.h"
#include "mgmt/mgmtd/https/cgi.h"
#include "mgmt/mgmtd/https/cgi_query.h"
#include "mgmt/mgmtd/login/password.h"
#include "mgmt/mgmtd/login/users.h"

#include <errno.h>
#include <string.h>

/* feature: MC-002 MC-008 */
START_TEST(queries_are_decoded)
{
	struct cgi_query query;

	ck_assert_int_eq(cgi_query_parse("name=Service%201&cmd=up", &query), 0);
	ck_assert_str_eq(query.command, "up");
	ck_assert_str_eq(query.name, "Service 1");
	ck_assert_int_eq(cgi_query_parse("cmd=status&channel=10.1.0.0/16:192.168.23.0%2F24", &query), 0);
	ck_assert_str_eq(query.channel, "10.1.0.0/16:192.168.23.0/24");
	ck_assert_int_eq(cgi_query_parse("", &query), 0);
	ck_assert_str_eq(query.command, "");
}
END_TEST

START_TEST(bad_queries_are_refused)
{
	static const char *const bad[] = {"cmd",     "cmd=",    "cmd=a&cmd=b", "cmd=%0",
	                                  "cmd=%zz", "cmd=%00", "x=y",         "cmd=a%0a"};
	struct cgi_query query;
	char longest[CGI_VALUE_MAX + 8] = "cmd=";

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ck_assert_msg(cgi_query_parse(bad[i], &query) == -EINVAL, "%s", bad[i]);
	memset(longest + 4, 'x', CGI_VALUE_MAX);
	ck_assert_int_eq(cgi_query_parse(longest, &query), -EINVAL);
}
END_TEST

/* feature: MC-010 MC-013 */
START_TEST(every_right_by_every_command)
{
	static const unsigned user[] = {CGI_RIGHT_ADMIN, CGI_RIGHT_USER, CGI_RIGHT_NETADMIN, CGI_RIGHT_AUDIT,
	                                0};
	static const struct {
		const char *query;
		unsigned allowed; /* bit per entry of user */
	} expected[] = {
	    {"cmd=up&name=a", 3},         {"cmd=down&name=a", 3}, {"cmd=synup&name=a", 3},
	    {"cmd=syndown&name=a", 3},    {"cmd=status", 15},     {"cmd=status&name=a", 15},
	    {"cmd=synstat&name=a", 15},   {"cmd=sysinfo", 15},    {"cmd=status&channel=a:b", 1},
	    {"cmd=clear&channel=a:b", 1}, {"cmd=nonsense", 15},   {"", 15},
	};
	char body[1024];

	for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++)
		for (size_t j = 0; j < sizeof(user) / sizeof(*user); j++)
			ck_assert_msg(cgi_answer(expected[i].query, user[j], body, sizeof(body)) ==
			                  (expected[i].allowed & 1u << j ? 200 : 401),
			              "%s as user %zu", expected[i].query, j);
}
END_TEST

/* feature: MC-051 MC-030 MC-021 */
START_TEST(answers)
{
	char body[1024];

	cgi_answer("cmd=sysinfo", CGI_RIGHT_AUDIT, body, sizeof(body));
	ck_assert_ptr_eq(strstr(body, "mGuardProductName=Hadrian\nmGuardHardware="), body);
	ck_assert_ptr_nonnull(strstr(body, "\nmGuardHardwareVersion="));
	ck_assert_ptr_nonnull(strstr(body, "\nmGuardVersion=" HADRIAN_VERSION "\n"));
	cgi_answer("cmd=synup", CGI_RIGHT_USER, body, sizeof(body));
	ck_assert_ptr_eq(strstr(body, "F EINVAL "), body);
	cgi_answer("cmd=synup&name=Athen", CGI_RIGHT_USER, body, sizeof(body));
	ck_assert_ptr_eq(strstr(body, "F ENOENT "), body);
	cgi_answer("cmd=up&name=Athen", CGI_RIGHT_USER, body, sizeof(body));
	ck_assert_str_eq(body, "unknown\n");
	cgi_answer("cmd=status&name=*", CGI_RIGHT_USER, body, sizeof(body));
	ck_assert_str_eq(body, "");
}
END_TEST

/* feature: MC-006 */
START_TEST(credentials)
{
	struct message_cgi_request request = {0};
	static const char *const bad[] = {NULL,      "",          "Digest abc",        "Basic", "Basic ",
	                                  "Basic !", "Basic YQ=", "Basic bm9jb2xvbg==" /* no colon */};

	ck_assert_int_eq(request_authorization("Basic YWRtaW46bUd1YXJk", &request), 0);
	ck_assert_str_eq(request.user, "admin");
	ck_assert_str_eq(request.password, "mGuard");
	ck_assert_int_eq(request_authorization("basic YTpiOmM=", &request), 0);
	ck_assert_str_eq(request.user, "a");
	ck_assert_str_eq(request.password, "b:c");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ck_assert_msg(request_authorization(bad[i], &request) == -EACCES, "%s",
		              bad[i] ? bad[i] : "none");
}
END_TEST

START_TEST(what_is_too_long_is_refused)
{
	struct message_cgi_request request;
	char longest[2048];

	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = 0;
	ck_assert_int_eq(request_fill("/nph-vpn.cgi", "cmd=sysinfo", "10.1.0.10", &request), 0);
	ck_assert_str_eq(request.script, "nph-vpn.cgi");
	ck_assert_int_eq(request_fill("/nph-vpn.cgi", longest, NULL, &request), -E2BIG);
	memcpy(longest, "Basic ", 6);
	ck_assert_int_eq(request_authorization(longest, &request), -EACCES);
}
END_TEST

/* feature: C02-039 */
START_TEST(passwords)
{
	char hash[PASSWORD_HASH_MAX], other[PASSWORD_HASH_MAX], longest[PASSWORD_MAX + 2];

	ck_assert_int_eq(password_hash("admin", hash), 0);
	ck_assert_int_eq(password_hash("admin", other), 0);
	ck_assert_str_ne(hash, other);
	ck_assert_ptr_eq(strstr(hash, "$y$"), hash);
	ck_assert(password_matches("admin", hash));
	ck_assert(!password_matches("Admin", hash));
	ck_assert(!password_matches("", hash));
	ck_assert(!password_matches("admin", NULL));
	ck_assert(!password_matches("admin", "no hash"));
	memset(longest, 'p', sizeof(longest));
	longest[PASSWORD_MAX] = 0;
	ck_assert_int_eq(password_hash(longest, hash), 0);
	ck_assert(password_matches(longest, hash));
	longest[PASSWORD_MAX] = 'p';
	longest[PASSWORD_MAX + 1] = 0;
	ck_assert_int_eq(password_hash(longest, hash), -E2BIG);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, queries_are_decoded);
	tcase_add_test(tests, bad_queries_are_refused);
	tcase_add_test(tests, every_right_by_every_command);
	tcase_add_test(tests, answers);
	tcase_add_test(tests, credentials);
	tcase_add_test(tests, what_is_too_long_is_refused);
	tcase_add_test(tests, passwords);
}

TEST_MAIN("mgmt_cgi", add_tests)
