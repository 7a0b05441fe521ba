/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/blacklist/blacklist.h"
#include "lib/testing.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

static struct blacklist_entry barred(uint16_t interface, const char *source)
{
	struct blacklist_entry entry = {
	    .interface = interface, .protocol_last = UINT8_MAX, .port_last = UINT16_MAX};

	ck_assert_int_eq(ip_address_parse(source, &entry.source), 0);
	return entry;
}

static struct rule_query packet(uint16_t interface, const char *source, uint8_t protocol, uint16_t port)
{
	struct rule_query query = {.source_interface = interface,
	                           .destination_interface = 2,
	                           .protocol = protocol,
	                           .destination_port = port};
	struct ip_address address, destination;

	ck_assert_int_eq(ip_address_parse(source, &address), 0);
	ck_assert_int_eq(ip_address_parse(address.version == 4 ? "192.0.2.9" : "2001:db8::9", &destination),
	                 0);
	query.version = (uint8_t)address.version;
	if (address.version == 4) {
		query.source.ip4 = ip_address_to_ip4(&address);
		query.destination.ip4 = ip_address_to_ip4(&destination);
	} else {
		memcpy(query.source.ip6, address.bytes, 16);
		memcpy(query.destination.ip6, destination.bytes, 16);
	}
	return query;
}

static bool holds(const struct blacklist_table *table, uint16_t interface, const char *source,
                  uint8_t protocol, uint16_t port)
{
	struct rule_query query = packet(interface, source, protocol, port);

	return blacklist_table_holds(table, &query, 77);
}

/* feature: C25-001 C25-004 */
START_TEST(an_entry_bars_what_it_says)
{
	struct blacklist_entry entries[] = {barred(1, "203.0.113.1"), barred(1, "203.0.113.2"),
	                                    barred(1, "2001:db8::1"), barred(1, "203.0.113.3"),
	                                    barred(1, "203.0.113.4")};
	struct blacklist_table *table;

	entries[1].protocol_first = entries[1].protocol_last = IPPROTO_TCP;
	entries[1].port_first = 80;
	entries[1].port_last = 90;
	ip_address_parse("192.0.2.10", &entries[3].destination);
	entries[4].protocol_first = entries[4].protocol_last = IPPROTO_ICMP;
	entries[4].port_first = entries[4].port_last = 77;
	ck_assert_int_eq(blacklist_table_create(entries, 5, &table), 0);
	ck_assert(holds(table, 1, "203.0.113.1", IPPROTO_UDP, 53));
	ck_assert(!holds(table, 2, "203.0.113.1", IPPROTO_UDP, 53));
	ck_assert(!holds(table, 1, "203.0.113.9", IPPROTO_UDP, 53));
	ck_assert(holds(table, 1, "203.0.113.2", IPPROTO_TCP, 90));
	ck_assert(!holds(table, 1, "203.0.113.2", IPPROTO_TCP, 91));
	ck_assert(!holds(table, 1, "203.0.113.2", IPPROTO_UDP, 90));
	ck_assert(holds(table, 1, "2001:db8::1", IPPROTO_TCP, 1));
	ck_assert(!holds(table, 1, "2001:db8::2", IPPROTO_TCP, 1));
	ck_assert(!holds(table, 1, "203.0.113.3", IPPROTO_TCP, 1));
	ip_address_parse("192.0.2.9", &entries[3].destination);
	entries[4].port_first = entries[4].port_last = 78;
	ck_assert(holds(table, 1, "203.0.113.4", IPPROTO_ICMP, 0));
	blacklist_table_destroy(table);
	ck_assert_int_eq(blacklist_table_create(entries, 5, &table), 0);
	ck_assert(holds(table, 1, "203.0.113.3", IPPROTO_TCP, 1));
	ck_assert(!holds(table, 1, "203.0.113.4", IPPROTO_ICMP, 0));
	blacklist_table_destroy(table);
}
END_TEST

START_TEST(as_many_as_there_may_be)
{
	struct blacklist_entry *entries = calloc(BLACKLIST_MAX, sizeof(*entries));
	struct blacklist_table *table;
	char text[IP_ADDRESS_TEXT];

	ck_assert_ptr_nonnull(entries);
	for (unsigned i = 0; i < BLACKLIST_MAX; i++) {
		entries[i] = barred(1, "10.0.0.0");
		entries[i].source = ip_address_from_ip4(0x0a000000 + i);
	}
	ck_assert_int_eq(blacklist_table_create(entries, BLACKLIST_MAX, &table), 0);
	for (unsigned i = 0; i < BLACKLIST_MAX; i++)
		ck_assert(holds(table, 1, ip_address_format(&entries[i].source, text), IPPROTO_TCP, 1));
	ck_assert(!holds(table, 1, "10.0.16.0", IPPROTO_TCP, 1));
	blacklist_table_destroy(table);
	free(entries);
}
END_TEST

/* feature: C25-012 C25-013 */
START_TEST(the_whitelist_covers_entries)
{
	struct ip_range ranges[3];
	uint16_t interfaces[] = {1};
	struct policy_service services[] = {
	    {.protocol_last = 255, .source_ports = {0, 65535}, .destination_ports = {0, 65535}}};
	struct policy_rule rule = {.source_interfaces = {0, 1},
	                           .source_networks = {0, 1},
	                           .destination_networks = {1, 1},
	                           .services = {0, 1}};
	struct policy policy = {.interface_ids = interfaces,
	                        .ranges = ranges,
	                        .services = services,
	                        .whitelist_rules = &rule,
	                        .whitelist_rule_count = 1};
	struct blacklist_entry entry = barred(1, "203.0.113.1");

	ip_range_parse("203.0.113.0/28", &ranges[0]);
	ip_range_parse("0.0.0.0/0", &ranges[1]);
	ip_range_parse("192.0.2.0/24", &ranges[2]);
	ck_assert(blacklist_whitelisted(&policy, &entry));
	entry.interface = 2;
	ck_assert(!blacklist_whitelisted(&policy, &entry));
	interfaces[0] = POLICY_INTERFACE_ANY;
	ck_assert(blacklist_whitelisted(&policy, &entry));
	rule.destination_networks.first = 2;
	ck_assert(!blacklist_whitelisted(&policy, &entry));
	ip_address_parse("192.0.2.1", &entry.destination);
	ck_assert(blacklist_whitelisted(&policy, &entry));
	services[0].destination_ports.last = 80;
	ck_assert(!blacklist_whitelisted(&policy, &entry));
	entry.port_last = 80;
	ck_assert(blacklist_whitelisted(&policy, &entry));
	entry = barred(1, "203.0.113.16");
	ck_assert(!blacklist_whitelisted(&policy, &entry));
	policy.whitelist_rule_count = 0;
	entry = barred(1, "203.0.113.1");
	ck_assert(!blacklist_whitelisted(&policy, &entry));
}
END_TEST

/* feature: C25-009 */
START_TEST(what_lies_within_another)
{
	struct blacklist_entry all = barred(1, "203.0.113.1"), one = all;

	one.protocol_first = one.protocol_last = IPPROTO_TCP;
	one.port_first = one.port_last = 80;
	ck_assert(blacklist_entry_within(&one, &all) && !blacklist_entry_within(&all, &one));
	ip_address_parse("192.0.2.1", &one.destination);
	ck_assert(blacklist_entry_within(&one, &all));
	all.destination = one.destination;
	ck_assert(blacklist_entry_within(&one, &all));
	ip_address_parse("192.0.2.2", &all.destination);
	ck_assert(!blacklist_entry_within(&one, &all));
	all = barred(2, "203.0.113.1");
	ck_assert(!blacklist_entry_within(&one, &all));
}
END_TEST

START_TEST(records_that_cannot_be)
{
	struct blacklist_entry entry = barred(1, "203.0.113.1"), read;

	ck_assert(blacklist_record_read(&entry, sizeof(entry), &read));
	ck_assert(!blacklist_record_read(&entry, sizeof(entry) - 1, &read));
	entry.port_first = 1;
	entry.port_last = 0;
	ck_assert(!blacklist_record_read(&entry, sizeof(entry), &read));
	entry = barred(0, "203.0.113.1");
	ck_assert(!blacklist_record_read(&entry, sizeof(entry), &read));
	entry = barred(1, "203.0.113.1");
	ip_address_parse("2001:db8::1", &entry.destination);
	ck_assert(!blacklist_record_read(&entry, sizeof(entry), &read));
	entry = barred(1, "203.0.113.1");
	memset(entry.object, 'x', sizeof(entry.object));
	ck_assert(!blacklist_record_read(&entry, sizeof(entry), &read));
	entry = barred(1, "203.0.113.1");
	entry.source.version = 5;
	ck_assert(!blacklist_record_read(&entry, sizeof(entry), &read));
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, an_entry_bars_what_it_says);
	tcase_add_test(tests, as_many_as_there_may_be);
	tcase_add_test(tests, the_whitelist_covers_entries);
	tcase_add_test(tests, what_lies_within_another);
	tcase_add_test(tests, records_that_cannot_be);
}

TEST_MAIN("blacklist", add_tests)
