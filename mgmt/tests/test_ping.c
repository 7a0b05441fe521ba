/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/messages/probe.h"
#include "lib/messages/watch.h"
#include "lib/testing.h"
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/diagnostics/ping.h"
#include "mgmt/mgmtd/diagnostics/watch_text.h"
#include "mgmt/tests/console.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

static struct console console;
static struct ping_settings settings;

static void setup(void)
{
	console_open(&console);
	console_ok(&console, "add Interface EthernetInterface if1");
	console_ok(&console, "add Interface EthernetInterface if2");
	console_ok(&console, "add IPAddress web Address=203.0.113.10");
	ck_assert_int_eq(configuration_replace(&console.engine.running, &console.engine.candidate), 0);
}

static void teardown(void)
{
	console_close(&console);
}

/* "" for what is taken. */
static const char *reads(const char *text)
{
	static char reason[PING_REASON_MAX];
	struct line line;

	reason[0] = 0;
	ck_assert_int_eq(line_parse(text, &line, reason), 0);
	ping_settings_read(&console.engine.running, &line, &settings, reason);
	line_free(&line);
	return reason;
}

/* feature: C02-122 C02-124 C02-125 */
START_TEST(what_is_typed_becomes_a_probe)
{
	ck_assert_str_eq(reads("ping 10.4.0.2"), "");
	ck_assert_uint_eq(settings.probe.protocol, IPPROTO_ICMP);
	ck_assert_uint_eq(settings.probe.length, 4);
	ck_assert_uint_eq(settings.count, 1);
	ck_assert_uint_eq(settings.probe.simulate, 0);
	ck_assert_str_eq(reads("ping -udp 10.4.0.2"), "");
	ck_assert_uint_eq(settings.probe.protocol, IPPROTO_UDP);
	ck_assert_uint_eq(settings.probe.port, 7);
	ck_assert_str_eq(reads("ping -tcp web -port=80 -request=\"GET /HTTP/1.0\\n\\n\""), "");
	ck_assert_uint_eq(settings.probe.protocol, IPPROTO_TCP);
	ck_assert_uint_eq(settings.probe.length, 15);
	ck_assert_int_eq(memcmp(settings.probe.payload, "GET /HTTP/1.0\n\n", 15), 0);
	ck_assert_uint_eq(settings.probe.destination.bytes[0], 203);
	ck_assert_str_eq(reads("ping c1a1::1:2 -count=3 -length=1400 -vv"), "");
	ck_assert_uint_eq(settings.probe.destination.version, 6);
	ck_assert_uint_eq(settings.count, 3);
	ck_assert_uint_eq(settings.detail, PING_VERY_VERBOSE);
	ck_assert_str_eq(reads("ping 10.6.58.10 -srciface=if2 -srcip=192.168.0.10 -verbose"), "");
	ck_assert_uint_eq(settings.probe.simulate, 1);
	ck_assert_uint_eq(settings.probe.source.bytes[0], 192);
	ck_assert_uint_eq(settings.detail, PING_VERBOSE);
}
END_TEST

static void refuses(const char *text, const char *reason)
{
	ck_assert_msg(strstr(reads(text), reason) != NULL, "%s: %s", text, reads(text));
}

/* feature: C02-126 C02-127 */
START_TEST(what_is_wrong)
{
	refuses("ping", "one destination is needed");
	refuses("ping 10.4.0.2 10.4.0.3", "one destination is needed");
	refuses("ping all-nets", "the destination cannot be 'all-nets'");
	refuses("ping 10.4.0.2 -srciface=if1", "-srciface needs -srcip");
	refuses("ping 10.4.0.2 -srciface=if1 -srcip=10.1.0.1 -routingtable=main",
	        "-routingtable has no meaning");
	refuses("ping 10.4.0.2 -srciface=any -srcip=10.1.0.1", "-srciface cannot be 'any'");
	refuses("ping 10.4.0.2 -srcip=::1", "-srcip must be of the same IP version");
	refuses("ping 10.4.0.2 -length=1401", "-length cannot be '1401'. Allowed: 0 to 1400");
	refuses("ping 10.4.0.2 -length=4 -request=a", "give -request or -length");
	refuses("ping -udp 10.4.0.2 -port=0", "-port cannot be '0'. Allowed: 1 to 65535");
	console_refused(&console, "ping 10.4.0.2", "The datapath cannot be reached");
	console.session.may_write = false;
	console_refused(&console, "ping 10.4.0.2 -srciface=if1 -srcip=10.1.0.1",
	                "may look, but change nothing");
	console.session.views = VIEW_ADVANCED;
	console_refused(&console, "trace if1", "may look, but change nothing");
	console.session.may_write = true;
	console_refused(&console, "rulesnoop if1", "The datapath cannot be reached");
	console_refused(&console, "rulesnoop -verbosity=basic", "name the interface");
	console_refused(&console, "rulesnoop none if1", "none stands alone");
	console_refused(&console, "trace if7", "there is no interface 'if7'");
}
END_TEST

static void prints(void (*print)(FILE *out), const char *expected)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	print(out);
	fclose(out);
	ck_assert_str_eq(text, expected);
	free(text);
}

static struct message_probe_event event;
static void sent(FILE *out)
{
	ping_print_sent(&console.engine.running, &settings, &event, out);
}
static void answer(FILE *out)
{
	ping_print_answer(&settings, &event, out);
}

/* feature: C02-122 C02-126 */
START_TEST(lines_of_the_guide)
{
	reads("ping c1a1::1:2");
	event = (struct message_probe_event){.kind = PROBE_SENT, .length = 4};
	event.ends.protocol = IPPROTO_ICMPV6;
	event.ends.port[0] = event.ends.port[1] = 61083;
	ip_address_parse("c1a1::1:1", &event.ends.address[0]);
	ip_address_parse("c1a1::1:2", &event.ends.address[1]);
	prints(sent, "Sending 4-byte ICMP ping to c1a1::1:2:61083 from c1a1::1:1:128\n");
	event.kind = PROBE_REPLY;
	ip_address_parse("c1a1::1:2", &event.ends.address[0]);
	ip_address_parse("c1a1::1:1", &event.ends.address[1]);
	prints(answer, "4-byte ICMP reply from c1a1::1:2:61083 to c1a1::1:1:129\n");
	reads("ping 192.168.14.1 -srciface=if2 -srcip=192.168.14.12 -verbose");
	event.ends.protocol = IPPROTO_ICMP;
	event.ends.port[1] = 44434;
	ip_address_parse("192.168.14.12", &event.ends.address[0]);
	ip_address_parse("192.168.14.1", &event.ends.address[1]);
	prints(sent, "Simulating 4-byte ICMP ping to 192.168.14.1:44434\n  from (if2) 192.168.14.12:8\n"
	             "(Response is not displayed when '-srciface' is used)\n");
}
END_TEST

static struct watch_event decision;
static enum watch_detail detail;
static void decided(FILE *out)
{
	watch_print_decision(&console.engine.running, &decision, detail, out);
}

#define PACKET "<ICMP if2;192.168.14.12:2048 -> 192.168.14.1:2524>"

/* feature: C02-126 C07-010 */
START_TEST(decisions_as_the_guide_prints_them)
{
	decision = (struct watch_event){.facts = WATCH_DECIDED, .rule = WATCH_NO_RULE};
	decision.ends =
	    (struct flow_ends){.protocol = IPPROTO_ICMP, .interface = {2, 0}, .port = {2048, 2524}};
	ip_address_parse("192.168.14.12", &decision.ends.address[0]);
	ip_address_parse("192.168.14.1", &decision.ends.address[1]);
	strcpy(decision.drop, "no_reverse_route");
	detail = WATCH_EXTREME;
	prints(decided,
	       "SNOOP:  POLICY-1  : Drop " PACKET ": No route to source in table \"Main\" (ID: 0x20).\n");
	strcpy(decision.drop, "default_rule");
	prints(decided, "SNOOP:  POLICY-1  : Matched default rule \"System::DefaultDrop\"\n"
	                "SNOOP:  POLICY-1  : Dropped by default rule \"System::DefaultDrop\"\n"
	                "SNOOP:  POLICY-1  : " PACKET ": Dropped by IP rules\n");
	detail = WATCH_BASIC;
	prints(decided,
	       "SNOOP:  POLICY-1  : Matched default rule \"System::DefaultDrop\": Drop " PACKET "\n");
	decision.drop[0] = 0;
	decision.rule = 4;
	decision.forward = (struct watch_route){.kind = WATCH_ROUTE_FORWARD, .interface = 1};
	ip_range_parse("192.168.14.0/24", &decision.forward.network);
	strcpy(decision.rule_name, "iprule_all_services");
	detail = WATCH_INFORMATIVE;
	prints(decided,
	       "SNOOP:  POLICY-1  : Matched rule \"iprule_all_services\" with id 0x9f029fb: Allow " PACKET
	       "\n"
	       "SNOOP:  POLICY-1  : Allow " PACKET ": route via if1\n");
	detail = WATCH_EXTREME;
	prints(decided, "SNOOP:  POLICY-1  : " PACKET ": Found forward route \"if1_net\" (ID: 0x8d1cae1) "
	                "192.168.14.0/24 -> if1 (Gateway: none) in table \"Main\" (ID: 0x20).\n"
	                "SNOOP:  POLICY-1  : Matched rule \"iprule_all_services\" with id 0x9f029fb\n"
	                "SNOOP:  POLICY-1  : Allow " PACKET ": route via if1\n");
}
END_TEST

static struct traced_packet traced;
static void way(FILE *out)
{
	traced_packet_print(&console.engine.running, &traced, out);
}

START_TEST(the_way_of_a_packet)
{
	struct watch_event node = {.packet = 2, .rule = WATCH_NO_RULE, .length = 84};

	traced = (struct traced_packet){.packet = 0};
	strcpy(node.node, "ethernet_input");
	node.ends = decision.ends =
	    (struct flow_ends){.protocol = IPPROTO_TCP, .interface = {1, 0}, .port = {9, 80}};
	ip_address_parse("10.1.0.10", &node.ends.address[0]);
	ip_address_parse("198.51.100.9", &node.ends.address[1]);
	ck_assert(!traced_packet_add(&traced, &node));
	strcpy(node.node, "flow_setup");
	node.facts = WATCH_DECIDED;
	node.rule = 3;
	node.rule_index = 7;
	strcpy(node.rule_name, "no_web");
	strcpy(node.drop, "rule");
	ck_assert(!traced_packet_add(&traced, &node));
	strcpy(node.node, "drop");
	node.facts = WATCH_LAST;
	node.drop[0] = 0;
	ck_assert(traced_packet_add(&traced, &node));
	prints(way, "TRACE:  2   : <TCP if1;10.1.0.10:9 -> 198.51.100.9:80> 84 bytes, worker 0\n"
	            "    ethernet_input -> flow_setup -> drop\n"
	            "    new flow: rule \"no_web\" (index 7): Deny\n"
	            "    dropped: Dropped by IP rules (statistics /datapath/drop/rule)\n");
	/* However many nodes there are, it stays within its room. */
	for (unsigned i = 0; i < 100; i++)
		traced_packet_add(&traced, &node);
	ck_assert_uint_lt(strlen(traced.path), sizeof(traced.path));
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, what_is_typed_becomes_a_probe);
	tcase_add_test(tests, what_is_wrong);
	tcase_add_test(tests, lines_of_the_guide);
	tcase_add_test(tests, decisions_as_the_guide_prints_them);
	tcase_add_test(tests, the_way_of_a_packet);
}

TEST_MAIN("ping", add_tests)
