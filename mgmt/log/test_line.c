/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/log_event.h"
#include "lib/testing.h"
#include "mgmt/log/line.h"
#include "mgmt/log/receiver.h"

#include <string.h>
#include <syslog.h>

static struct log_line made(unsigned event, int severity, const char *text)
{
	struct message_log_line message = {
	    .event = (uint16_t)event, .severity = (uint8_t)severity, .program = "hadrian-clusterd"};
	struct log_line line;

	line_make(&message, text, strlen(text), &line);
	return line;
}

/* feature: C20-002 C20-006 */
START_TEST(events_have_names_and_values)
{
	struct log_line line = made(LOG_EVENT_HA_ACTIVE, LOG_NOTICE, "active: \"peer\" is\nsilent (term 2)");

	ck_assert_str_eq(line.text, "HA: prio=Notice id=01200001 event=ha_active daemon=hadrian-clusterd "
	                            "description=\"active: ?peer? is silent (term 2)\"");
	ck_assert_str_eq(line.category, "HA");
	line = made(LOG_EVENT_NONE, LOG_WARNING,
	            "RULE: prio=Warning event=no_route_to_source srcip=10.0.0.1 action=drop");
	ck_assert_str_eq(line.text, "RULE: prio=Warning id=00700001 event=no_route_to_source "
	                            "srcip=10.0.0.1 action=drop");
	ck_assert_uint_eq(line.number, 700001);
	line = made(LOG_EVENT_NONE, LOG_INFO, "corosync started");
	ck_assert_str_eq(line.text, "SYSTEM: prio=Information id=00100001 event=system_message "
	                            "daemon=hadrian-clusterd description=\"corosync started\"");
	/* What only looks like an event is none. */
	line = made(LOG_EVENT_NONE, LOG_INFO, "he said: prio=x event=y");
	ck_assert_str_eq(line.category, "SYSTEM");
	line = made(LOG_EVENT_NONE, LOG_INFO, "A: prio=x y event=z");
	ck_assert_str_eq(line.category, "SYSTEM");
}
END_TEST

START_TEST(any_bytes_make_one_line)
{
	struct message_log_line message = {.event = 0xffff, .severity = 0xff};
	static char bytes[2 * LOG_TEXT_MAX];
	struct tm when = {.tm_mon = 10, .tm_mday = 1};
	char datagram[LINE_MAX_BYTES];
	struct log_line line;
	size_t length;

	memset(message.program, 'p', sizeof(message.program));
	message.program[3] = '\n';
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i * 7);
	for (length = 0; length < sizeof(bytes); length += 37) {
		line_make(&message, bytes, length, &line);
		ck_assert_uint_lt(strlen(line.text), sizeof(line.text));
		ck_assert_uint_lt(line_datagram(&line, 23, &when, "10.1.0.2", datagram), sizeof(datagram));
		for (const char *at = datagram; *at; at++)
			ck_assert((unsigned char)*at >= 0x20 && *at != 0x7f);
	}
}
END_TEST

/* feature: C20-012 C20-013 */
START_TEST(the_datagram_is_of_rfc_3164)
{
	struct log_line line = made(LOG_EVENT_HA_ACTIVE, LOG_NOTICE, "active");
	struct tm when = {.tm_mon = 10, .tm_mday = 1, .tm_hour = 2, .tm_min = 3, .tm_sec = 4};
	char out[LINE_MAX_BYTES];
	size_t length = line_datagram(&line, 16, &when, "10.1.0.2", out);

	ck_assert_str_eq(out,
	                 "<133>Nov  1 02:03:04 10.1.0.2 EFW: HA: prio=Notice id=01200001 event=ha_active "
	                 "daemon=hadrian-clusterd description=\"active\"");
	ck_assert_uint_eq(length, strlen(out));
}
END_TEST

static bool wanted(const struct message_log_receiver *settings, uint32_t number, const char *category,
                   int severity)
{
	struct log_line line = {.number = number, .severity = severity};

	strcpy(line.category, category);
	return receiver_wants(settings, &line);
}

/* feature: C20-016 C20-021 */
START_TEST(severities_are_a_set)
{
	struct message_log_receiver settings = {.severities = 1 << LOG_ALERT};

	ck_assert(wanted(&settings, 1, "HA", LOG_ALERT));
	ck_assert(!wanted(&settings, 1, "HA", LOG_EMERG));
	ck_assert(!wanted(&settings, 1, "HA", LOG_CRIT));
}
END_TEST

/* feature: C20-017 C20-018 C20-019 C20-022 */
START_TEST(the_first_exception_that_fits_decides)
{
	struct message_log_receiver settings = {
	    .severities = 1 << LOG_EMERG,
	    .exception_count = 3,
	    .exceptions = {{.number = 275, .include = 1},
	                   {.categories = "HA", .severities = 1 << LOG_NOTICE, .include = 1},
	                   {.categories = "-HA,-ARP"}}};

	ck_assert(wanted(&settings, 275, "ND", LOG_DEBUG));
	ck_assert(wanted(&settings, 1, "HA", LOG_NOTICE));
	ck_assert(!wanted(&settings, 1, "HA", LOG_WARNING));
	ck_assert(wanted(&settings, 1, "HA", LOG_EMERG));
	ck_assert(wanted(&settings, 1, "ARP", LOG_EMERG));
	ck_assert(!wanted(&settings, 1, "RULE", LOG_EMERG));
	strcpy(settings.exceptions[2].categories, "RULE,-RULE");
	ck_assert(wanted(&settings, 1, "RULE", LOG_EMERG));
	strcpy(settings.exceptions[2].categories, "RULE,ARP");
	ck_assert(wanted(&settings, 1, "RULE", LOG_EMERG));
}
END_TEST

/* feature: C20-015 */
START_TEST(what_exceeds_the_rate_is_dropped_and_counted)
{
	struct receiver receiver = {
	    .settings = {.address = {.version = 4, .bytes = {127, 0, 0, 1}}, .port = 9, .rate = 3}, .fd = -1};
	struct log_line line = made(LOG_EVENT_HA_ACTIVE, LOG_NOTICE, "active");
	struct tm when = {0};

	for (unsigned i = 0; i < 10; i++)
		receiver_send(&receiver, &line, &when, 1);
	ck_assert_uint_eq(receiver.count.sent + receiver.count.failed, 3);
	ck_assert_uint_eq(receiver.count.limited, 7);
	receiver_send(&receiver, &line, &when, 2);
	ck_assert_uint_eq(receiver.count.sent + receiver.count.failed, 4);
	receiver_close(&receiver);
}
END_TEST

START_TEST(settings_are_checked)
{
	struct message_log_receiver settings = {.address = {.version = 4}, .port = 514};

	ck_assert(receiver_is_valid(&settings));
	settings.exception_count = LOG_EXCEPTIONS_MAX + 1;
	ck_assert(!receiver_is_valid(&settings));
	settings.exception_count = 1;
	memset(settings.exceptions[0].categories, 'A', sizeof(settings.exceptions[0].categories));
	ck_assert(!receiver_is_valid(&settings));
	settings.exception_count = 0;
	settings.address.version = 0;
	ck_assert(!receiver_is_valid(&settings));
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, events_have_names_and_values);
	tcase_add_test(tests, any_bytes_make_one_line);
	tcase_add_test(tests, the_datagram_is_of_rfc_3164);
	tcase_add_test(tests, severities_are_a_set);
	tcase_add_test(tests, the_first_exception_that_fits_decides);
	tcase_add_test(tests, what_exceeds_the_rate_is_dropped_and_counted);
	tcase_add_test(tests, settings_are_checked);
}

TEST_MAIN("log_line", add_tests)
