/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/heartbeat.h"
#include "lib/testing.h"

#include <string.h>

static const struct heartbeat sample = {
    .cluster_id = 7,
    .role = ROLE_SLAVE,
    .active = 1,
    .ready = 1,
    .hears_peer = 1,
    .deaf = 1,
    .link_lost = 1,
    .aside = 1,
    .interface_id = 2,
    .term = 9,
    .instance = 0x1122334455667788,
    .peer_instance = 0x99,
    .sequence = 1234567890123,
    .acknowledged = 1234567890001,
    .patience_us = 40000,
    .peer_dead_us = 200000,
    .verdict = 1234567890,
    .port_mac = {{2, 0, 0, 0, 0, 9}},
    .port_interface = 300,
};

static void make_key(uint8_t fill, uint8_t key[32])
{
	uint8_t cluster_key[CLUSTER_KEY_LENGTH];

	memset(cluster_key, fill, sizeof(cluster_key));
	cluster_derive_key(cluster_key, CLUSTER_KEY_HEARTBEAT, key);
}

/* AddressSanitizer calls these; a build without it counts nothing. */
static unsigned allocations;

void __sanitizer_malloc_hook(const volatile void *address, size_t length);
void __sanitizer_free_hook(const volatile void *address);

void __sanitizer_malloc_hook(const volatile void *address, size_t length)
{
	(void)address;
	(void)length;
	allocations++;
}

void __sanitizer_free_hook(const volatile void *address)
{
	(void)address;
}

/* An allocator may wait for another thread, or give memory back for milliseconds: the heartbeat thread does without. */
START_TEST(a_heartbeat_allocates_nothing)
{
	uint8_t key[32], frame[HEARTBEAT_FRAME_LENGTH];
	enum heartbeat_verdict verdict;
	struct heartbeat out;
	unsigned counted;

	make_key(1, key);
	allocations = 0;
	heartbeat_encode(&sample, key, frame);
	verdict = heartbeat_decode(frame, sizeof(frame), 7, ROLE_MASTER, key, &out);
	counted = allocations;
	ck_assert_uint_eq(counted, 0);
	ck_assert_int_eq(verdict, HEARTBEAT_VALID);
}
END_TEST

/* feature: C22-022 */
START_TEST(a_heartbeat_survives_the_wire)
{
	uint8_t key[32], frame[HEARTBEAT_FRAME_LENGTH];
	struct heartbeat out;

	make_key(1, key);
	heartbeat_encode(&sample, key, frame);
	ck_assert_uint_eq(frame[12] << 8 | frame[13], 0xC14B);
	ck_assert_int_eq(heartbeat_decode(frame, sizeof(frame), 7, ROLE_MASTER, key, &out), HEARTBEAT_VALID);
	ck_assert_mem_eq(&out, &sample, sizeof(out));
}
END_TEST

/* feature: C22-022 C22-045 */
START_TEST(addresses_come_from_cluster_id_and_roles)
{
	static const uint8_t master_to_slave[] = {0x10, 0, 0, 7, 0xff, 1, 0x10, 0, 0, 7, 0xff, 0};
	uint8_t key[32], frame[HEARTBEAT_FRAME_LENGTH];
	struct heartbeat heartbeat = sample;

	make_key(1, key);
	heartbeat.role = ROLE_MASTER;
	heartbeat_encode(&heartbeat, key, frame);
	ck_assert_mem_eq(frame, master_to_slave, sizeof(master_to_slave));
}
END_TEST

/* feature: C22-050 C22-051 */
START_TEST(other_addresses_are_as_authentic)
{
	static const struct mac_address own = {{2, 0, 0, 0, 0, 1}}, all = {{255, 255, 255, 255, 255, 255}};
	uint8_t key[32], frame[HEARTBEAT_FRAME_LENGTH];
	struct heartbeat out;

	make_key(1, key);
	heartbeat_encode_between(&sample, &own, &all, key, frame);
	ck_assert_mem_eq(frame, &all, sizeof(all));
	ck_assert_mem_eq(frame + 6, &own, sizeof(own));
	ck_assert_int_eq(heartbeat_decode(frame, sizeof(frame), 7, ROLE_MASTER, key, &out), HEARTBEAT_VALID);
	ck_assert_mem_eq(&out, &sample, sizeof(out));
	frame[6] ^= 4;
	ck_assert_int_eq(heartbeat_decode(frame, sizeof(frame), 7, ROLE_MASTER, key, &out), HEARTBEAT_FORGED);
}
END_TEST

/* feature: C22-034 */
START_TEST(the_shared_mac_is_synthetic)
{
	static const uint8_t expected[] = {0x10, 0, 0, 5, 0, 3};
	struct mac_address mac = cluster_shared_mac(5, 3);

	ck_assert_mem_eq(mac.bytes, expected, sizeof(expected));
	mac = cluster_shared_mac(6, 3);
	ck_assert(memcmp(mac.bytes, expected, sizeof(expected)) != 0);
}
END_TEST

START_TEST(what_is_not_from_the_peer_is_refused)
{
	uint8_t key[32], other_key[32], frame[HEARTBEAT_FRAME_LENGTH];
	struct heartbeat out;

	make_key(1, key);
	make_key(2, other_key);
	heartbeat_encode(&sample, key, frame);
	ck_assert_int_eq(heartbeat_decode(frame, sizeof(frame), 7, ROLE_MASTER, other_key, &out),
	                 HEARTBEAT_FORGED);
	ck_assert_int_eq(heartbeat_decode(frame, sizeof(frame), 8, ROLE_MASTER, key, &out),
	                 HEARTBEAT_OTHER_CLUSTER);
	ck_assert_int_eq(heartbeat_decode(frame, sizeof(frame), 7, ROLE_SLAVE, key, &out),
	                 HEARTBEAT_OWN_ROLE);
	ck_assert_int_eq(heartbeat_decode(frame, sizeof(frame) - 1, 7, ROLE_MASTER, key, &out),
	                 HEARTBEAT_MALFORMED);
}
END_TEST

START_TEST(every_changed_byte_is_noticed)
{
	uint8_t key[32], frame[HEARTBEAT_FRAME_LENGTH];
	struct heartbeat out;

	make_key(1, key);
	heartbeat_encode(&sample, key, frame);
	for (size_t i = 0; i < sizeof(frame); i++) {
		frame[i] ^= 0x40;
		ck_assert_int_ne(heartbeat_decode(frame, sizeof(frame), 7, ROLE_MASTER, key, &out),
		                 HEARTBEAT_VALID);
		frame[i] ^= 0x40;
	}
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, a_heartbeat_allocates_nothing);
	tcase_add_test(tests, a_heartbeat_survives_the_wire);
	tcase_add_test(tests, addresses_come_from_cluster_id_and_roles);
	tcase_add_test(tests, other_addresses_are_as_authentic);
	tcase_add_test(tests, the_shared_mac_is_synthetic);
	tcase_add_test(tests, what_is_not_from_the_peer_is_refused);
	tcase_add_test(tests, every_changed_byte_is_noticed);
}

TEST_MAIN("heartbeat", add_tests)
