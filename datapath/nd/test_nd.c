/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/arp/address.h"
#include "datapath/nd/packet.h"
#include "lib/testing.h"

#include <arpa/inet.h>
#include <string.h>

static const struct mac_address mac = {{0x02, 1, 2, 3, 4, 5}}, to = {{0x02, 9, 9, 9, 9, 9}};
static uint8_t frame[ND_FRAME_LENGTH + 8], *const ip = frame + 14;
static struct nd_packet out;

static void put(uint8_t bytes[16], const char *text)
{
	struct ip_address address;

	ck_assert_int_eq(ip_address_parse(text, &address), 0);
	memcpy(bytes, address.bytes, 16);
}

static struct nd_packet solicitation(void)
{
	struct nd_packet packet = {.type = ND_SOLICITATION, .mac = mac, .has_mac = true};

	put(packet.source, "2001:db8:1::10");
	put(packet.target, "2001:db8:1::abcd:1");
	nd_solicited_node(packet.target, packet.destination);
	return packet;
}

static bool parse(const struct nd_packet *packet)
{
	nd_build(packet, &to, frame);
	return nd_parse(ip, ND_FRAME_LENGTH - 14, &out);
}

/* Changes one byte and mends the checksum with it. */
static bool parse_with(unsigned at, uint8_t value)
{
	struct nd_packet packet = solicitation();
	uint32_t sum;
	uint16_t old, new;

	nd_build(&packet, &to, frame);
	old = at & 1 ? ip[at] : (uint16_t)(ip[at] << 8);
	new = at & 1 ? value : (uint16_t)(value << 8);
	ip[at] = value;
	sum = (uint32_t)(uint16_t) ~(ip[42] << 8 | ip[43]) + (uint16_t)~old + new;
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	ip[42] = (uint8_t)(~sum >> 8);
	ip[43] = (uint8_t)~sum;
	return nd_parse(ip, ND_FRAME_LENGTH - 14, &out);
}

/* feature: C05-011 */
START_TEST(what_is_built_is_read)
{
	struct nd_packet packet = solicitation();
	static const uint8_t group[16] = {0xff, 2, [11] = 1, 0xff, 0xcd, 0, 1};

	ck_assert(parse(&packet));
	ck_assert_int_eq(out.type, ND_SOLICITATION);
	ck_assert(out.has_mac);
	ck_assert_mem_eq(&out.mac, &mac, sizeof(mac));
	ck_assert_mem_eq(out.source, packet.source, 16);
	ck_assert_mem_eq(out.target, packet.target, 16);
	ck_assert_mem_eq(out.destination, group, 16);
	ck_assert_mem_eq(frame, to.bytes, 6);
	ck_assert_mem_eq(nd_group_mac(group).bytes, "\x33\x33\xff\xcd\x00\x01", 6);
	packet.type = ND_ADVERTISEMENT;
	packet.solicited = packet.override = true;
	put(packet.destination, "2001:db8:1::1");
	ck_assert(parse(&packet));
	ck_assert(out.solicited && out.override && !out.router);
}
END_TEST

/* feature: C05-019 */
START_TEST(a_probe_is_from_nobody)
{
	struct nd_packet packet = solicitation();
	size_t length = nd_build_probe(&packet, &to, frame);

	ck_assert_uint_eq(length, ND_FRAME_LENGTH - 8);
	ck_assert(nd_parse(ip, length - 14, &out));
	ck_assert_mem_eq(out.source, (uint8_t[16]){0}, 16);
	ck_assert_mem_eq(out.target, packet.target, 16);
	ck_assert(!out.has_mac);
	ck_assert_mem_eq(frame + 6, mac.bytes, 6);
}
END_TEST

/* feature: C01-012 */
START_TEST(what_is_not_to_be_heeded)
{
	struct nd_packet packet = solicitation();

	ck_assert(parse(&packet));
	for (size_t length = 0; length < ND_FRAME_LENGTH - 14; length++)
		ck_assert(!nd_parse(ip, length, &out));
	for (unsigned at = 40; at < ND_FRAME_LENGTH - 14; at++) {
		parse(&packet);
		ip[at] ^= 0x10;
		ck_assert_msg(!nd_parse(ip, ND_FRAME_LENGTH - 14, &out), "byte %u", at);
	}
	ck_assert(!parse_with(7, 254));   /* hop limit */
	ck_assert(!parse_with(40, 133));  /* type */
	ck_assert(!parse_with(41, 1));    /* code */
	ck_assert(!parse_with(48, 0xff)); /* a group as target */
	ck_assert(!parse_with(65, 0));    /* options of no length */
	ck_assert(!parse_with(65, 2));    /* and longer than the packet */
	ck_assert(!parse_with(66, 3));    /* a group's MAC */
	ck_assert(parse_with(64, 14));
	ck_assert(!out.has_mac);
	memset(packet.source, 0, 16);
	ck_assert(!parse(&packet)); /* nobody, with a MAC */
	packet = solicitation();
	packet.type = ND_ADVERTISEMENT;
	packet.solicited = true;
	ck_assert(!parse(&packet)); /* an answer to a group */
	put(packet.source, "ff02::1");
	packet.solicited = false;
	ck_assert(!parse(&packet));
}
END_TEST

/* feature: C22-033 */
START_TEST(who_answers)
{
	struct policy_address addresses[3] = {
	    {.interface = 1, .kind = POLICY_ADDRESS_SHARED, .prefix_length = 61},
	    {.interface = 1, .kind = POLICY_ADDRESS_PRIVATE, .prefix_length = 61},
	    {.interface = 1, .kind = POLICY_ADDRESS_PRIVATE, .prefix_length = 64}};
	struct policy policy = {.addresses = addresses, .address_count = 3};
	uint8_t shared[16], own[16], other[16], sender[16];

	ip_address_parse("2001:db8:1::1", &addresses[0].address);
	ip_address_parse("2001:db8:1::2", &addresses[1].address);
	ip_address_parse("2001:db8:9::2", &addresses[2].address);
	put(shared, "2001:db8:1::1");
	put(own, "2001:db8:1::2");
	put(other, "2001:db8:1:7::77");
	ck_assert_int_eq(nd_answer(&policy, true, 1, shared), ARP_ANSWER_SHARED);
	ck_assert_int_eq(nd_answer(&policy, false, 1, shared), ARP_SILENT);
	ck_assert_int_eq(nd_answer(&policy, false, 1, own), ARP_ANSWER_PRIVATE);
	ck_assert_int_eq(nd_answer(&policy, true, 2, shared), ARP_SILENT);
	ck_assert_int_eq(nd_answer(&policy, true, 1, other), ARP_SILENT);
	ck_assert(nd_is_own(&policy, 1, shared) && !nd_is_own(&policy, 1, other));
	ck_assert_int_eq(nd_ask_as(&policy, true, 1, other, sender), ARP_ANSWER_SHARED);
	ck_assert_mem_eq(sender, shared, 16);
	ck_assert_int_eq(nd_ask_as(&policy, false, 1, other, sender), ARP_ANSWER_PRIVATE);
	ck_assert_mem_eq(sender, own, 16);
	put(other, "2001:db8:9::77");
	ck_assert_int_eq(nd_ask_as(&policy, true, 1, other, sender), ARP_ANSWER_PRIVATE);
	ck_assert_int_eq(nd_ask_as(&policy, true, 2, other, sender), ARP_SILENT);
}
END_TEST

/* feature: C05-016 */
START_TEST(what_is_published)
{
	struct policy_arp_entry entries[3] = {{.interface = 1, .mode = POLICY_ARP_STATIC, .mac = mac},
	                                      {.interface = 1, .mode = POLICY_ARP_PUBLISH},
	                                      {.interface = 2, .mode = POLICY_ARP_PUBLISH}};
	struct policy policy = {.arp_entries = entries, .arp_entry_count = 3};
	struct nd_packet packet = solicitation();
	uint8_t first[16], second[16], ipv4[16] = {10, 1, 0, 1};

	ip_address_parse("2001:db8:1::1", &entries[0].address);
	ip_address_parse("2001:db8:1::2", &entries[1].address);
	ip_address_parse("10.1.0.1", &entries[2].address);
	put(first, "2001:db8:1::1");
	put(second, "2001:db8:1::2");
	ck_assert_ptr_null(nd_published(&policy, 1, first));
	ck_assert_ptr_eq(nd_published(&policy, 1, second), &entries[1]);
	ck_assert_ptr_null(nd_published(&policy, 2, second));
	ck_assert_ptr_null(nd_published(&policy, 2, ipv4));
	memcpy(entries[1].address.bytes, entries[2].address.bytes, 16);
	ck_assert_ptr_null(arp_published(&policy, 1, htonl(0x0a010001)));
	ck_assert_ptr_eq(arp_published(&policy, 2, htonl(0x0a010001)), &entries[2]);
	/* An answer that tells another address than it comes from is as valid. */
	nd_build(&packet, &to, frame);
	nd_set_source(frame, &to);
	ck_assert_mem_eq(frame + 6, to.bytes, 6);
	ck_assert(nd_parse(ip, ND_FRAME_LENGTH - 14, &out));
	ck_assert_mem_eq(&out.mac, &mac, sizeof(mac));
}
END_TEST

/* feature: C09-019 */
START_TEST(networks_are_published)
{
	struct policy_arp_entry entries[2] = {{.interface = 1, .mode = POLICY_ARP_PUBLISH, .host_bits = 3},
	                                      {.interface = 1, .mode = POLICY_ARP_PUBLISH, .host_bits = 12}};
	struct policy policy = {.arp_entries = entries, .arp_entry_count = 2};
	uint8_t target[16] = {0x20, 0x01, 0x0d, 0xb8, [14] = 0x1f, [15] = 0xff};

	entries[0].address = ip_address_from_ip4(0x0a010008);
	entries[1].address.version = 6;
	memcpy(entries[1].address.bytes, target, sizeof(target));
	entries[1].address.bytes[14] = 0x10;
	entries[1].address.bytes[15] = 0;
	ck_assert_ptr_eq(arp_published(&policy, 1, htonl(0x0a010008)), &entries[0]);
	ck_assert_ptr_eq(arp_published(&policy, 1, htonl(0x0a01000f)), &entries[0]);
	ck_assert_ptr_null(arp_published(&policy, 1, htonl(0x0a010010)));
	ck_assert_ptr_null(arp_published(&policy, 1, htonl(0x0a010007)));
	ck_assert_ptr_null(arp_published(&policy, 2, htonl(0x0a010008)));
	ck_assert_ptr_eq(nd_published(&policy, 1, target), &entries[1]);
	target[14] = 0x20;
	ck_assert_ptr_null(nd_published(&policy, 1, target));
	target[14] = 0x0f;
	ck_assert_ptr_null(nd_published(&policy, 1, target));
	entries[1].host_bits = 128;
	ck_assert_ptr_eq(nd_published(&policy, 1, target), &entries[1]);
	entries[0].host_bits = 32;
	ck_assert_ptr_eq(arp_published(&policy, 1, htonl(0xc0000201)), &entries[0]);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, what_is_built_is_read);
	tcase_add_test(tests, a_probe_is_from_nobody);
	tcase_add_test(tests, what_is_not_to_be_heeded);
	tcase_add_test(tests, who_answers);
	tcase_add_test(tests, what_is_published);
	tcase_add_test(tests, networks_are_published);
}

TEST_MAIN("nd", add_tests)
