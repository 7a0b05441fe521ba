/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/testing.h"
#include "mgmt/tests/backups.h"

#include <string.h>

/* feature: MA-031 MA-032 */
START_TEST(profiles)
{
	console_ok(&console, "add IPAddress a Address=10.0.0.1");
	put_into_force();
	console_ok(&console, "add IPAddress edited Address=10.0.0.2");
	console_ok(&console, "profile -save \"with a\"");
	console_ok(&console, "reject");
	console_ok(&console, "profile");
	says("Factory Default");
	says("with a");
	console_ok(&console, "profile -compare \"with a\"");
	says("No differences.");
	console_ok(&console, "delete IPAddress a");
	console_ok(&console, "add IPAddress b Address=10.0.0.3");
	put_into_force();
	console_ok(&console, "profile -compare \"with a\"");
	says("+  IPAddress a\n");
	says("-  IPAddress b\n");
	ck_assert_ptr_null(strstr(console.text, "edited"));
	console_ok(&console, "profile -compare \"Factory Default\"");
	says("-  IPAddress b\n");
	ck_assert_ptr_null(strstr(console.text, "User"));
	console_ok(&console, "profile -restore \"with a\"");
	console_ok(&console, "show IPAddress a");
	console_refused(&console, "show IPAddress b", "b");
	console_ok(&console, "backup -revert");
	console_ok(&console, "show IPAddress b");
	console_ok(&console, "reject");
	console_ok(&console, "profile -export \"with a\" out.bkp");
	console_ok(&console, "profile -delete \"with a\"");
	console_refused(&console, "profile -restore \"with a\"", "there is no profile");
	console_ok(&console, "profile -import again out.bkp");
	console_ok(&console, "profile -restore again");
	console_ok(&console, "show IPAddress a");
}
END_TEST

START_TEST(profiles_that_are_refused)
{
	console_refused(&console, "profile -save \"factory default\"", "stays");
	console_refused(&console, "profile -delete \"Factory Default\"", "stays");
	console_refused(&console, "profile -restore \"Factory Default\"", "backup -factoryreset");
	console_refused(&console, "profile -save ../x", "a profile's name is");
	console_refused(&console, "profile -save .x", "a profile's name is");
	console_refused(&console, "profile -delete x", "there is no profile");
	console_refused(&console, "profile -compare x", "there is no profile");
	console_refused(&console, "profile -import x missing.bkp", "there is no such file");
	console_refused(&console, "profile -import x", "how it is typed");
	console_refused(&console, "profile x", "how it is typed");
	write_made(
	    "wrong.bkp", HADRIAN_VERSION,
	    "{\"hadrian-address:Address\":{\"IPAddress\":[{\"Name\":\"x\",\"Address\":[\"missing\"]}]}}");
	console_refused(&console, "profile -import x wrong.bkp", "it was not imported");
	says("missing");
	ck_assert_ptr_nonnull(strstr(
	    console.text,
	    "Error for IPAddress x Address=\"missing\": refers to 'missing', but there is no IPAddress"));
	console.session.may_write = false;
	console_ok(&console, "profile -list");
	console_refused(&console, "profile -save x", "group Auditors");
}
END_TEST

/* Lines that begin with "Error for". */
static unsigned refusals(void)
{
	unsigned count = 0;

	for (const char *at = console.text; (at = strstr(at, "Error for ")); at++)
		count += at == console.text || at[-1] == '\n';
	return count;
}

/* feature: MA-033 */
START_TEST(everything_that_is_wrong_is_named)
{
	write_made("values.bkp", HADRIAN_VERSION,
	           "{\"hadrian-address:Address\":{\"Teleport\":[{\"Name\":\"gate\"}],\"IPAddress\":["
	           "{\"Name\":\"a\",\"Colour\":\"red\",\"Address\":[\"10.0.0.1\"]},{\"Name\":\"9x\"}]},"
	           "\"hadrian-interface:Interface\":{\"EthernetInterface\":[{\"Name\":\"if1\",\"MTU\":99999,"
	           "\"PrivateIP\":{\"node-1\":\"\"}}]},"
	           "\"hadrian-system:Settings\":{\"IPSettings\":{\"AllowIPVersion\":\"I\\\"Pv5\"}}}");
	console_refused(&console, "profile -import x values.bkp", "does not");
	says("Error for Teleport gate: this version does not have this type.\n");
	says("Error for IPAddress a Colour=\"***\": this version does not have this property.\n");
	says("Error for IPAddress 9x Name=\"9x\": it must be ");
	says("Error for EthernetInterface if1 MTU=\"99999\": it must be a number 576..9216.\n");
	says("Error for EthernetInterface if1 PrivateIP:1=\"\": it must be ");
	says("Error for IPSettings AllowIPVersion=\"I\\\"Pv5\": it must be Any, IPv4, IPv6.\n");
	ck_assert_uint_eq(refusals(), 6);
	console_refused(&console, "backup -restore values.bkp",
	                "Error for EthernetInterface if1 MTU=\"99999\"");
	ck_assert_uint_eq(refusals(), 6);
	ck_assert(configuration_equal(&console.engine.candidate, &console.engine.running));
	write_made("text.bkp", HADRIAN_VERSION, "[1,2,3]");
	console_refused(&console, "profile -import x text.bkp", "profile: ");
	ck_assert_uint_eq(refusals(), 0);
}
END_TEST

/* feature: MA-033 */
START_TEST(a_profile_that_broke_is_not_restored)
{
	console_ok(&console, "add TestServer one SharedSecret=\"open sesame\"");
	console_ok(&console, "add IPAddress group Address=here,not_here");
	console_ok(&console, "add IPAddress other Address=nowhere");
	put_into_force();
	console_ok(&console, "profile -save broken");
	console_refused(&console, "profile -restore broken", "nothing was changed");
	says("Error for IPAddress group Address=\"here,not_here\": refers to 'here', but there is no");
	says("Error for IPAddress group Address=\"here,not_here\": refers to 'not_here', but there is no");
	says("Error for IPAddress other Address=\"nowhere\": refers to 'nowhere', but there is no");
	ck_assert_ptr_null(strstr(console.text, "sealed"));
	ck_assert(configuration_equal(&console.engine.candidate, &console.engine.running));
	console_ok(&console, "backup -revert");
	says("No backup was ever restored");
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, backups_open, backups_close);
	tcase_add_test(tests, profiles);
	tcase_add_test(tests, profiles_that_are_refused);
	tcase_add_test(tests, everything_that_is_wrong_is_named);
	tcase_add_test(tests, a_profile_that_broke_is_not_restored);
}

TEST_MAIN("mgmt_profile", add_tests)
