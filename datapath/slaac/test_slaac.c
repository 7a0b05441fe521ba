/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/advertise/advertisement.h"
#include "datapath/nd/packet.h"
#include "datapath/slaac/formed.h"
#include "datapath/slaac/record.h"
#include "datapath/slaac/router_advertisement.h"
#include "lib/testing.h"

#include <string.h>

#define HEADER 40

static uint8_t packet[256];
static size_t length;
static struct router_advertisement told;

static void put_bytes(const void *bytes, size_t count)
{
	memcpy(packet + length, bytes, count);
	length += count;
}

static void put32(uint32_t value)
{
	const uint8_t bytes[4] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
	                          (uint8_t)value};

	put_bytes(bytes, 4);
}

/* An IPv6 header and the message, as a router sends them to all nodes. */
static void begin(uint16_t lifetime)
{
	const uint8_t source[16] = {0xfe, 0x80, [15] = 1}, message[] = {134, 0, 0, 0, 64, 0};

	memset(packet, 0, sizeof(packet));
	packet[0] = 0x60;
	packet[6] = 58;
	packet[7] = 255;
	memcpy(packet + 8, source, 16);
	memcpy(packet + 24, nd_all_nodes, 16);
	length = HEADER;
	put_bytes(message, 6);
	put_bytes((const uint8_t[]){(uint8_t)(lifetime >> 8), (uint8_t)lifetime}, 2);
	put32(0);
	put32(0);
}

static void put_prefix(const char *text, uint8_t bits, uint8_t flags, uint32_t valid, uint32_t preferred)
{
	struct ip_address address;

	ck_assert_int_eq(ip_address_parse(text, &address), 0);
	put_bytes((const uint8_t[]){3, 4, bits, flags}, 4);
	put32(valid);
	put32(preferred);
	put32(0);
	put_bytes(address.bytes, 16);
}

static bool read_it(void)
{
	packet[5] = (uint8_t)(length - HEADER);
	nd_checksum_put(packet, length - HEADER);
	return router_advertisement_read(packet, length, &told);
}

/* feature: C05-019 */
START_TEST(what_a_router_tells)
{
	const uint8_t server[16] = {0x20, 1, 0xd, 0xb8, [15] = 0x53};
	const uint8_t prefix[16] = {0x20, 1, 0xd, 0xb8, 0, 9};

	begin(1800);
	put_prefix("2001:db8:9::", 64, 0xc0, 2592000, 604800);
	put_bytes((const uint8_t[]){25, 3, 0, 0}, 4);
	put32(600);
	put_bytes(server, 16);
	ck_assert(read_it());
	ck_assert_uint_eq(told.lifetime_s, 1800);
	ck_assert_uint_eq(told.router[0], 0xfe);
	ck_assert_uint_eq(told.prefix_count, 1);
	ck_assert_mem_eq(told.prefixes[0].prefix, prefix, 16);
	ck_assert_uint_eq(told.prefixes[0].valid_s, 2592000);
	ck_assert_uint_eq(told.prefixes[0].preferred_s, 604800);
	ck_assert_uint_eq(told.server_count, 1);
	ck_assert_mem_eq(told.servers[0], server, 16);
	ck_assert_uint_eq(told.servers_s, 600);
	for (size_t shorter = 0; shorter < length; shorter++)
		ck_assert(!router_advertisement_read(packet, shorter, &told));
	for (size_t at = HEADER; at < length; at++) {
		packet[at] ^= 0x11;
		ck_assert(!router_advertisement_read(packet, length, &told));
		packet[at] ^= 0x11;
	}
}
END_TEST

/* feature: C05-019 */
START_TEST(what_is_not_to_be_heeded)
{
	begin(1800);
	put_prefix("2001:db8:9::", 48, 0xc0, 2592000, 604800);
	put_prefix("2001:db8:9::", 64, 0x80, 2592000, 604800); /* not autonomous */
	put_prefix("fe80::", 64, 0xc0, 2592000, 604800);
	put_prefix("ff02::", 64, 0xc0, 2592000, 604800);
	put_prefix("2001:db8:9::", 64, 0xc0, 100, 200);
	ck_assert(read_it());
	ck_assert_uint_eq(told.prefix_count, 0);
	begin(1800);
	packet[7] = 254; /* passed on by a router */
	ck_assert(!read_it());
	begin(1800);
	packet[8] = 0x20; /* of nobody on the link */
	ck_assert(!read_it());
	begin(1800);
	put_bytes((const uint8_t[]){1, 0, 0, 0, 0, 0, 0, 0}, 8); /* an option of no length */
	ck_assert(!read_it());
}
END_TEST

/* feature: C05-019 */
START_TEST(nobody_ends_an_address_at_once)
{
	ck_assert_uint_eq(slaac_valid(0, 600), 600);
	ck_assert_uint_eq(slaac_valid(0, 0), 0);
	ck_assert_uint_eq(slaac_valid(86400, 0), 7200);
	ck_assert_uint_eq(slaac_valid(600, 0), 600);
	ck_assert_uint_eq(slaac_valid(600, 900), 900);
	ck_assert_uint_eq(slaac_valid(86400, 8000), 8000);
	ck_assert_uint_eq(slaac_valid(600, UINT32_MAX), UINT32_MAX);
}
END_TEST

/* feature: C05-019 */
START_TEST(a_solicitation_is_one)
{
	static const uint8_t mac[6] = {0x10, 0, 0, 1, 0, 1};
	uint8_t frame[ROUTER_SOLICITATION_SIZE];

	router_solicitation_build(mac, frame);
	ck_assert_mem_eq(frame, "\x33\x33\0\0\0\2\x10\0\0\1\0\1\x86\xdd", 14);
	ck_assert(solicitation_valid(frame + 14, sizeof(frame) - 14));
}
END_TEST

#define SECOND 1000000000ULL

static void tell(const char *text, uint32_t valid, uint32_t preferred)
{
	begin(1800);
	put_prefix(text, 64, 0xc0, valid, preferred);
	ck_assert(read_it());
}

/* feature: C05-019 */
START_TEST(an_address_is_in_use_where_nobody_objects)
{
	struct formed formed[FORMED_MAX] = {0};
	uint64_t now = 100 * SECOND;

	formed_start(formed, now);
	tell("2001:db8:9::", 600, 300);
	formed_told(formed, &told, now, SECOND / 2);
	ck_assert_int_eq(formed_shown(&formed[1]), AUTOCONFIGURATION_TENTATIVE);
	ck_assert_int_eq(formed_step(&formed[0], now), FORMED_PROBE);
	ck_assert_int_eq(formed_step(&formed[1], now), FORMED_WAIT);
	now += SECOND / 2;
	ck_assert_int_eq(formed_step(&formed[1], now), FORMED_PROBE);
	ck_assert_int_eq(formed_step(&formed[1], now + SECOND - 1), FORMED_WAIT);
	ck_assert(!formed_usable(&formed[1]));
	ck_assert_int_eq(formed_step(&formed[1], now + SECOND), FORMED_FREE);
	ck_assert(formed_usable(&formed[1]));
	ck_assert(!formed_conflict(&formed[1], now + SECOND));
	ck_assert_int_eq(formed_step(&formed[1], now + 100 * SECOND), FORMED_WAIT);
	/* The other's answer comes in time, and again where it is asked again. */
	ck_assert(formed_conflict(&formed[0], now));
	ck_assert_int_eq(formed_shown(&formed[0]), AUTOCONFIGURATION_DUPLICATE);
	ck_assert_int_eq(formed_step(&formed[0], now + SECOND), FORMED_WAIT);
	now += FORMED_RETRY_NS;
	ck_assert_int_eq(formed_step(&formed[0], now), FORMED_PROBE);
	ck_assert_int_eq(formed_shown(&formed[0]), AUTOCONFIGURATION_DUPLICATE);
	ck_assert(formed_conflict(&formed[0], now));
	now += FORMED_RETRY_NS;
	ck_assert_int_eq(formed_step(&formed[0], now), FORMED_PROBE);
	ck_assert_int_eq(formed_step(&formed[0], now + SECOND), FORMED_FREE);
	ck_assert(formed_usable(&formed[0]));
}
END_TEST

/* feature: C05-019 */
START_TEST(prefixes_have_lifetimes_of_their_own)
{
	struct formed formed[FORMED_MAX] = {0};
	uint64_t now = 100 * SECOND;

	begin(1800);
	put_prefix("2001:db8:1::", 64, 0xc0, 86400, 14400);
	put_prefix("2001:db8:2::", 64, 0xc0, 600, 0);
	put_prefix("2001:db8:3::", 64, 0xc0, 0, 0);
	put_prefix("2001:db8:4::", 64, 0xc0, UINT32_MAX, UINT32_MAX);
	ck_assert(read_it());
	formed_told(formed, &told, now, 0);
	tell("2001:db8:5::", 60, 60);
	formed_told(formed, &told, now, 0);
	tell("2001:db8:6::", 60, 60); /* there is no room */
	formed_told(formed, &told, now, 0);
	ck_assert_uint_eq(formed[2].prefix[5], 2);
	ck_assert_uint_eq(formed[3].prefix[5], 4);
	ck_assert_uint_eq(formed[4].prefix[5], 5);
	for (unsigned i = 1; i < FORMED_MAX; i++)
		formed[i].state = FORMED_UNIQUE;
	ck_assert_int_eq(formed_shown(&formed[1]), AUTOCONFIGURATION_PREFERRED);
	ck_assert_int_eq(formed_shown(&formed[2]), AUTOCONFIGURATION_DEPRECATED);
	ck_assert(!formed_expire(formed, now + 59 * SECOND));
	ck_assert(formed_expire(formed, now + 60 * SECOND));
	ck_assert_int_eq(formed_shown(&formed[4]), AUTOCONFIGURATION_NONE);
	/* A stranger ends preference at once, validity not within two hours; what was detected stays. */
	tell("2001:db8:1::", 0, 0);
	formed_told(formed, &told, now, 0);
	ck_assert_int_eq(formed_shown(&formed[1]), AUTOCONFIGURATION_DEPRECATED);
	ck_assert_uint_eq(formed_left(formed[1].valid_until, now), 7200);
	tell("2001:db8:1::", 9000, 4000);
	formed_told(formed, &told, now, 0);
	ck_assert_int_eq(formed_shown(&formed[1]), AUTOCONFIGURATION_PREFERRED);
	ck_assert_uint_eq(formed_left(formed[1].valid_until, now), 9000);
	ck_assert(formed_expire(formed, now + 4000 * SECOND));
	ck_assert_int_eq(formed_shown(&formed[1]), AUTOCONFIGURATION_DEPRECATED);
	ck_assert(formed_expire(formed, now + 9000 * SECOND));
	ck_assert_int_eq(formed_shown(&formed[1]), AUTOCONFIGURATION_NONE);
	ck_assert(!formed_expire(formed, UINT64_MAX / 2));
	ck_assert_int_eq(formed_shown(&formed[3]), AUTOCONFIGURATION_PREFERRED);
}
END_TEST

/* feature: C05-023 */
START_TEST(records_of_both_versions)
{
	const size_t version_1 = 96;
	struct slaac_record record = {.interface = 1, .router_s = 60, .router = {0xfe, 0x80}}, read;
	struct formed formed[FORMED_MAX] = {0}, taken[FORMED_MAX];
	uint64_t now = 100 * SECOND;

	formed_start(formed, now);
	formed[0].state = FORMED_UNIQUE;
	formed[2] =
	    (struct formed){.prefix = {0x20}, .valid_until = now + 60 * SECOND, .state = FORMED_DUPLICATE};
	formed[3] = (struct formed){.prefix = {0x21}, .valid_until = FORMED_FOR_EVER, .state = FORMED_UNIQUE};
	slaac_record_put(&record, formed, now);
	ck_assert_uint_eq(record.prefix[0], 0x21);
	ck_assert_uint_eq(record.valid_s, UINT32_MAX);
	ck_assert(slaac_record_read(&record, sizeof(record), &read));
	slaac_record_take(&read, taken, now);
	for (unsigned i = 0; i < FORMED_MAX; i++) {
		ck_assert_int_eq(formed_shown(&taken[i]), formed_shown(&formed[i]));
		ck_assert_uint_eq(taken[i].valid_until, formed[i].valid_until);
		ck_assert_mem_eq(taken[i].prefix, formed[i].prefix, 16);
	}
	ck_assert(slaac_record_read(&record, version_1, &read));
	slaac_record_take(&read, taken, now);
	ck_assert(formed_usable(&taken[0]) && formed_usable(&taken[1]) && !formed_usable(&taken[2]));
	ck_assert_uint_eq(taken[1].prefix[0], 0x21);
	record.formed[2].state = 4;
	ck_assert(!slaac_record_read(&record, sizeof(record), &read));
	record.formed[2].state = FORMED_UNIQUE;
	record.formed[2].prefix[0] = 0xff;
	ck_assert(!slaac_record_read(&record, sizeof(record), &read));
	record.formed[2].prefix[0] = 0x20;
	record.formed[0].prefix[0] = 0x20;
	ck_assert(!slaac_record_read(&record, sizeof(record), &read));
}
END_TEST

START_TEST(records_that_cannot_be)
{
	struct slaac_record record = {.interface = 1, .valid_s = 600, .router_s = 60}, read;

	ck_assert(!slaac_record_read(&record, sizeof(record), &read));
	record.prefix[0] = 0x20;
	record.router[0] = 0xfe;
	record.router[1] = 0x80;
	ck_assert(slaac_record_read(&record, sizeof(record), &read));
	ck_assert(!slaac_record_read(&record, 95, &read));
	record.server_count = AUTOCONFIGURATION_SERVERS + 1;
	ck_assert(!slaac_record_read(&record, sizeof(record), &read));
	record.server_count = 1;
	ck_assert(!slaac_record_read(&record, sizeof(record), &read));
	record.servers[0][0] = 0x20;
	ck_assert(slaac_record_read(&record, sizeof(record), &read));
	record.interface = 0;
	ck_assert(!slaac_record_read(&record, sizeof(record), &read));
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, what_a_router_tells);
	tcase_add_test(tests, what_is_not_to_be_heeded);
	tcase_add_test(tests, nobody_ends_an_address_at_once);
	tcase_add_test(tests, a_solicitation_is_one);
	tcase_add_test(tests, an_address_is_in_use_where_nobody_objects);
	tcase_add_test(tests, prefixes_have_lifetimes_of_their_own);
	tcase_add_test(tests, records_of_both_versions);
	tcase_add_test(tests, records_that_cannot_be);
}

TEST_MAIN("slaac", add_tests)
