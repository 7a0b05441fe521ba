/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/messages/query.h"
#include "lib/policy.h"
#include "lib/testing.h"
#include "mgmt/mgmtd/diagnostics/flow_options.h"
#include "mgmt/mgmtd/diagnostics/flow_text.h"
#include "mgmt/tests/console.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

static struct console console;
static struct flow_filter filter;

static void setup(void)
{
	console_open(&console);
	console_ok(&console, "add Interface EthernetInterface if1");
	console_ok(&console, "add Interface EthernetInterface if2");
	console_ok(&console, "add IPAddress lan Address=10.1.0.0/24");
	ck_assert_int_eq(configuration_replace(&console.engine.running, &console.engine.candidate), 0);
}

static void teardown(void)
{
	console_close(&console);
}

/* "" for what is taken. */
static const char *reads(const char *options)
{
	static char reason[FILTER_REASON_MAX];
	struct line line;

	reason[0] = 0;
	ck_assert_int_eq(line_parse(options, &line, reason), 0);
	if (!flow_options_read(&console.engine.running, &line, &filter, reason))
		ck_assert(flow_filter_is_valid(&filter));
	line_free(&line);
	return reason;
}

/* feature: C07-013 C13-078 */
START_TEST(options_become_a_filter)
{
	ck_assert_str_eq(reads("flow"), "");
	ck_assert(flow_filter_is_empty(&filter));
	ck_assert_str_eq(reads("flow -srciface=any"), "");
	ck_assert(flow_filter_is_empty(&filter));
	ck_assert_str_eq(
	    reads("flow -srciface=if1,core -destiface=if2 -iface=if1 -srcip=lan -destip=2001:db8::1 "
	          "-ip=10.0.0.0/8 -port=http -srcport=1-5,7 -destport=443 -protocol=TCP,17"),
	    "");
	ck_assert_uint_eq(filter.interface[CAPTURE_SOURCE].count, 2);
	ck_assert_uint_eq(filter.interface[CAPTURE_SOURCE].id[1], POLICY_INTERFACE_CORE);
	ck_assert_uint_eq(filter.interface[CAPTURE_DESTINATION].count, 1);
	ck_assert_uint_eq(filter.interface[CAPTURE_EITHER].count, 1);
	ck_assert_uint_eq(filter.packet.address[CAPTURE_SOURCE].count, 1);
	ck_assert_uint_eq(filter.packet.address[CAPTURE_DESTINATION].range[0].first.version, 6);
	ck_assert_uint_eq(filter.packet.port[CAPTURE_SOURCE].count, 2);
	ck_assert_uint_eq(filter.packet.port[CAPTURE_DESTINATION].range[0].last, 443);
	ck_assert_uint_eq(filter.packet.protocol.count, 2);
}
END_TEST

/* feature: C07-013 */
START_TEST(options_that_are_wrong)
{
	ck_assert_str_eq(reads("flow -destiface=if7"),
	                 "-destiface cannot be 'if7'. Allowed, also several with commas between: the name of "
	                 "an interface, group or zone, core, any");
	ck_assert_ptr_nonnull(strstr(reads("flow -srcip=nobody"), "-srcip cannot be 'nobody'"));
	ck_assert_ptr_nonnull(strstr(reads("flow -port=0-99999"), "-port cannot be '0-99999'"));
	console_refused(&console, "flow -close", "-close takes either filters");
	console_refused(&console, "flow -close -all -port=1", "-close takes either filters");
	console_refused(&console, "flow -num=-1", "-num cannot be '-1'");
	console_refused(&console, "flow -num=0", "-num cannot be '0'. Allowed: 1 to 10000000, or all");
	console_refused(&console, "flow -show", "The datapath cannot be reached");
	console.session.may_write = false;
	console_refused(&console, "flow -close -port=1", "may look, but change nothing");
}
END_TEST

/* What is printed begins with that. */
static void prints(const struct flow_row *row, bool verbose, const char *expected)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	flow_print(&console.engine.running, row, verbose, out);
	fclose(out);
	ck_assert_msg(!strncmp(text, expected, strlen(expected)), "%s", text);
	free(text);
}

static struct flow_row row(uint8_t protocol, uint16_t source_port, uint16_t destination_port)
{
	uint16_t if2 = 2;

	return (struct flow_row){.protocol = protocol,
	                         .source_interface = 1,
	                         .destination_interface = if2,
	                         .source = ip_address_from_ip4(0x0a01000a),
	                         .destination = ip_address_from_ip4(0xc6336409),
	                         .reply_source = ip_address_from_ip4(0xc6336409),
	                         .reply_destination = ip_address_from_ip4(0xc6336401),
	                         .source_port = source_port,
	                         .destination_port = destination_port,
	                         .reply_source_port = destination_port,
	                         .reply_destination_port = source_port,
	                         .timeout_s = 7,
	                         .packets = {3, 2},
	                         .bytes = {300, 200}};
}

/* feature: C07-013 C13-077 C06-041 */
START_TEST(flows_as_the_guide_prints_them)
{
	struct flow_row shown = row(IPPROTO_TCP, 2112, 22);

	prints(&shown, false, "TCP     if1:10.1.0.10:2112            if2:198.51.100.9:22           7\n");
	prints(
	    &shown, true,
	    "TCP     if1(0):10.1.0.10:2112         if2:198.51.100.9:22           7\n"
	    "...rev: if1(0):198.51.100.1:2112      if2:198.51.100.9:22           7\n"
	    "        routing table main there, main back; 3 packets, 300 bytes there; 2 packets, 200 bytes "
	    "back\n");
	shown = row(IPPROTO_ICMP, 17683, 17683);
	prints(&shown, true,
	       "ICMP    if1(0):10.1.0.10:2048         if2:198.51.100.9:17683        7\n"
	       "...rev: if1(0):198.51.100.1:17683     if2:198.51.100.9:0            7\n");
	shown = row(IPPROTO_ESP, 0, 0);
	shown.source_interface = POLICY_INTERFACE_CORE;
	prints(&shown, false, "ESP     core:10.1.0.10                if2:198.51.100.9              7\n");
	shown = row(253, 0, 0);
	prints(&shown, false, "253     if1:");
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, options_become_a_filter);
	tcase_add_test(tests, options_that_are_wrong);
	tcase_add_test(tests, flows_as_the_guide_prints_them);
}

TEST_MAIN("diagnostics", add_tests)
