/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/policy.h"
#include "lib/testing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void add_interface(struct policy_builder *builder, const char *name, uint16_t id)
{
	struct policy_interface interface = {.id = id, .mtu = 1500};

	strcpy(interface.name, name);
	strcpy(interface.device, name);
	ck_assert_int_eq(policy_builder_interface(builder, &interface), 0);
}

static void *build(size_t *length)
{
	struct policy_builder *builder = policy_builder_create();
	struct policy_route route = {.interface = 2};
	struct policy_service any_service = {
	    .protocol_last = 255, .icmp_type_last = 255, .icmp_code_last = 255};
	struct policy_rule rule = {
	    .name = "lan_to_wan",
	    .source_interfaces = {0, 1},
	    .destination_interfaces = {1, 1},
	    .source_networks = {0, 1},
	    .destination_networks = {0, 1},
	    .services = {0, 1},
	    .index = 1,
	};
	struct ip_range all;
	void *blob;

	any_service.source_ports.last = any_service.destination_ports.last = 65535;
	ip_range_parse("0.0.0.0/0", &all);
	route.network = all;
	policy_builder_settings(builder)->workers = 1;
	add_interface(builder, "if1", 1);
	add_interface(builder, "if2", 2);
	policy_builder_route(builder, &route);
	policy_builder_interface_id(builder, 1);
	policy_builder_interface_id(builder, POLICY_INTERFACE_ANY);
	policy_builder_range(builder, &all);
	policy_builder_service(builder, &any_service);
	policy_builder_rule(builder, &rule);
	ck_assert_int_eq(policy_builder_finish(builder, 42, &blob, length), 0);
	policy_builder_destroy(builder);
	return blob;
}

START_TEST(what_was_built_can_be_opened)
{
	struct policy policy;
	char reason[128];
	size_t length;
	void *blob = build(&length);

	ck_assert_msg(policy_open(blob, length, &policy, reason) == 0, "%s", reason);
	ck_assert_uint_eq(policy.header->generation, 42);
	ck_assert_uint_eq(policy.rule_count, 1);
	ck_assert_str_eq(policy.rules[0].name, "lan_to_wan");
	ck_assert_str_eq(policy_interface_by_id(&policy, 2)->name, "if2");
	ck_assert_ptr_null(policy_interface_by_id(&policy, 3));
	free(blob);
}
END_TEST

START_TEST(a_blob_of_another_length_is_refused)
{
	struct policy policy;
	char reason[128];
	size_t length;
	void *blob = build(&length);

	for (size_t cut = 0; cut < length; cut++) {
		ck_assert_int_eq(policy_open(blob, cut, &policy, reason), -EBADMSG);
		ck_assert(reason[0]);
	}
	free(blob);
}
END_TEST

/* Whatever one 32-bit word says, opening either refuses it or leaves every reference inside the blob. */
START_TEST(no_single_word_leads_outside)
{
	static const uint32_t values[] = {0, 1, 7, 0x7fffffff, 0xffffffff, 0xfffffff8};
	size_t length;
	uint8_t *blob = build(&length);

	for (size_t at = 0; at + 4 <= length; at += 4) {
		for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
			struct policy policy;
			char reason[128];
			uint32_t saved;

			memcpy(&saved, blob + at, 4);
			memcpy(blob + at, &values[i], 4);
			if (policy_open(blob, length, &policy, reason) == 0 && policy.rule_count) {
				const struct policy_rule *rule = &policy.rules[policy.rule_count - 1];

				ck_assert_uint_le(rule->services.first + rule->services.count,
				                  policy.service_count);
				ck_assert((const uint8_t *)(rule + 1) <= blob + length);
			}
			memcpy(blob + at, &saved, 4);
		}
	}
	free(blob);
}
END_TEST

START_TEST(a_rule_past_the_end_is_named)
{
	struct policy policy;
	char reason[128];
	size_t length;
	uint8_t *blob = build(&length);
	struct policy_rule *rule;

	ck_assert_int_eq(policy_open(blob, length, &policy, reason), 0);
	rule = (struct policy_rule *)(blob + policy.header->rules.offset);
	rule->services.count = 2;
	ck_assert_int_eq(policy_open(blob, length, &policy, reason), -EBADMSG);
	ck_assert_str_eq(reason, "rule 0: refers past the end of an array");
	free(blob);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, what_was_built_can_be_opened);
	tcase_add_test(tests, a_blob_of_another_length_is_refused);
	tcase_add_test(tests, no_single_word_leads_outside);
	tcase_add_test(tests, a_rule_past_the_end_is_named);
}

TEST_MAIN("policy", add_tests)
