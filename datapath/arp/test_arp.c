/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/arp/address.h"
#include "datapath/arp/packet.h"
#include "datapath/arp/record.h"
#include "lib/testing.h"

#include <arpa/inet.h>
#include <string.h>

static const struct mac_address own = {{0x02, 0, 0, 0, 0, 1}}, other = {{0x02, 0, 0, 0, 0, 2}};

static struct ip_address address(const char *text)
{
	struct ip_address result;

	ck_assert_int_eq(ip_address_parse(text, &result), 0);
	return result;
}

static void request(uint8_t frame[ARP_FRAME_LENGTH], const char *sender, const char *target)
{
	struct arp_packet packet = {.operation = ARP_REQUEST,
	                            .sender_mac = other,
	                            .sender = inet_addr(sender),
	                            .target = inet_addr(target)};

	arp_build(&packet, &arp_broadcast, frame);
}

/* feature: C04-001 */
START_TEST(what_is_built_is_read_again)
{
	uint8_t frame[ARP_FRAME_LENGTH];
	struct arp_packet packet;

	request(frame, "10.1.0.10", "10.1.0.1");
	ck_assert(arp_parse(frame, sizeof(frame), &packet));
	ck_assert_int_eq(packet.operation, ARP_REQUEST);
	ck_assert_mem_eq(&packet.sender_mac, &other, 6);
	ck_assert_uint_eq(packet.sender, inet_addr("10.1.0.10"));
	ck_assert_uint_eq(packet.target, inet_addr("10.1.0.1"));
	ck_assert_mem_eq(frame, arp_broadcast.bytes, 6);
}
END_TEST

static bool readable(const uint8_t frame[ARP_FRAME_LENGTH], size_t length)
{
	struct arp_packet packet;

	return arp_parse(frame, length, &packet);
}

static void check_damage(size_t offset, uint8_t value)
{
	uint8_t frame[ARP_FRAME_LENGTH];

	request(frame, "10.1.0.10", "10.1.0.1");
	frame[offset] = value;
	ck_assert_msg(!readable(frame, sizeof(frame)), "byte %zu set to %u", offset, value);
}

/* feature: C04-001 */
START_TEST(malformed_frames_are_refused)
{
	uint8_t frame[ARP_FRAME_LENGTH];

	request(frame, "10.1.0.10", "10.1.0.1");
	for (size_t length = 0; length < sizeof(frame); length++)
		ck_assert(!readable(frame, length));
	check_damage(12, 0x86); /* EtherType */
	check_damage(15, 6);    /* hardware */
	check_damage(16, 0x86); /* protocol */
	check_damage(18, 8);    /* length of a hardware address */
	check_damage(19, 16);   /* length of a protocol address */
	check_damage(21, 3);    /* operation: RARP */
	check_damage(22, 0x03); /* the sender's MAC is a group's, and not the frame's */
	check_damage(27, 9);    /* the sender's MAC is not the frame's */
	check_damage(28, 127);
	check_damage(28, 224);
	check_damage(28, 0);
}
END_TEST

/* feature: C04-001 */
START_TEST(a_probe_has_no_sender)
{
	uint8_t frame[ARP_FRAME_LENGTH];

	request(frame, "0.0.0.0", "10.1.0.1");
	ck_assert(readable(frame, sizeof(frame)));
	frame[21] = ARP_REPLY;
	ck_assert(!readable(frame, sizeof(frame)));
}
END_TEST

static struct policy_address addresses[3];
static struct policy policy = {.addresses = addresses, .address_count = 3};

static void cluster_addresses(void)
{
	addresses[0] = (struct policy_address){1, POLICY_ADDRESS_SHARED, 24, address("10.1.0.1")};
	addresses[1] = (struct policy_address){1, POLICY_ADDRESS_PRIVATE, 24, address("10.1.0.2")};
	addresses[2] = (struct policy_address){2, POLICY_ADDRESS_PRIVATE, 8, address("127.0.0.1")};
}

/* feature: C22-033 C22-034 C22-041 */
START_TEST(only_the_active_answers_for_shared_addresses)
{
	cluster_addresses();
	ck_assert_int_eq(arp_answer(&policy, true, 1, inet_addr("10.1.0.1")), ARP_ANSWER_SHARED);
	ck_assert_int_eq(arp_answer(&policy, false, 1, inet_addr("10.1.0.1")), ARP_SILENT);
	ck_assert_int_eq(arp_answer(&policy, true, 1, inet_addr("10.1.0.2")), ARP_ANSWER_PRIVATE);
	ck_assert_int_eq(arp_answer(&policy, false, 1, inet_addr("10.1.0.2")), ARP_ANSWER_PRIVATE);
	ck_assert_int_eq(arp_answer(&policy, true, 1, inet_addr("10.1.0.3")), ARP_SILENT);
	ck_assert_int_eq(arp_answer(&policy, true, 2, inet_addr("10.1.0.1")), ARP_SILENT);
}
END_TEST

/* feature: C22-042 */
START_TEST(a_private_address_that_is_not_used_is_silent)
{
	uint32_t sender;

	cluster_addresses();
	ck_assert_int_eq(arp_answer(&policy, true, 2, inet_addr("127.0.0.1")), ARP_SILENT);
	ck_assert_int_eq(arp_ask_as(&policy, true, 2, inet_addr("10.2.0.1"), &sender), ARP_SILENT);
}
END_TEST

/* feature: C22-033 */
START_TEST(the_inactive_asks_as_itself)
{
	uint32_t sender;

	cluster_addresses();
	ck_assert_int_eq(arp_ask_as(&policy, true, 1, inet_addr("10.1.0.10"), &sender), ARP_ANSWER_SHARED);
	ck_assert_uint_eq(sender, inet_addr("10.1.0.1"));
	ck_assert_int_eq(arp_ask_as(&policy, false, 1, inet_addr("10.1.0.10"), &sender), ARP_ANSWER_PRIVATE);
	ck_assert_uint_eq(sender, inet_addr("10.1.0.2"));
}
END_TEST

/* feature: C04-001 */
START_TEST(the_address_of_the_network_is_asked_from)
{
	uint32_t sender;

	addresses[0] = (struct policy_address){1, POLICY_ADDRESS_PRIVATE, 24, address("10.1.0.1")};
	addresses[1] = (struct policy_address){1, POLICY_ADDRESS_PRIVATE, 24, address("10.2.0.1")};
	addresses[2] = (struct policy_address){1, POLICY_ADDRESS_PRIVATE, 24, address("10.3.0.1")};
	ck_assert_int_eq(arp_ask_as(&policy, true, 1, inet_addr("10.2.0.9"), &sender), ARP_ANSWER_PRIVATE);
	ck_assert_uint_eq(sender, inet_addr("10.2.0.1"));
	ck_assert(arp_is_own(&policy, 1, inet_addr("10.3.0.1")));
	ck_assert(!arp_is_own(&policy, 2, inet_addr("10.3.0.1")));
}
END_TEST

START_TEST(records_of_other_versions_are_read_or_refused)
{
	struct {
		struct neighbour_record record;
		uint8_t later[4];
	} sent = {.record = {.interface = 1, .mac = own, .next_hop = inet_addr("10.1.0.10")}};
	struct ip_address next_hop, read;
	struct neighbour_record record;
	uint32_t length;

	ck_assert(neighbour_record_read(&sent, sizeof(sent), &record));
	ck_assert_mem_eq(&record, &sent.record, sizeof(record));
	ck_assert(neighbour_record_read(&sent, NEIGHBOUR_RECORD_LENGTH_1, &record));
	ck_assert(!neighbour_record_read(&sent, NEIGHBOUR_RECORD_LENGTH_1 - 1, &record));
	/* Of IPv6 a reader of version 1 takes nothing. */
	ck_assert_int_eq(ip_address_parse("2001:db8::1", &next_hop), 0);
	ck_assert_uint_eq(neighbour_record_write(1, &next_hop, &own, &sent.record, &length), 2);
	ck_assert(neighbour_record_read(&sent, length, &record));
	read = neighbour_record_next_hop(&record);
	ck_assert_int_eq(ip_address_compare(&read, &next_hop), 0);
	ck_assert(!neighbour_record_read(&sent, NEIGHBOUR_RECORD_LENGTH_1, &record));
	sent.record.mac.bytes[0] = 1;
	ck_assert(!neighbour_record_read(&sent, sizeof(sent), &record));
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, what_is_built_is_read_again);
	tcase_add_test(tests, malformed_frames_are_refused);
	tcase_add_test(tests, a_probe_has_no_sender);
	tcase_add_test(tests, only_the_active_answers_for_shared_addresses);
	tcase_add_test(tests, a_private_address_that_is_not_used_is_silent);
	tcase_add_test(tests, the_inactive_asks_as_itself);
	tcase_add_test(tests, the_address_of_the_network_is_asked_from);
	tcase_add_test(tests, records_of_other_versions_are_read_or_refused);
}

TEST_MAIN("arp", add_tests)
