/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/heartbeat/peer_mac.h"
#include "lib/testing.h"

#include <string.h>

#define CLUSTER 7

static const struct mac_address own = {{2, 0, 0, 0, 0, 1}}, peer = {{2, 0, 0, 0, 0, 2}},
                                other = {{2, 0, 0, 0, 0, 3}}, nobody = {{0}},
                                everyone = {{255, 255, 255, 255, 255, 255}};
static const uint8_t key[32] = {1};
static struct peer_macs macs;

static void begin(const struct mac_address *configured)
{
	struct peer_mac pairs[] = {{.interface = 1, .own = own, .peer = *configured}, {.interface = 5}};

	macs = (struct peer_macs){.count = 0};
	peer_macs_configure(&macs, pairs, 2);
}

static bool learn(uint16_t interface, struct mac_address mac)
{
	struct heartbeat heartbeat = {.port_interface = interface, .port_mac = mac};

	return peer_macs_learn(&macs, &heartbeat);
}

static bool peer_is(uint16_t interface, const struct mac_address *mac)
{
	struct mac_address found;

	return peer_macs_find(&macs, interface, &found) && memcmp(&found, mac, sizeof(found)) == 0;
}

static void frame_is(uint16_t interface, const struct mac_address *sync, struct mac_address from,
                     struct mac_address to)
{
	struct heartbeat heartbeat = {
	    .cluster_id = CLUSTER, .role = ROLE_SLAVE, .interface_id = interface, .instance = 9};
	uint8_t frame[HEARTBEAT_FRAME_LENGTH];
	struct heartbeat out;

	peer_macs_encode(&macs, &heartbeat, sync, key, frame);
	ck_assert_mem_eq(frame, &to, sizeof(to));
	ck_assert_mem_eq(frame + 6, &from, sizeof(from));
	ck_assert_int_eq(heartbeat_decode(frame, sizeof(frame), CLUSTER, ROLE_MASTER, key, &out),
	                 HEARTBEAT_VALID);
}

/* feature: C22-051 */
START_TEST(the_peers_address_is_learned_from_what_it_tells)
{
	begin(&nobody);
	ck_assert(!peer_is(1, &peer));
	ck_assert(learn(1, peer));
	ck_assert(peer_is(1, &peer));
	ck_assert(!learn(1, peer));
	ck_assert(learn(1, other));
	ck_assert(peer_is(1, &other));
	/* Nothing, a group's, and that of an interface that does not use it. */
	ck_assert(!learn(1, nobody));
	ck_assert(!learn(1, everyone));
	ck_assert(!learn(2, peer));
	ck_assert(!peer_is(2, &peer));
	ck_assert(peer_is(1, &other));
}
END_TEST

/* feature: C22-051 C22-053 */
START_TEST(a_configured_address_serves_until_the_peer_tells_its_own)
{
	struct peer_mac again = {.interface = 1, .own = own, .peer = other};

	begin(&peer);
	ck_assert(peer_is(1, &peer));
	frame_is(1, NULL, own, peer);
	ck_assert(learn(1, other));
	frame_is(1, NULL, own, other);
	again.peer = peer;
	peer_macs_configure(&macs, &again, 1);
	ck_assert(peer_is(1, &other));
	ck_assert(!peer_is(5, &other));
}
END_TEST

/* feature: C22-050 C22-051 C22-055 */
START_TEST(heartbeats_have_the_addresses_of_their_interface)
{
	struct mac_address sync = {{2, 0, 0, 0, 3, 3}}, made_up[] = {heartbeat_mac(CLUSTER, ROLE_MASTER),
	                                                             heartbeat_mac(CLUSTER, ROLE_SLAVE)};

	begin(&nobody);
	frame_is(1, NULL, own, made_up[0]);
	ck_assert(learn(1, peer));
	frame_is(1, NULL, own, peer);
	frame_is(2, NULL, made_up[1], made_up[0]);
	frame_is(3, &sync, sync, everyone);
	/* Without any such interface nothing is different. */
	peer_macs_configure(&macs, NULL, 0);
	frame_is(1, NULL, made_up[1], made_up[0]);
	frame_is(3, &sync, made_up[1], made_up[0]);
}
END_TEST

/* feature: C22-051 */
START_TEST(addresses_are_told_in_turn)
{
	struct peer_mac pairs[] = {
	    {.interface = 1, .own = own}, {.interface = 5, .own = other}, {.interface = 6}};
	struct heartbeat heartbeat;
	unsigned seen[7] = {0};

	peer_macs_configure(&macs, pairs, 3);
	for (unsigned i = 0; i < 6; i++) {
		memset(&heartbeat, 0xff, sizeof(heartbeat));
		peer_macs_tell(&macs, &heartbeat);
		ck_assert_uint_lt(heartbeat.port_interface, 7);
		seen[heartbeat.port_interface]++;
		if (heartbeat.port_interface == 5)
			ck_assert_mem_eq(&heartbeat.port_mac, &other, sizeof(other));
	}
	/* One without a port has nothing to tell. */
	ck_assert_uint_eq(seen[1], 2);
	ck_assert_uint_eq(seen[5], 2);
	ck_assert_uint_eq(seen[0], 2);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, the_peers_address_is_learned_from_what_it_tells);
	tcase_add_test(tests, a_configured_address_serves_until_the_peer_tells_its_own);
	tcase_add_test(tests, heartbeats_have_the_addresses_of_their_interface);
	tcase_add_test(tests, addresses_are_told_in_turn);
}

TEST_MAIN("peer_mac", add_tests)
