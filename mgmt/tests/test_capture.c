/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/testing.h"
#include "mgmt/mgmtd/capture/capture.h"
#include "mgmt/mgmtd/capture/file_format.h"
#include "mgmt/tests/console.h"

#include <errno.h>
#include <pcap/pcap.h>
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
	ck_assert_int_eq(capture_buffer_open(&buffer, 80 + 36), 0);
	ck_assert(capture_buffer_is_empty(&buffer));
	ck_assert_int_eq(capture_buffer_add(&buffer, &packet, 0), 0);
	ck_assert_int_eq(capture_buffer_add(&buffer, &packet, 21), -ENOSPC);
	ck_assert_int_eq(capture_buffer_add(&buffer, &packet, 20), 0);
	ck_assert_uint_eq(buffer.length, 116);
	ck_assert_int_eq(capture_buffer_open(&buffer, 300), 0);
	ck_assert_uint_eq(buffer.length, 116);
	capture_buffer_clear(&buffer);
	ck_assert(capture_buffer_is_empty(&buffer) && buffer.bytes);
	capture_buffer_close(&buffer);
}
END_TEST

/* Three packets: received, sent, and the first 13 bytes of one that was received. */
static struct capture_buffer three_packets(void)
{
	struct captured_packet packet = {
	    .bytes = frame, .captured = 64, .length = 64, .time_us = 1795336332123456};
	struct capture_buffer buffer = {0};

	ck_assert_int_eq(capture_buffer_open(&buffer, 1024), 0);
	ck_assert_int_eq(capture_buffer_add(&buffer, &packet, 0), 0);
	packet.sent = true;
	packet.time_us++;
	packet.length = 1514;
	ck_assert_int_eq(capture_buffer_add(&buffer, &packet, 0), 0);
	packet.sent = false;
	packet.time_us = 999999;
	ck_assert_int_eq(capture_buffer_add(&buffer, &packet, 13), 0);
	return buffer;
}

/* As libpcap reads it, whatever the format. */
static void expect_three_packets(enum capture_file file, const struct capture_buffer *buffer)
{
	static const struct {
		int64_t seconds, microseconds;
		uint32_t captured, length;
	} expected[] = {{1795336332, 123456, 64, 64}, {1795336332, 123457, 64, 1514}, {0, 999999, 13, 1514}};
	char reason[PCAP_ERRBUF_SIZE] = "";
	struct pcap_pkthdr *header;
	const u_char *bytes;
	uint8_t *made;
	size_t length;
	pcap_t *pcap;

	ck_assert_int_eq(capture_file_make(file, "if1", buffer, &made, &length), 0);
	pcap = pcap_fopen_offline(fmemopen(made, length, "r"), reason);
	ck_assert_msg(pcap != NULL, "%s", reason);
	ck_assert_int_eq(pcap_datalink(pcap), DLT_EN10MB);
	ck_assert_int_ge(pcap_snapshot(pcap), 16384);
	for (size_t i = 0; i < 3; i++) {
		ck_assert_int_eq(pcap_next_ex(pcap, &header, &bytes), 1);
		ck_assert_int_eq(header->ts.tv_sec, expected[i].seconds);
		ck_assert_int_eq(header->ts.tv_usec, expected[i].microseconds);
		ck_assert_uint_eq(header->caplen, expected[i].captured);
		ck_assert_uint_eq(header->len, expected[i].length);
		ck_assert_mem_eq(bytes, frame, header->caplen);
	}
	ck_assert_int_eq(pcap_next_ex(pcap, &header, &bytes), PCAP_ERROR_BREAK);
	pcap_close(pcap);
	free(made);
}

/* feature: C02-137 C02-141 */
START_TEST(the_ending_of_a_name_says_which_file)
{
	struct capture_buffer buffer = three_packets();

	ck_assert_int_eq(capture_file_of("a.b.cap"), CAPTURE_FILE_PCAP);
	ck_assert_int_eq(capture_file_of("a.cap.pcapng"), CAPTURE_FILE_PCAPNG);
	ck_assert_int_eq(capture_file_of("cap"), CAPTURE_FILE_NONE);
	ck_assert_int_eq(capture_file_of("a.pcap"), CAPTURE_FILE_NONE);
	ck_assert_int_eq(capture_file_of("a.pcapng.bkp"), CAPTURE_FILE_NONE);
	expect_three_packets(CAPTURE_FILE_PCAP, &buffer);
	expect_three_packets(CAPTURE_FILE_PCAPNG, &buffer);
	capture_buffer_close(&buffer);
}
END_TEST

static uint32_t word_at(const uint8_t *bytes, size_t at)
{
	uint32_t word;

	memcpy(&word, bytes + at, sizeof(word));
	return word;
}

/* A block of that type; returns where the next begins. */
static size_t block(const uint8_t *bytes, size_t at, uint32_t type)
{
	uint32_t length = word_at(bytes, at + 4);

	ck_assert_uint_eq(word_at(bytes, at), type);
	ck_assert_uint_eq(length % 4, 0);
	ck_assert_uint_eq(word_at(bytes, at + length - 4), length);
	return at + length;
}

/* A packet's block, with that in its option epb_flags; returns where the next begins. */
static size_t packet_block(const uint8_t *bytes, size_t at, uint32_t captured, uint32_t flags)
{
	static const uint16_t option[2] = {2, 4};
	size_t options = at + 28 + (captured + 3) / 4 * 4;

	ck_assert_uint_eq(word_at(bytes, at + 8), 0);
	ck_assert_uint_eq(word_at(bytes, at + 20), captured);
	ck_assert_mem_eq(bytes + options, option, sizeof(option));
	ck_assert_uint_eq(word_at(bytes, options + 4), flags);
	ck_assert_uint_eq(word_at(bytes, options + 8), 0);
	ck_assert_uint_eq(word_at(bytes, at + 4), options + 16 - at);
	return block(bytes, at, 6);
}

/* feature: C02-141 */
START_TEST(a_pcapng_file_has_the_interface_and_the_directions)
{
	static const uint16_t name[2] = {2, 3};
	struct capture_buffer buffer = three_packets();
	size_t length, at;
	uint8_t *bytes;

	ck_assert_int_eq(capture_file_make(CAPTURE_FILE_PCAPNG, "if1", &buffer, &bytes, &length), 0);
	ck_assert_uint_eq(word_at(bytes, 8), 0x1a2b3c4d);
	at = block(bytes, 0, 0x0a0d0d0a);
	ck_assert_mem_eq(bytes + at + 16, name, sizeof(name));
	ck_assert_mem_eq(bytes + at + 20, "if1", 4);
	at = block(bytes, at, 1);
	at = packet_block(bytes, at, 64, 1);
	at = packet_block(bytes, at, 64, 2);
	at = packet_block(bytes, at, 13, 1);
	ck_assert_uint_eq(at, length);
	free(bytes);
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
	tcase_add_test(tests, the_ending_of_a_name_says_which_file);
	tcase_add_test(tests, a_pcapng_file_has_the_interface_and_the_directions);
	tcase_add_test(tests, memory_must_be_free);
	tcase_add_test(tests, filters_are_read);
}

TEST_MAIN("capture", add_tests)
