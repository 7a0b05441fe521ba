/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/identity/identity.h"
#include "lib/testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct message_cluster_identity own, peer, read_back;
static uint8_t packed[sizeof(struct message_cluster_identity)];
static char text[IDENTITY_TEXT];

static void add(struct message_cluster_identity *identity, const char *type, const char *name,
                const char *ha_type, uint32_t id)
{
	struct cluster_interface *interface = &identity->interfaces[identity->interface_count++];

	snprintf(interface->type, sizeof(interface->type), "%s", type);
	snprintf(interface->name, sizeof(interface->name), "%s", name);
	snprintf(interface->ha_type, sizeof(interface->ha_type), "%s", ha_type);
	interface->id = id;
}

static void begin(void)
{
	memset(&own, 0, sizeof(own));
	own.interface_length = sizeof(own.interfaces[0]);
	strcpy(own.version, "1.2");
	own.platform = (struct cluster_platform){.build = "abc", .max_flows = 262144, .workers = 2};
	add(&own, "EthernetInterface", "if1", "Critical", 1);
	add(&own, "VLAN", "vl", "NonCritical", 7);
	peer = own;
}

/* feature: C22-066 C22-016 */
START_TEST(two_that_are_alike_differ_in_nothing)
{
	begin();
	ck_assert(!identity_differences(&own, &peer, text));
	ck_assert_str_eq(text, "");
}
END_TEST

/* feature: C22-066 */
START_TEST(another_id_is_told_in_the_guide_s_words)
{
	begin();
	peer.interfaces[1].id = 9;
	ck_assert(identity_differences(&own, &peer, text));
	ck_assert_str_eq(text, "In VLAN vl: Interface ID change of 'vl'(7->9) is not supported.");
}
END_TEST

/* feature: C22-012 C22-015 */
START_TEST(names_and_types_of_interfaces_are_compared)
{
	begin();
	strcpy(peer.interfaces[0].ha_type, "Sync");
	strcpy(peer.interfaces[1].name, "vx");
	ck_assert(identity_differences(&own, &peer, text));
	ck_assert_str_eq(text, "In EthernetInterface if1: HAType is Critical here and Sync at the peer.\n"
	                       "In VLAN vl: the peer has none of that name.\n"
	                       "In VLAN vx: only the peer has one of that name.");
}
END_TEST

/* feature: C22-016 C22-069 */
START_TEST(another_release_is_told_and_is_no_fault)
{
	begin();
	strcpy(peer.version, "1.3");
	ck_assert(!identity_differences(&own, &peer, text));
	ck_assert_str_eq(text, "The peer runs release 1.3, this node 1.2.");
}
END_TEST

/* feature: C22-016 C22-069 */
START_TEST(another_build_of_a_release_is_told_and_is_no_fault)
{
	begin();
	strcpy(peer.platform.build, "abd+");
	ck_assert(!identity_differences(&own, &peer, text));
	ck_assert_str_eq(text, "The peer runs build abd+ of release 1.2, this node abc.");
	/* Of another release it is another one anyway. */
	strcpy(peer.version, "1.3");
	ck_assert(!identity_differences(&own, &peer, text));
	ck_assert_str_eq(text, "The peer runs release 1.3, this node 1.2.");
}
END_TEST

/* feature: C22-016 C22-069 */
START_TEST(datapaths_of_other_sizes_are_told)
{
	begin();
	peer.platform.max_flows = 65536;
	peer.platform.workers = 1;
	ck_assert(!identity_differences(&own, &peer, text));
	ck_assert_str_eq(
	    text,
	    "The peer's datapath holds 65536 flows, this node's 262144: start both with the same "
	    "--max-flows.\n"
	    "Workers of the peer's datapath: 1, of this node's: 2; start both with the same --workers.");
}
END_TEST

/* feature: C22-056 C22-069 */
START_TEST(what_an_earlier_release_does_not_tell_is_no_difference)
{
	size_t length;

	begin();
	length = message_cluster_identity_pack(&peer, packed) - sizeof(peer.platform);
	ck_assert(identity_read(packed, length, &read_back));
	ck_assert_uint_eq(read_back.interface_count, 2);
	ck_assert_uint_eq(read_back.platform.max_flows, 0);
	ck_assert(!identity_differences(&own, &read_back, text));
	ck_assert_str_eq(text, "");
	/* Nor what this node does not know: its datapath has not come yet. */
	own.platform = (struct cluster_platform){0};
	ck_assert(!identity_differences(&own, &peer, text));
	ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(what_does_not_fit_is_left_out_whole)
{
	begin();
	peer.interface_count = 0;
	for (uint32_t i = 0; i < CLUSTER_INTERFACES_MAX - 2; i++)
		add(&own, "VLAN", "vlan-of-many", "NonCritical", i + 10);
	ck_assert(identity_differences(&own, &peer, text));
	ck_assert_uint_lt(strlen(text), IDENTITY_TEXT);
	ck_assert_str_eq(text + strlen(text) - 5, "name.");
}
END_TEST

START_TEST(what_was_sent_is_read_and_cut_anywhere_it_is_not)
{
	size_t length, interfaces;

	begin();
	peer.interfaces[1].name[0] = 7; /* to be printed nowhere */
	memset(peer.platform.build, 7, sizeof(peer.platform.build));
	length = message_cluster_identity_pack(&peer, packed);
	interfaces = length - sizeof(peer.platform);
	ck_assert(identity_read(packed, length, &read_back));
	ck_assert_uint_eq(read_back.interface_count, 2);
	ck_assert_str_eq(read_back.interfaces[1].name, "?l");
	ck_assert_uint_eq(read_back.platform.workers, 2);
	ck_assert_uint_eq(strspn(read_back.platform.build, "?"), sizeof(peer.platform.build) - 1);
	for (size_t cut = 0; cut < length; cut++) {
		void *copy = malloc(cut ? cut : 1); /* exact, for the sanitizer */

		memcpy(copy, packed, cut);
		ck_assert(identity_read(copy, cut, &read_back) == (cut >= interfaces));
		ck_assert_uint_eq(read_back.platform.workers, 0);
		free(copy);
	}
	peer.interface_length = sizeof(peer.interfaces[0]) - 1;
	length = message_cluster_identity_pack(&peer, packed);
	ck_assert(!identity_read(packed, length, &read_back));
}
END_TEST

START_TEST(a_later_release_may_send_longer_entries)
{
	uint8_t bytes[sizeof(struct message_cluster_identity)];
	size_t head = offsetof(struct message_cluster_identity, interfaces), each = sizeof(own.interfaces[0]);

	begin();
	own.interface_length = (uint32_t)each + 8;
	memset(bytes, 0x41, sizeof(bytes));
	memcpy(bytes, &own, head);
	memcpy(bytes + head, &own.interfaces[0], each);
	memcpy(bytes + head + each + 8, &own.interfaces[1], each);
	memcpy(bytes + head + 2 * (each + 8), &own.platform, sizeof(own.platform));
	/* And more behind all that this one knows. */
	ck_assert(identity_read(bytes, head + 2 * (each + 8) + sizeof(own.platform) + 8, &read_back));
	ck_assert_str_eq(read_back.interfaces[1].name, "vl");
	ck_assert_uint_eq(read_back.interfaces[1].id, 7);
	ck_assert_uint_eq(read_back.platform.max_flows, 262144);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, two_that_are_alike_differ_in_nothing);
	tcase_add_test(tests, another_id_is_told_in_the_guide_s_words);
	tcase_add_test(tests, names_and_types_of_interfaces_are_compared);
	tcase_add_test(tests, another_release_is_told_and_is_no_fault);
	tcase_add_test(tests, another_build_of_a_release_is_told_and_is_no_fault);
	tcase_add_test(tests, datapaths_of_other_sizes_are_told);
	tcase_add_test(tests, what_an_earlier_release_does_not_tell_is_no_difference);
	tcase_add_test(tests, what_does_not_fit_is_left_out_whole);
	tcase_add_test(tests, what_was_sent_is_read_and_cut_anywhere_it_is_not);
	tcase_add_test(tests, a_later_release_may_send_longer_entries);
}

TEST_MAIN("identity", add_tests)
