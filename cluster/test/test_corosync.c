/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/corosync/configuration.h"
#include "lib/messages/cluster.h"
#include "lib/spare_link.h"
#include "lib/testing.h"

#include <errno.h>
#include <string.h>

static struct message_cluster_configuration configuration(void)
{
	struct message_cluster_configuration made = {.enabled = 1, .cluster_id = 9, .link_count = 1};

	ip_address_parse("192.0.2.1", &made.links[0].address[ROLE_MASTER]);
	ip_address_parse("192.0.2.2", &made.links[0].address[ROLE_SLAVE]);
	return made;
}

/* feature: C22-005 C22-045 */
START_TEST(the_nodes_meet_encrypted_on_the_sync_interface)
{
	struct message_cluster_configuration made = configuration();
	char text[4096];

	ck_assert_int_eq(corosync_render(&made, "/run/x", text, sizeof(text)), 0);
	ck_assert_ptr_nonnull(strstr(text, "cluster_name: hadrian-9\n"));
	ck_assert_ptr_nonnull(strstr(text, "crypto_cipher: aes256\n"));
	ck_assert_ptr_nonnull(strstr(text, "ring0_addr: 192.0.2.1\n"));
	ck_assert_ptr_nonnull(strstr(text, "ring0_addr: 192.0.2.2\n"));
}
END_TEST

/* feature: C22-031 */
START_TEST(the_sync_interface_comes_before_spare_links)
{
	struct message_cluster_configuration made = configuration();
	char text[4096];
	const char *sync, *spare;

	made.link_count = CLUSTER_LINKS_MAX;
	for (uint16_t link = 1; link < CLUSTER_LINKS_MAX; link++)
		made.links[link] = (struct message_cluster_link){
		    .address = {spare_link_address(link, ROLE_MASTER), spare_link_address(link, ROLE_SLAVE)},
		    .spare = 1};
	ck_assert_int_eq(corosync_render(&made, "/run/x", text, sizeof(text)), 0);
	sync = strstr(text, "linknumber: 0\n\t\tknet_link_priority: 8\n");
	spare = strstr(text, "linknumber: 7\n\t\tknet_link_priority: 1\n\t\tmcastport: 5412\n");
	ck_assert(sync && spare && sync < spare);
	ck_assert_ptr_nonnull(strstr(text, "link_mode: passive\n"));
	ck_assert_ptr_nonnull(strstr(text, "ring7_addr: fd5c:93e1:4b07:7::2\n"));
	ck_assert_ptr_nonnull(strstr(text, "ring7_addr: fd5c:93e1:4b07:7::3\n"));
}
END_TEST

START_TEST(a_running_corosync_takes_links_at_the_end)
{
	struct message_cluster_configuration before = configuration(), after = configuration();

	after.links[1] = (struct message_cluster_link){
	    .address = {spare_link_address(1, ROLE_MASTER), spare_link_address(1, ROLE_SLAVE)}, .spare = 1};
	after.link_count = 2;
	ck_assert(corosync_same_links(&before, &after));
	ck_assert(corosync_same_links(&after, &before));
	before = after;
	before.links[1].address[0] = spare_link_address(2, ROLE_MASTER);
	ck_assert(!corosync_same_links(&before, &after));
	before = after;
	before.role = ROLE_SLAVE;
	ck_assert(!corosync_same_links(&before, &after));
}
END_TEST

START_TEST(a_cluster_without_a_link_is_refused)
{
	struct message_cluster_configuration made = configuration();
	char text[4096];

	made.link_count = 0;
	ck_assert_int_eq(corosync_render(&made, "/run/x", text, sizeof(text)), -EINVAL);
	made.link_count = CLUSTER_LINKS_MAX + 1;
	ck_assert_int_eq(corosync_render(&made, "/run/x", text, sizeof(text)), -EINVAL);
	made.link_count = 1;
	ck_assert_int_eq(corosync_render(&made, "/run/x", text, 100), -ENOSPC);
}
END_TEST

/* The heartbeats' key and Corosync's come from one file and tell nothing of it or of each other. */
START_TEST(the_derived_key_is_not_the_cluster_key)
{
	uint8_t cluster_key[CLUSTER_KEY_LENGTH] = {1, 2, 3}, key[COROSYNC_KEY_LENGTH],
	        again[COROSYNC_KEY_LENGTH];

	ck_assert_int_eq(corosync_derive_key(cluster_key, key), 0);
	ck_assert_int_eq(corosync_derive_key(cluster_key, again), 0);
	ck_assert_mem_eq(key, again, sizeof(key));
	ck_assert_mem_ne(key, cluster_key, CLUSTER_KEY_LENGTH);
	cluster_key[31] = 1;
	ck_assert_int_eq(corosync_derive_key(cluster_key, again), 0);
	ck_assert_mem_ne(key, again, sizeof(key));
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, the_nodes_meet_encrypted_on_the_sync_interface);
	tcase_add_test(tests, the_sync_interface_comes_before_spare_links);
	tcase_add_test(tests, a_running_corosync_takes_links_at_the_end);
	tcase_add_test(tests, a_cluster_without_a_link_is_refused);
	tcase_add_test(tests, the_derived_key_is_not_the_cluster_key);
}

TEST_MAIN("corosync", add_tests)
