/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/log_event.h"
#include "lib/testing.h"
#include "mgmt/mgmtd/check/check.h"
#include "mgmt/mgmtd/configuration/secret.h"
#include "mgmt/mgmtd/log/log_receivers.h"
#include "mgmt/tests/console.h"

#include <stdlib.h>
#include <string.h>

static struct console console;
static struct log_receiver_list list;

static void set_up(void)
{
	console_open(&console);
}

static void tear_down(void)
{
	console_close(&console);
}

static const struct message_log_receiver *read_named(const char *name)
{
	log_settings_read(&console.engine.candidate, &list);
	for (uint32_t i = 0; i < list.head.count; i++)
		if (!strcmp(list.receivers[i].name, name))
			return &list.receivers[i];
	ck_abort_msg("no receiver %s", name);
}

START_TEST(the_guides_receivers)
{
	const struct message_log_receiver *receiver;

	console_ok(&console, "add LogReceiver LogReceiverSNMP2c my_receiver IPAddress=203.0.113.5 "
	                     "LogSeverity=Emergency");
	console_ok(&console, "add LogReceiver TrapReceiverSNMP2c my_traps IPAddress=2001:db8::7 Port=1162");
	console_ok(&console, "add LogReceiver LogReceiverSyslog my_syslog IPAddress=10.1.1.3");
	receiver = read_named("my_receiver");
	ck_assert_uint_eq(list.head.count, 3);
	ck_assert_int_eq(receiver->kind, LOG_RECEIVER_GENERIC_TRAPS);
	ck_assert_uint_eq(receiver->port, 162);
	ck_assert_uint_eq(receiver->rate, 2000);
	ck_assert_uint_eq(receiver->severities, 1 << LOG_EMERG);
	ck_assert_str_eq(receiver->community, "public");
	receiver = read_named("my_traps");
	ck_assert_int_eq(receiver->kind, LOG_RECEIVER_OWN_TRAPS);
	ck_assert_uint_eq(receiver->address.version, 6);
	ck_assert_uint_eq(receiver->port, 1162);
	ck_assert_uint_eq(receiver->severities, LOG_SEVERITIES_ALL);
	receiver = read_named("my_syslog");
	ck_assert_int_eq(receiver->kind, LOG_RECEIVER_SYSLOG);
	ck_assert_uint_eq(receiver->facility, 16);
	ck_assert_str_eq(receiver->community, "");
	ck_assert_uint_eq(check_configuration(&console.engine.candidate, NULL), 0);
}
END_TEST

START_TEST(exceptions_of_both_types)
{
	static const char *const lines[] = {
	    "add LogReceiver LogReceiverSNMP2c all IPAddress=203.0.113.5",
	    "add LogReceiver TrapReceiverSNMP2c own IPAddress=203.0.113.5",
	    "cc LogReceiver LogReceiverSNMP2c all",
	    "add LogReceiverMessageException LogCategory=HA,-RULE LogSeverity=Notice Action=Include",
	    "cc",
	    "cc LogReceiver TrapReceiverSNMP2c own",
	    "add TrapException LogID=01200001",
	    "add TrapException Action=Include",
	    "cc",
	    NULL};
	const struct message_log_receiver *receiver;

	console_lines(&console, lines);
	receiver = read_named("all");
	ck_assert_uint_eq(receiver->exception_count, 1);
	ck_assert_str_eq(receiver->exceptions[0].categories, "HA,-RULE");
	ck_assert_uint_eq(receiver->exceptions[0].severities, 1 << LOG_NOTICE);
	receiver = read_named("own");
	ck_assert_uint_eq(receiver->exception_count, 2);
	ck_assert_uint_eq(receiver->exceptions[0].number, 1200001);
	ck_assert_int_eq(receiver->exceptions[0].include, 0);
	ck_assert_uint_eq(receiver->exceptions[1].number, 0);
	ck_assert_int_eq(receiver->exceptions[1].include, 1);
	ck_assert_uint_eq(check_configuration(&console.engine.candidate, NULL), 0);
}
END_TEST

START_TEST(the_community_is_a_secret)
{
	static const char *const shown[] = {"show LogReceiver LogReceiverSNMP2c all", "show LogReceiver",
	                                    "show -json LogReceiver", "show -changes",
	                                    "script -create LogReceiver"};
	const struct object_type *type = schema_type(console.engine.schema, NULL, "LogReceiverSNMP2c");
	const struct lyd_node *object;

	console_ok(&console,
	           "add LogReceiver LogReceiverSNMP2c all IPAddress=203.0.113.5 Community=Quite-Hidden");
	object = object_find(&console.engine.candidate, type, NULL, "all");
	ck_assert(secret_is_sealed(value_of(type, object, "Community")));
	ck_assert_str_eq(read_named("all")->community, "Quite-Hidden");
	log_settings_wipe(&list);
	for (size_t i = 0; i < sizeof(list); i++)
		ck_assert(i + 12 > sizeof(list) || memcmp((const char *)&list + i, "Quite-Hidden", 12) != 0);
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		console_ok(&console, shown[i]);
		ck_assert_ptr_eq(strstr(console.text, "Quite-Hidden"), NULL);
	}
	console_refused(&console,
	                "set LogReceiver LogReceiverSNMP2c all "
	                "Community=12345678901234567890123456789012345678901234567890123456789012345",
	                "a secret of 1 to 64 characters");
}
END_TEST

START_TEST(what_makes_no_sense_is_told)
{
	console_refused(&console,
	                "add LogReceiver TrapReceiverSNMP2c own IPAddress=10.0.0.1 TrapCategory=STARTUP",
	                "TrapReceiverSNMP2c own: TrapCategory cannot be 'STARTUP'. Allowed: HA");
	console_refused(&console, "add LogReceiver TrapReceiverSNMP2c own IPAddress=10.0.0.1 Port=0",
	                "Port cannot be '0'");
	console_ok(&console, "add LogReceiver TrapReceiverSNMP2c own IPAddress=10.0.0.1");
	console_ok(&console, "cc LogReceiver TrapReceiverSNMP2c own");
	console_ok(&console, "add TrapException LogID=700001");
	console_wrong(&console,
	              "LogID=700001 is no event with a trap of its own; a LogReceiverSNMP2c sends any event");
	console_ok(&console, "delete TrapException 1");
	console_ok(&console, "cc");
	ck_assert_uint_eq(check_configuration(&console.engine.candidate, NULL), 0);
	console_ok(&console, "add LogReceiver LogReceiverSyslog own IPAddress=10.0.0.1");
	console_wrong(&console, "Name=own is that of another log receiver");
	console_ok(&console, "set LogReceiver LogReceiverSyslog own -disable");
	ck_assert_uint_eq(check_configuration(&console.engine.candidate, NULL), 0);
}
END_TEST

START_TEST(eight_of_all_types)
{
	char line[128];

	for (unsigned i = 0; i < LOG_RECEIVERS_MAX; i++) {
		snprintf(line, sizeof(line), "add LogReceiver %s r%u IPAddress=10.0.0.1",
		         log_receiver_types[i % 3].name, i);
		console_ok(&console, line);
	}
	ck_assert_uint_eq(check_configuration(&console.engine.candidate, NULL), 0);
	console_ok(&console, "add LogReceiver LogReceiverSNMP2c more IPAddress=10.0.0.1");
	console_wrong(&console, "there may be 8 of all log receivers; disable or delete some");
}
END_TEST

START_TEST(traps_name_the_node)
{
	log_settings_read(&console.engine.candidate, &list);
	ck_assert_str_eq(list.head.node.system, "System");
	ck_assert_uint_eq(list.head.node.cluster_id, 0);
	ck_assert_uint_eq(list.head.node.role, 0);
	console_ok(&console, "set System Name=fw-slave");
	console_ok(&console, "set HighAvailability Role=Slave ClusterID=7 Enabled=Yes");
	log_settings_read(&console.engine.candidate, &list);
	ck_assert_str_eq(list.head.node.system, "fw-slave");
	ck_assert_uint_eq(list.head.node.cluster_id, 7);
	ck_assert_uint_eq(list.head.node.role, 2);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, the_guides_receivers);
	tcase_add_test(tests, exceptions_of_both_types);
	tcase_add_test(tests, the_community_is_a_secret);
	tcase_add_test(tests, what_makes_no_sense_is_told);
	tcase_add_test(tests, eight_of_all_types);
	tcase_add_test(tests, traps_name_the_node);
}

TEST_MAIN("mgmt_log", add_tests)
