/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/address.h"
#include "lib/testing.h"

#include <errno.h>

/* feature: C02-021 */
START_TEST(leading_zeros_in_an_octet_are_decimal)
{
	struct ip_address address;
	char text[IP_ADDRESS_TEXT];

	ck_assert_int_eq(ip_address_parse("10.49.02.01", &address), 0);
	ck_assert_str_eq(ip_address_format(&address, text), "10.49.2.1");
}
END_TEST

START_TEST(what_is_not_an_address_is_refused)
{
	static const char *const bad[] = {"",          "10.0.0",      "10.0.0.256", "10.0.0.1.2",
	                                  "10.0.0.1 ", "a.b.c.d",     "1..2.3",     "0000.1.2.3",
	                                  ":::",       "2001:db8::g", "10.0.0.-1"};
	struct ip_address address = {.version = 99};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_int_eq(ip_address_parse(bad[i], &address), -EINVAL);
	ck_assert_uint_eq(address.version, 99);
}
END_TEST

/* feature: C05-002 C05-024 */
START_TEST(hosts_networks_and_ranges)
{
	static const struct {
		const char *text, *formatted;
		int error;
	} cases[] = {
	    {"192.168.0.14", "192.168.0.14", 0},
	    {"192.168.0.0/24", "192.168.0.0/24", 0},
	    {"0.0.0.0/0", "0.0.0.0/0", 0},
	    {"10.0.0.0-10.0.0.255", "10.0.0.0/24", 0},
	    {"10.0.0.1-10.0.0.6", "10.0.0.1-10.0.0.6", 0},
	    {"2001:db8::/32", "2001:db8::/32", 0},
	    {"2001:DB8::1-2001:DB8::6", "2001:db8::1-2001:db8::6", 0},
	    {"2001:db8::203.0.113.0/120", "2001:db8::cb00:7100/120", 0},
	    {"192.168.0.1/24", NULL, -EDOM},
	    {"10.0.0.6-10.0.0.1", NULL, -ERANGE},
	    {"10.0.0.0/33", NULL, -EINVAL},
	    {"10.0.0.0/", NULL, -EINVAL},
	    {"10.0.0.0/ 8", NULL, -EINVAL},
	    {"10.0.0.1-::1", NULL, -EINVAL},
	    {"10.0.0.1-", NULL, -EINVAL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ip_range range;
		char text[IP_RANGE_TEXT];

		ck_assert_int_eq(ip_range_parse(cases[i].text, &range), cases[i].error);
		if (!cases[i].error)
			ck_assert_str_eq(ip_range_format(&range, text), cases[i].formatted);
	}
}
END_TEST

START_TEST(a_range_contains_its_ends_and_no_more)
{
	struct ip_range range;
	struct ip_address address;

	ck_assert_int_eq(ip_range_parse("10.0.0.2-10.0.1.3", &range), 0);
	ip_address_parse("10.0.0.2", &address);
	ck_assert(ip_range_contains(&range, &address));
	ip_address_parse("10.0.1.3", &address);
	ck_assert(ip_range_contains(&range, &address));
	ip_address_parse("10.0.1.4", &address);
	ck_assert(!ip_range_contains(&range, &address));
	ip_address_parse("::10.0.1.2", &address);
	ck_assert(!ip_range_contains(&range, &address));
}
END_TEST

/* feature: C05-007 */
START_TEST(ethernet_addresses)
{
	struct mac_address address;
	char text[MAC_ADDRESS_TEXT];

	ck_assert_int_eq(mac_address_parse("08-a3-67-BC-2e-f2", &address), 0);
	ck_assert_str_eq(mac_address_format(&address, ':', text), "08:a3:67:bc:2e:f2");
	ck_assert_int_eq(mac_address_parse("08:a3:67:bc:2e:f2", &address), 0);
	ck_assert_str_eq(mac_address_format(&address, '-', text), "08-a3-67-bc-2e-f2");
	ck_assert_int_eq(mac_address_parse("08:a3-67:bc:2e:f2", &address), -EINVAL);
	ck_assert_int_eq(mac_address_parse("08:a3:67:bc:2e", &address), -EINVAL);
	ck_assert_int_eq(mac_address_parse("", &address), -EINVAL);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, leading_zeros_in_an_octet_are_decimal);
	tcase_add_test(tests, what_is_not_an_address_is_refused);
	tcase_add_test(tests, hosts_networks_and_ranges);
	tcase_add_test(tests, a_range_contains_its_ends_and_no_more);
	tcase_add_test(tests, ethernet_addresses);
}

TEST_MAIN("address", add_tests)
