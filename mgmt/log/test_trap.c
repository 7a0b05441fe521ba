/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include "lib/log_event.h"
#include "lib/testing.h"
#include "mgmt/log/receiver.h"
#include "mgmt/log/trap.h"

#include <string.h>

#define TRAPS 1, 3, 6, 1, 4, 1, ENTERPRISE_NUMBER, 1

static const struct message_log_node node = {.system = "fw1", .cluster_id = 7, .role = 2};
static netsnmp_session session;
static netsnmp_pdu *pdu;
static uint8_t bytes[TRAP_MAX_BYTES];
static size_t length;

static void set_up(void)
{
	snmp_sess_init(&session);
	session.version = SNMP_VERSION_2c;
	pdu = snmp_pdu_create(SNMP_MSG_TRAP2);
	ck_assert_ptr_ne(pdu, NULL);
}

static void tear_down(void)
{
	snmp_free_pdu(pdu);
}

static struct message_log_receiver settings_of(enum log_receiver_kind kind)
{
	return (struct message_log_receiver){.community = "s3cret community",
	                                     .address = {.version = 4, .bytes = {127, 0, 0, 1}},
	                                     .port = 162,
	                                     .rate = 10,
	                                     .kind = (uint8_t)kind,
	                                     .severities = LOG_SEVERITIES_ALL};
}

/* Sends a line, and reads it back as a receiver would. */
static void read_back(enum log_receiver_kind kind, const struct log_line *line)
{
	struct message_log_receiver settings = settings_of(kind);

	length = trap_datagram(&settings, &node, line, 4711, bytes);
	ck_assert_uint_gt(length, 0);
	ck_assert_uint_le(length, TRAP_MAX_BYTES);
	ck_assert_int_eq(snmp_parse(NULL, &session, pdu, bytes, length), 0);
	ck_assert_int_eq(pdu->version, SNMP_VERSION_2c);
	ck_assert_int_eq(pdu->command, SNMP_MSG_TRAP2);
	ck_assert_uint_eq(pdu->community_len, strlen(settings.community));
	ck_assert_mem_eq(pdu->community, settings.community, pdu->community_len);
}

static struct log_line line_of(unsigned event, int severity, const char *interface, const char *text)
{
	struct message_log_line message = {.event = (uint16_t)event,
	                                   .severity = (uint8_t)severity,
	                                   .activity = LOG_ACTIVITY_ACTIVE,
	                                   .program = "hadrian-clusterd"};
	struct log_line line;

	snprintf(message.interface, sizeof(message.interface), "%s", interface);
	line_make(&message, text, strlen(text), &line);
	return line;
}

static const netsnmp_variable_list *variable(unsigned at)
{
	const netsnmp_variable_list *found = pdu->variables;

	while (found && at--)
		found = found->next_variable;
	ck_assert_ptr_ne(found, NULL);
	return found;
}

static void is_named(unsigned at, const oid *name, size_t name_length)
{
	const netsnmp_variable_list *found = variable(at);

	ck_assert_int_eq(snmp_oid_compare(found->name, found->name_length, name, name_length), 0);
}

static void is_object(unsigned at, unsigned object)
{
	const oid name[] = {TRAPS, 1, object, 0};

	is_named(at, name, OID_LENGTH(name));
}

static void is_text(unsigned at, unsigned object, const char *text)
{
	const netsnmp_variable_list *found = variable(at);

	is_object(at, object);
	ck_assert_int_eq(found->type, ASN_OCTET_STR);
	ck_assert_uint_eq(found->val_len, strlen(text));
	ck_assert_mem_eq(found->val.string, text, found->val_len);
}

static void is_number(unsigned at, unsigned object, u_char type, long number)
{
	is_object(at, object);
	ck_assert_int_eq(variable(at)->type, type);
	ck_assert_int_eq(*variable(at)->val.integer, number);
}

static void is_notification(unsigned number)
{
	static const oid sys_uptime[] = {1, 3, 6, 1, 2, 1, 1, 3, 0};
	static const oid snmp_trap_oid[] = {1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0};
	const oid wanted[] = {TRAPS, 0, number};

	is_named(0, sys_uptime, OID_LENGTH(sys_uptime));
	ck_assert_int_eq(variable(0)->type, ASN_TIMETICKS);
	ck_assert_int_eq(*variable(0)->val.integer, 4711);
	is_named(1, snmp_trap_oid, OID_LENGTH(snmp_trap_oid));
	ck_assert_int_eq(variable(1)->type, ASN_OBJECT_ID);
	ck_assert_int_eq(snmp_oid_compare(variable(1)->val.objid, variable(1)->val_len / sizeof(oid), wanted,
	                                  OID_LENGTH(wanted)),
	                 0);
}

/* feature: C20-029 */
START_TEST(any_message_is_a_generic_trap)
{
	struct log_line line =
	    line_of(LOG_EVENT_HA_PEER_DEAD, LOG_WARNING, "", "peer is silent on every interface (term 2)");

	read_back(LOG_RECEIVER_GENERIC_TRAPS, &line);
	is_notification(1);
	is_text(2, 1, "fw1");
	is_number(3, 2, ASN_INTEGER, LOG_WARNING);
	is_text(4, 3, "HA");
	is_number(5, 4, ASN_UNSIGNED, 1200006);
	is_text(6, 5, "peer is silent on every interface (term 2)");
	is_text(7, 6, "none");
	is_text(8, 7,
	        "event=ha_peer_dead daemon=hadrian-clusterd "
	        "description=\"peer is silent on every interface (term 2)\"");
	ck_assert_ptr_eq(variable(8)->next_variable, NULL);
}
END_TEST

/* feature: C20-029 */
START_TEST(packets_events_have_an_action)
{
	struct log_line line = line_of(LOG_EVENT_NONE, LOG_WARNING, "",
	                               "RULE: prio=Warning event=ruleset_drop_packet rule=a action=x "
	                               "srcip=10.0.0.1 action=drop");

	read_back(LOG_RECEIVER_GENERIC_TRAPS, &line);
	is_text(4, 3, "RULE");
	is_number(5, 4, ASN_UNSIGNED, 700002);
	is_text(6, 5, "ruleset_drop_packet");
	is_text(7, 6, "drop");
	is_text(8, 7, "event=ruleset_drop_packet rule=a action=x srcip=10.0.0.1 action=drop");
}
END_TEST

START_TEST(words_of_a_daemon_are_no_action)
{
	struct log_line line = line_of(LOG_EVENT_NONE, LOG_INFO, "", "he said: action=drop description=\"");

	read_back(LOG_RECEIVER_GENERIC_TRAPS, &line);
	is_number(5, 4, ASN_UNSIGNED, LOG_EVENT_SYSTEM_MESSAGE);
	is_text(6, 5, "he said: action=drop description=?");
	is_text(7, 6, "none");
}
END_TEST

/* feature: C22-060 */
START_TEST(changes_of_the_cluster_have_notifications_of_their_own)
{
	struct log_line line = line_of(LOG_EVENT_HA_INTERFACE_OFFLINE, LOG_ERR, "if1",
	                               "HA interface offline: EthernetInterface if1");

	read_back(LOG_RECEIVER_OWN_TRAPS, &line);
	is_notification(1200013);
	is_text(2, 1, "fw1");
	is_number(3, 8, ASN_UNSIGNED, 7);
	is_number(4, 9, ASN_INTEGER, 2);
	is_number(5, 10, ASN_INTEGER, LOG_ACTIVITY_ACTIVE);
	is_text(6, 11, "if1");
	is_number(7, 2, ASN_INTEGER, LOG_ERR);
	is_number(8, 4, ASN_UNSIGNED, 1200013);
	is_text(9, 5, "HA interface offline: EthernetInterface if1");
	ck_assert_ptr_eq(variable(9)->next_variable, NULL);
	ck_assert_ptr_ne(strstr(line.text, " daemon=hadrian-clusterd iface=if1 description="), NULL);
}
END_TEST

/* feature: C22-060 */
START_TEST(only_listed_events_go_to_receivers_of_traps)
{
	struct message_log_receiver settings = settings_of(LOG_RECEIVER_OWN_TRAPS);
	struct log_line active = line_of(LOG_EVENT_HA_ACTIVE, LOG_NOTICE, "", "active"), dropped, said;

	dropped = line_of(LOG_EVENT_NONE, LOG_WARNING, "",
	                  "RULE: prio=Warning event=ruleset_drop_packet action=drop");
	said = line_of(LOG_EVENT_NONE, LOG_WARNING, "", "corosync started");
	ck_assert(receiver_wants(&settings, &active));
	ck_assert(!receiver_wants(&settings, &dropped));
	ck_assert(!receiver_wants(&settings, &said));
	settings.exception_count = 2;
	settings.exceptions[0] = (struct message_log_exception){.number = 700002, .include = 1};
	settings.exceptions[1] = (struct message_log_exception){.number = 1200001};
	ck_assert(!receiver_wants(&settings, &dropped));
	ck_assert(!receiver_wants(&settings, &active));
}
END_TEST

START_TEST(the_longest_message_is_one_packet)
{
	struct message_log_receiver settings = settings_of(LOG_RECEIVER_GENERIC_TRAPS);
	struct message_log_line message = {.severity = LOG_INFO, .time_us = 1};
	static char text[LOG_TEXT_MAX];
	struct log_line line;

	memset(text, 'x', sizeof(text));
	memset(message.program, 'p', sizeof(message.program));
	memset(message.interface, 'i', sizeof(message.interface));
	memset(settings.community, 'c', LOG_COMMUNITY_MAX);
	line_make(&message, text, sizeof(text), &line);
	length = trap_datagram(&settings, &node, &line, UINT32_MAX, bytes);
	ck_assert_uint_gt(length, 1000);
	ck_assert_int_eq(snmp_parse(NULL, &session, pdu, bytes, length), 0);
	ck_assert_uint_eq(variable(6)->val_len, 255);
	ck_assert_uint_eq(variable(8)->val_len, 640);
}
END_TEST

START_TEST(settings_of_traps_are_checked)
{
	struct message_log_receiver settings = settings_of(LOG_RECEIVER_GENERIC_TRAPS);

	ck_assert(receiver_is_valid(&settings));
	settings.kind = LOG_RECEIVER_KINDS;
	ck_assert(!receiver_is_valid(&settings));
	settings = settings_of(LOG_RECEIVER_OWN_TRAPS);
	memset(settings.community, 'c', sizeof(settings.community));
	ck_assert(!receiver_is_valid(&settings));
	settings.community[0] = 0;
	ck_assert(!receiver_is_valid(&settings));
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, any_message_is_a_generic_trap);
	tcase_add_test(tests, packets_events_have_an_action);
	tcase_add_test(tests, words_of_a_daemon_are_no_action);
	tcase_add_test(tests, changes_of_the_cluster_have_notifications_of_their_own);
	tcase_add_test(tests, only_listed_events_go_to_receivers_of_traps);
	tcase_add_test(tests, the_longest_message_is_one_packet);
	tcase_add_test(tests, settings_of_traps_are_checked);
}

TEST_MAIN("log_trap", add_tests)
