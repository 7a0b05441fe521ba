/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/testing.h"
#include "mgmt/mgmtd/capture/capture.h"
#include "mgmt/tests/console.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define RULE "-----------------------------------------------------------------------\n"

/* 192.168.12.200 -> 192.168.12.1: an echo request of 12 bytes, padded. */
static uint8_t frame[64] = {2, 0,  0, 0, 0, 2,   2,   0,  0,   0,   0,   3,  8, 0, 0x45, 0, 0, 32, 0,   0, 0,
                            0, 59, 1, 0, 0, 192, 168, 12, 200, 192, 168, 12, 1, 8, 0,    0, 0, 15, 202, 0, 0};

static void prints(uint32_t captured, enum capture_format format, const char *expected)
{
	const struct captured_packet packet = {
	    .bytes = frame, .captured = captured, .length = 64, .time_us = 1};
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	capture_print(&packet, format, out);
	fclose(out);
	ck_assert_msg(!strncmp(text, expected, strlen(expected)), "%s", text);
	free(text);
}

/* feature: C02-134 */
START_TEST(packets_are_printed_in_the_guides_form)
{
	uint8_t kept[sizeof(frame)];

	memcpy(kept, frame, sizeof(frame));
	prints(64, CAPTURE_TEXT,
	       "IP 192.168.12.200->192.168.12.1  IHL:20  DataLen:12 TTL:59 Proto:ICMP\n"
	       "ICMP Echo request  ID:4042  Seq:0\n" RULE);
	frame[23] = 17;
	prints(64, CAPTURE_TEXT,
	       "IP 192.168.12.200->192.168.12.1  IHL:20  DataLen:12 TTL:59 Proto:UDP\nUDP 2048->0  "
	       "DataLen:4034\n");
	prints(36, CAPTURE_TEXT,
	       "IP 192.168.12.200->192.168.12.1  IHL:20  DataLen:12 TTL:59 Proto:UDP\nUDP DataLen:12\n");
	frame[23] = 6;
	frame[17] = 44;
	frame[46] = 0x50;
	frame[47] = 0x12;
	prints(64, CAPTURE_TEXT,
	       "IP 192.168.12.200->192.168.12.1  IHL:20  DataLen:24 TTL:59 Proto:TCP\n"
	       "TCP 2048->0  Seq:264896512  Ack:0  Flags:SYN,ACK  Win:0  DataLen:4\n");
	memcpy(frame + 12, (uint8_t[]){8, 6,  0, 1, 8,  0, 6, 4, 0, 1, 2, 0,  0, 0, 0,
	                               3, 10, 1, 0, 10, 0, 0, 0, 0, 0, 0, 10, 1, 0, 1},
	       30);
	prints(64, CAPTURE_TEXT,
	       "ETH 02-00-00-00-00-03->02-00-00-00-00-02  Type:0x0806  DataLen:50\n"
	       "ARP Request  Who has 10.1.0.1? Tell 10.1.0.10 (02-00-00-00-00-03)\n" RULE);
	prints(13, CAPTURE_TEXT, "ETH DataLen:64  (cut short)\n");
	memcpy(frame, kept, sizeof(frame));
}
END_TEST

/* feature: C02-141 */
START_TEST(packets_are_printed_for_other_programs)
{
	prints(18, CAPTURE_HEX,
	       "000000  02 00 00 00 00 02 02 00 00 00 00 03 08 00 45 00  ..............E.\n000010  00 20 ");
	prints(3, CAPTURE_K12, "+---------+---------------+----------+\n");
}
END_TEST

/* feature: C02-136 C02-139 */
START_TEST(a_buffer_has_its_size)
{
	const struct captured_packet packet = {.bytes = frame, .captured = 64, .length = 64};
	struct capture_buffer buffer = {0};

	ck_assert(capture_buffer_is_empty(&buffer));
	ck_assert_int_eq(capture_buffer_open(&buffer, 24 + 80 + 36), 0);
	ck_assert(capture_buffer_is_empty(&buffer));
	ck_assert_int_eq(capture_buffer_add(&buffer, &packet, 0), 0);
	ck_assert_int_eq(capture_buffer_add(&buffer, &packet, 21), -ENOSPC);
	ck_assert_int_eq(capture_buffer_add(&buffer, &packet, 20), 0);
	ck_assert_uint_eq(buffer.length, 140);
	ck_assert_int_eq(capture_buffer_open(&buffer, 300), 0);
	ck_assert_uint_eq(buffer.length, 140);
	capture_buffer_clear(&buffer);
	ck_assert(capture_buffer_is_empty(&buffer) && buffer.bytes);
	capture_buffer_close(&buffer);
}
END_TEST

/* feature: C02-131 */
START_TEST(memory_must_be_free)
{
	ck_assert(capture_memory_suffices(102400 + 128, 128));
	ck_assert(!capture_memory_suffices(102400 + 127, 128));
}
END_TEST

static struct capture_filter filter;

static int read_filter(const struct console *console, const char *text, const char *why)
{
	char typed[FILTER_TEXT_MAX], reason[FILTER_REASON_MAX] = "", wrong[128];
	struct line line;
	int error;

	ck_assert_int_eq(line_parse(text, &line, wrong), 0);
	error = filter_options_read(&console->engine.running, &line, &filter, typed, reason);
	ck_assert_msg(strstr(reason, why) != NULL, "%s", reason);
	line_free(&line);
	return error;
}

/* feature: C02-140 */
START_TEST(filters_are_read)
{
	struct console console;

	console_open(&console);
	ck_assert_int_eq(
	    read_filter(&console, "pcapdump -proto=ICMP,2,7-9 -port=FTP,53-95 -portsrc=https", ""), 0);
	ck_assert(filter.protocol.count == 3 && filter.protocol.range[0].first == 1 &&
	          filter.protocol.range[2].last == 9);
	ck_assert(filter.port[CAPTURE_EITHER].count == 2 && filter.port[CAPTURE_EITHER].range[0].first == 21);
	ck_assert(filter.port[CAPTURE_SOURCE].range[0].last == 443 &&
	          !filter.port[CAPTURE_DESTINATION].count);
	ck_assert_int_eq(
	    read_filter(&console, "pcapdump -ip=203.0.113.3,2001:db8::1 -ethdest=02-00-00-00-00-01", ""), 0);
	ck_assert(filter.address[CAPTURE_EITHER].count == 2 && filter.mac[CAPTURE_DESTINATION].count == 1);
	ck_assert(capture_filter_is_valid(&filter));
	ck_assert_int_eq(read_filter(&console, "pcapdump -port=65536", "-port cannot be '65536'. Allowed"),
	                 -EINVAL);
	ck_assert_int_eq(read_filter(&console, "pcapdump -port=", "-port cannot be ''"), -EINVAL);
	ck_assert_int_eq(read_filter(&console, "pcapdump -proto=256", "-proto cannot be '256'"), -EINVAL);
	ck_assert_int_eq(read_filter(&console, "pcapdump -ethsrc=x", "-ethsrc cannot be 'x'"), -EINVAL);
	ck_assert_int_eq(read_filter(&console, "pcapdump -ipsrc=10.0.0.2-10.0.0.1", "-ipsrc cannot be"),
	                 -EINVAL);
	console_close(&console);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, packets_are_printed_in_the_guides_form);
	tcase_add_test(tests, packets_are_printed_for_other_programs);
	tcase_add_test(tests, a_buffer_has_its_size);
	tcase_add_test(tests, memory_must_be_free);
	tcase_add_test(tests, filters_are_read);
}

TEST_MAIN("capture", add_tests)
