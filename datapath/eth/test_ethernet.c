/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/eth/ethernet.h"
#include "lib/testing.h"

#include <string.h>

#define OWN    0x010000000002ULL /* 02:00:00:00:00:01 */
#define SHARED 0x010001000010ULL /* 10:00:01:00:01:00 */
#define PEER   0x020000000002ULL

static enum ethernet_verdict judge(uint64_t destination, uint16_t type, uint64_t shared_mac, bool active,
                                   bool *shared, enum counter *reason)
{
	uint64_t source = PEER;
	uint8_t frame[64] = {0};

	memcpy(frame, &destination, 6);
	memcpy(frame + 6, &source, 6);
	frame[12] = (uint8_t)(type >> 8);
	frame[13] = (uint8_t)type;
	return ethernet_judge(frame, sizeof(frame), OWN, shared_mac, active, shared, reason);
}

/* feature: C22-050 */
START_TEST(a_devices_own_address_is_that_of_shared_addresses_too)
{
	enum counter reason;
	bool shared;

	/* Which node answers for them is told by the addresses inside. */
	ck_assert_int_eq(judge(OWN, RTE_ETHER_TYPE_IPV4, OWN, false, &shared, &reason), ETHERNET_IPV4);
	ck_assert(shared);
	ck_assert_int_eq(judge(OWN, RTE_ETHER_TYPE_IPV6, OWN, true, &shared, &reason), ETHERNET_IPV6);
	ck_assert_int_eq(judge(PEER, RTE_ETHER_TYPE_IPV4, OWN, true, &shared, &reason), ETHERNET_DROP);
	ck_assert_int_eq(reason, COUNTER_DROP_ETHERNET_DESTINATION);
	ck_assert_int_eq(judge(SHARED, RTE_ETHER_TYPE_IPV4, SHARED, false, &shared, &reason), ETHERNET_DROP);
	ck_assert_int_eq(reason, COUNTER_DROP_INACTIVE);
}
END_TEST

/* feature: C22-050 C22-031 */
START_TEST(spare_links_use_the_addresses_that_heartbeats_use)
{
	enum counter reason;
	bool shared;

	ck_assert_int_eq(judge(OWN, SPARE_LINK_ETHERTYPE, OWN, false, &shared, &reason), ETHERNET_SPARE_LINK);
	ck_assert_int_eq(judge(OWN, SPARE_LINK_ETHERTYPE, SHARED, true, &shared, &reason), ETHERNET_DROP);
	ck_assert_int_eq(reason, COUNTER_DROP_ETHERTYPE);
	ck_assert_int_eq(judge(0x00ff01000010ULL, SPARE_LINK_ETHERTYPE, SHARED, true, &shared, &reason),
	                 ETHERNET_SPARE_LINK);
	ck_assert_int_eq(judge(OWN, HEARTBEAT_ETHERTYPE, OWN, false, &shared, &reason), ETHERNET_HEARTBEAT);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, a_devices_own_address_is_that_of_shared_addresses_too);
	tcase_add_test(tests, spare_links_use_the_addresses_that_heartbeats_use);
}

TEST_MAIN("ethernet", add_tests)
