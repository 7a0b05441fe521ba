/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/testing.h"
#include "mgmt/mgmtd/import/atv_conversion.h"
#include "mgmt/mgmtd/import/atv_import.h"
#include "mgmt/tests/console.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define END ATV_END "\n"

static struct atv_result result;
static char *report;

/* The profile on what is running, into the candidate. */
static int import(struct console *console, const char *text, bool whole, bool force)
{
	struct engine *engine = &console->engine;
	struct atv_options options = {.whole = whole, .force = force};
	struct configuration made = {0};
	struct atv_map map;
	struct atv atv;
	char reason[256];
	size_t size;
	FILE *out;
	int error;

	free(report);
	out = open_memstream(&report, &size);
	ck_assert_msg(!atv_parse(text, strlen(text), &atv, reason), "%s", reason);
	ck_assert_msg(!atv_map_load(engine->schema->directory, &map, reason), "%s", reason);
	error = atv_import(engine, &map, &atv, &engine->candidate, &options, &made, out, &result);
	fclose(out);
	atv_map_free(&map);
	atv_free(&atv);
	if (!error) {
		configuration_clear(&engine->candidate);
		engine->candidate = made;
	} else {
		ck_assert_ptr_null(made.tree);
	}
	return error;
}

static void refused(const char *text, const char *why)
{
	struct atv atv;
	char reason[ATV_REASON] = "";

	ck_assert_int_eq(atv_parse(text, strlen(text), &atv, reason), -EBADMSG);
	ck_assert_msg(!strncmp(reason, why, strlen(why)), "'%s' instead of '%s'", reason, why);
	ck_assert_ptr_null(atv.variable);
}

/* feature: MA-038 */
START_TEST(test_the_text_is_read)
{
	static const char text[] =
	    "// head\n\n  VPN_UNIQUE_IDS = \"no\"\nWWW_LEVEL=\"10\" // why\nA:0.B:12.C\t=\t\"a \\\"b\\\" "
	    "\\\\ \\n\"\n" END "#sig MIIF\n#sig abc\n";
	struct atv atv;
	char reason[ATV_REASON];

	ck_assert_msg(!atv_parse(text, strlen(text), &atv, reason), "%s", reason);
	ck_assert_uint_eq(atv.count, 3);
	ck_assert_str_eq(atv_find(&atv, "VPN_UNIQUE_IDS")->value, "no");
	ck_assert_str_eq(atv_find(&atv, "WWW_LEVEL")->value, "10");
	ck_assert_str_eq(atv_find(&atv, "A:0.B:12.C")->value, "a \"b\" \\ \\n");
	ck_assert_ptr_null(atv_find(&atv, "A"));
	ck_assert(atv_is_profile(text, strlen(text)));
	atv_free(&atv);
}
END_TEST

/* feature: MA-038 */
START_TEST(test_what_is_wrong_is_named_with_line_and_column)
{
	refused("A = \"1\"\r\n" END,
	        "line 1, column 8: the file's lines end with CR LF; make them end with LF alone (dos2unix");
	refused("A = \"1\nB = \"2\"\n" END, "line 1, column 7: the double quote that closes");
	refused("A = \"1\"\nB \"2\"\n" END, "line 2, column 3: '=' is missing");
	refused("A = 1\n" END, "line 1, column 5: the value in double quotes is missing");
	refused("A = \"1\" x\n" END, "line 1, column 9: something stands behind the value");
	refused("1A = \"1\"\n" END, "line 1, column 1: the name of a variable is missing");
	refused("A: = \"1\"\n" END, "line 1, column 1: the name");
	refused("A:0 = \"1\"\n" END, "line 1, column 1: the name");
	refused("A:123456.B = \"1\"\n" END, "line 1, column 1: the name");
	refused("A = \"1\"\n\nA = \"2\"\n" END, "line 3, column 1: A is in line 1 already");
	refused("A = \"\a\"\n" END, "line 1, column 6: a control character");
	refused("A = \"1\"\n", "line 2, column 1: the line '// End of configuration profile' is missing");
	refused(END "A = \"1\"\n", "line 2, column 1: something stands behind '// End");
	refused("", "line 1, column 1: the line");
	ck_assert(!atv_is_profile("hadrian-backup 1\n", 17));
	ck_assert(!atv_is_profile("", 0));
}
END_TEST

/* feature: MA-038 */
START_TEST(test_a_profile_of_one_variable_is_read_again)
{
	char *text = atv_write("HTTPS_SERVER_CERT_REF", "a\"\\"), reason[ATV_REASON];
	struct atv atv;

	ck_assert_ptr_nonnull(text);
	ck_assert_int_eq(atv_parse(text, strlen(text), &atv, reason), 0);
	ck_assert_str_eq(atv_find(&atv, "HTTPS_SERVER_CERT_REF")->value, "a\"\\");
	atv_free(&atv);
	free(text);
	ck_assert_ptr_null(atv_write("A B", ""));
	ck_assert_ptr_null(atv_write("A", "\n"));
}
END_TEST

static void with_interfaces(struct console *console)
{
	console_ok(console, "add Interface EthernetInterface if1 EthernetDevice:0=if1 IPAddress=localhost");
	console_ok(console, "add Interface EthernetInterface if2 EthernetDevice:0=if2 IPAddress=localhost");
}

static void shown(struct console *console, const char *command, const char *text)
{
	console_ok(console, command);
	ck_assert_msg(strstr(console->text, text) != NULL, "%s: '%s' is not in: %s", command, text,
	              console->text);
}

/* feature: MA-030 MA-039 MA-055 */
START_TEST(test_what_is_there_becomes_objects)
{
	static const char text[] =
	    "HOSTNAME = \"old\"\nEXTERN_IP = \"198.51.100.7\"\nEXTERN_NETMASK = \"255.255.255.0\"\n"
	    "EXTERN_GATEWAY = \"198.51.100.254\"\nNTP_SERVERS:1.NTP_SERVER = "
	    "\"192.0.2.8\"\nNTP_SERVERS:0.NTP_SERVER = \"192.0.2.7\"\n"
	    "PORT_MIRROR_RECEIVER = \"swp2\"\n"
	    "FW_INCOMING:0.PROTO = \"tcp\"\nFW_INCOMING:0.DST_IP = \"10.1.0.10\"\nFW_INCOMING:0.DST_PORT = "
	    "\"80:81\"\n"
	    "FW_INCOMING:0.TARGET = \"ACCEPT\"\nFW_INCOMING:0.LOG = \"yes\"\nFW_INCOMING:0.COMMENT = \"a "
	    "$web, \\\"the\\\" server\"\n"
	    "FW_OUTGOING:0.TARGET = \"REJECT\"\nFW_OUTGOING:0.INTERFACE = \"WAN\"\n"
	    "QOS_INGRESS_LOCAL_ENABLE = \"no\"\n" END;
	struct console console;

	console_open(&console);
	with_interfaces(&console);
	ck_assert_msg(!import(&console, text, true, false), "%s", report);
	ck_assert_str_eq(report,
	                 "Not imported, as there is nothing for it here:\n"
	                 "  MIRROR_RECEIVER (formerly PORT_MIRROR_RECEIVER)\n  QOS_INGRESS_LOCAL_ENABLE\n");
	ck_assert_uint_eq(result.taken, 14);
	shown(&console, "show System", "old");
	shown(&console, "show IPAddress extern_net", "198.51.100.0/24");
	shown(&console, "show EthernetInterface if2", "extern_ip");
	shown(&console, "show ServiceTCPUDP tcp_80-81", "80-81");
	console_ok(&console, "cc DateTime");
	shown(&console, "show TimeServer ntp_1", "192.0.2.7");
	shown(&console, "show TimeServer ntp_2", "192.0.2.8");
	console_ok(&console, "cc RoutingTable main");
	shown(&console, "show Route extern_gateway", "198.51.100.254");
	console_ok(&console, "cc RuleSet IPRuleSet main");
	shown(&console, "show IPRule incoming_1", "a $web, \"the\" server");
	shown(&console, "show IPRule incoming_1", "tcp_80-81");
	shown(&console, "show IPRule 2", "SendReject");
	shown(&console, "show IPRule outgoing_1", "DestinationInterface");

	/* Once more: nothing is there twice, and rows that are gone are gone. */
	console_ok(&console, "cc");
	ck_assert_msg(!import(&console, "FW_INCOMING:3.TARGET = \"DROP\"\n" END, true, false), "%s", report);
	console_ok(&console, "cc RuleSet IPRuleSet main");
	shown(&console, "show IPRule incoming_4", "Deny");
	ck_assert_int_ne(console_run(&console, "show IPRule 2"), 0);
	console_ok(&console, "cc");
	console_close(&console);
}
END_TEST

/* feature: MA-034 */
START_TEST(test_what_cannot_be_taken_is_named)
{
	static const char text[] =
	    "QOS_INGRESS_LOCAL_ENABLE = \"yes\"\nPPPOE_USER = \"me\"\nPPPOE_PASSWORD = \"secret\"\n"
	    "VPN_CONNECTION:0.NAME = \"a\"\nVPN_CONNECTION:0.GATEWAY = \"b\"\nNTP_SERVERS:0.NTP_SERVER = "
	    "\"pool.ntp.org\"\n"
	    "FW_INCOMING:0.TARGET = \"LET\"\nFW_INCOMING:1.TARGET = \"DROP\"\nFW_INCOMING:1.INTERFACE = "
	    "\"LAN5\"\n"
	    "HOSTNAME = \"a b\"\n" END;
	static const char *const expected[] = {
	    "Error for QOS_INGRESS_LOCAL_ENABLE=\"yes\": Quality of Service is not supported: reset",
	    "Error for PPPOE_USER=\"me\": PPPoE is not supported",
	    "Error for PPPOE_PASSWORD=\"******\": PPPoE",
	    "Error for VPN_CONNECTION:0.NAME=\"a\": IPsec VPN is not supported",
	    "Error for NTP_SERVERS:0.NTP_SERVER=\"pool.ntp.org\": An IP address is needed",
	    "Error for FW_INCOMING:0.TARGET=\"LET\": It must be ACCEPT",
	    "Error for FW_INCOMING:1.INTERFACE=\"LAN5\": This port is no more",
	    "Error for HOSTNAME=\"a b\": System: Name cannot be 'a b'",
	};
	struct configuration before;
	struct console console;

	console_open(&console);
	with_interfaces(&console);
	ck_assert_int_eq(configuration_copy(&console.engine.candidate, &before), 0);
	ck_assert_int_eq(import(&console, text, true, false), -EINVAL);
	for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++)
		ck_assert_msg(strstr(report, expected[i]) != NULL, "'%s' is not in: %s", expected[i], report);
	ck_assert_uint_eq(result.wrong, 8);
	ck_assert_ptr_null(strstr(report, "GATEWAY=\""));
	ck_assert(configuration_equal(&before, &console.engine.candidate));
	ck_assert_int_eq(import(&console, text, true, true), 0);
	configuration_clear(&before);
	console_close(&console);
}
END_TEST

/* feature: MA-024 */
START_TEST(test_one_variable_adds_to_what_is_there)
{
	struct console console;

	console_open(&console);
	with_interfaces(&console);
	ck_assert_int_eq(
	    import(&console,
	           "NTP_SERVERS:0.NTP_SERVER = \"192.0.2.7\"\nFW_INCOMING:0.TARGET = \"DROP\"\n" END, true,
	           false),
	    0);
	ck_assert_int_eq(import(&console, "NTP_SERVERS:1.NTP_SERVER = \"192.0.2.8\"\n" END, false, false), 0);
	console_ok(&console, "cc DateTime");
	shown(&console, "show TimeServer", "192.0.2.7");
	shown(&console, "show TimeServer", "192.0.2.8");
	ck_assert_int_eq(import(&console, "FW_INCOMING:0.TARGET = \"ACCEPT\"\n" END, false, false), -EINVAL);
	ck_assert_ptr_nonnull(strstr(report, "with the command 'set'"));
	console_ok(&console, "cc");
	console_close(&console);
}
END_TEST

/* feature: MA-039 MA-055 */
START_TEST(test_the_map)
{
	struct atv_map map;
	char reason[256], now[ATV_NAME_MAX];

	ck_assert_int_ne(atv_map_parse("rename A\n", &map, reason), 0);
	ck_assert_ptr_nonnull(strstr(reason, "line 1"));
	ck_assert_int_ne(atv_map_parse("variable A\n\tactivate\n", &map, reason), 0);
	ck_assert_int_eq(
	    atv_map_parse("rename A B\nport WAN XF1\nport LAN5 -\ninterface XF1 if2\n", &map, reason), 0);
	atv_name_now(&map, "A:3.C", now);
	ck_assert_str_eq(now, "B:3.C");
	ck_assert_str_eq(atv_map_interface(&map, "WAN"), "if2");
	ck_assert_str_eq(atv_map_interface(&map, "LAN5"), "");
	ck_assert_ptr_null(atv_map_interface(&map, "LAN9"));
	ck_assert_int_eq(atv_map_set_interfaces(&map, "WAN:ext", reason), 0);
	ck_assert_str_eq(atv_map_interface(&map, "XF1"), "ext");
	ck_assert_int_ne(atv_map_set_interfaces(&map, "WAN", reason), 0);
	ck_assert_int_ne(atv_map_set_interfaces(&map, "LAN5:if1", reason), 0);
	atv_map_free(&map);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_the_text_is_read);
	tcase_add_test(tests, test_what_is_wrong_is_named_with_line_and_column);
	tcase_add_test(tests, test_a_profile_of_one_variable_is_read_again);
	tcase_add_test(tests, test_what_is_there_becomes_objects);
	tcase_add_test(tests, test_what_cannot_be_taken_is_named);
	tcase_add_test(tests, test_one_variable_adds_to_what_is_there);
	tcase_add_test(tests, test_the_map);
}

TEST_MAIN("mgmt_import", add_tests)
