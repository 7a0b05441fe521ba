/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/port/kernel_device.h"
#include "lib/testing.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>

#define COUNT  70
#define WORDS  3
#define NUMBER 37 /* of rx-vlan-filter */

/* Stands in for the kernel, which answers ioctls as ethtool_get_features and ethtool_set_features do. */
static struct {
	bool named, fixed;
	uint32_t active[WORDS];
	uint8_t mac[6];
} device;

static void give_names(struct ethtool_gstrings *names)
{
	ck_assert_uint_eq(names->string_set, ETH_SS_FEATURES);
	for (unsigned i = 0; i < COUNT; i++)
		snprintf((char *)names->data + (size_t)i * ETH_GSTRING_LEN, ETH_GSTRING_LEN, "%s",
		         i == NUMBER && device.named ? "rx-vlan-filter" : "tx-else");
}

static void give_features(struct ethtool_gfeatures *features)
{
	ck_assert_uint_ge(features->size, WORDS);
	features->size = WORDS;
	for (unsigned i = 0; i < WORDS; i++)
		features->features[i].active = device.active[i];
}

static int set_features(const struct ethtool_sfeatures *features)
{
	if (features->size != WORDS)
		return -EINVAL;
	for (unsigned i = 0; i < WORDS && !device.fixed; i++)
		device.active[i] = (device.active[i] & ~features->features[i].valid) |
		                   (features->features[i].requested & features->features[i].valid);
	return 0;
}

int kernel_device_request(const char *name, unsigned long command, struct ifreq *ifreq)
{
	uint32_t order;

	ck_assert_str_eq(name, "lan0");
	if (command == SIOCSIFHWADDR) {
		ck_assert_int_eq(ifreq->ifr_hwaddr.sa_family, ARPHRD_ETHER);
		memcpy(device.mac, ifreq->ifr_hwaddr.sa_data, sizeof(device.mac));
		return 0;
	}
	ck_assert_uint_eq(command, SIOCETHTOOL);
	memcpy(&order, ifreq->ifr_data, sizeof(order));
	if (order == ETHTOOL_GSSET_INFO)
		((struct ethtool_sset_info *)ifreq->ifr_data)->data[0] = COUNT;
	else if (order == ETHTOOL_GSTRINGS)
		give_names((struct ethtool_gstrings *)ifreq->ifr_data);
	else if (order == ETHTOOL_GFEATURES)
		give_features((struct ethtool_gfeatures *)ifreq->ifr_data);
	else if (order == ETHTOOL_SFEATURES)
		return set_features((struct ethtool_sfeatures *)ifreq->ifr_data);
	else if (order == ETHTOOL_GPERMADDR) {
		((struct ethtool_perm_addr *)ifreq->ifr_data)->size = 6;
		memcpy(((struct ethtool_perm_addr *)ifreq->ifr_data)->data, device.mac, 6);
	} else
		return -EOPNOTSUPP;
	return 0;
}

static void begin(bool named, bool fixed)
{
	memset(&device, 0, sizeof(device));
	memset(device.active, 0xff, sizeof(device.active));
	device.named = named;
	device.fixed = fixed;
}

/* feature: C22-050 */
START_TEST(a_device_is_made_to_take_all_vlans)
{
	begin(true, false);
	ck_assert_int_eq(kernel_device_take_all_vlans("lan0"), 0);
	ck_assert_uint_eq(device.active[0], UINT32_MAX);
	ck_assert_uint_eq(device.active[1], UINT32_MAX & ~(1u << (NUMBER - 32)));
	ck_assert_uint_eq(device.active[2], UINT32_MAX);
	ck_assert_int_eq(kernel_device_take_all_vlans("lan0"), 0);
}
END_TEST

/* feature: C22-050 */
START_TEST(one_that_cannot_is_told_of)
{
	begin(true, true);
	ck_assert_int_eq(kernel_device_take_all_vlans("lan0"), -EOPNOTSUPP);
	begin(false, false);
	ck_assert_int_eq(kernel_device_take_all_vlans("lan0"), 0);
	ck_assert_uint_eq(device.active[1], UINT32_MAX);
}
END_TEST

/* feature: C22-050 */
START_TEST(addresses_are_set_and_read)
{
	static const struct mac_address mac = {{2, 0, 0, 0, 0, 7}};
	struct mac_address permanent;

	begin(true, false);
	ck_assert(!kernel_device_permanent_mac("lan0", &permanent));
	ck_assert_int_eq(kernel_device_set_mac("lan0", &mac), 0);
	ck_assert(kernel_device_permanent_mac("lan0", &permanent));
	ck_assert_mem_eq(&permanent, &mac, sizeof(mac));
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, a_device_is_made_to_take_all_vlans);
	tcase_add_test(tests, one_that_cannot_is_told_of);
	tcase_add_test(tests, addresses_are_set_and_read);
}

TEST_MAIN("kernel_filter", add_tests)
