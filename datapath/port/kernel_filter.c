/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/port/kernel_device.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdlib.h>
#include <string.h>

#define FEATURES_MAX 256
#define BLOCKS       (FEATURES_MAX / 32)

struct features {
	struct ethtool_gfeatures order;
	struct ethtool_get_features_block blocks[BLOCKS];
};

static int ethtool(const char *name, void *order)
{
	struct ifreq ifreq = {.ifr_data = order};

	return kernel_device_request(name, SIOCETHTOOL, &ifreq);
}

int kernel_device_set_mac(const char *name, const struct mac_address *mac)
{
	struct ifreq ifreq = {0};

	ifreq.ifr_hwaddr.sa_family = ARPHRD_ETHER;
	memcpy(ifreq.ifr_hwaddr.sa_data, mac->bytes, sizeof(mac->bytes));
	return kernel_device_request(name, SIOCSIFHWADDR, &ifreq);
}

bool kernel_device_permanent_mac(const char *name, struct mac_address *out)
{
	struct {
		struct ethtool_perm_addr order;
		uint8_t address[32];
	} answer = {.order = {.cmd = ETHTOOL_GPERMADDR, .size = sizeof(answer.address)}};

	if (ethtool(name, &answer) != 0 || answer.order.size != sizeof(out->bytes))
		return false;
	memcpy(out->bytes, answer.address, sizeof(out->bytes));
	return !mac_address_is_zero(out);
}

/* Its place among the names that the kernel gave, or -ENOENT. */
static int place_of(const struct ethtool_gstrings *names, uint32_t count, const char *feature)
{
	for (uint32_t i = 0; i < names->len && i < count && i < FEATURES_MAX; i++) {
		const char *name = (const char *)names->data + (size_t)i * ETH_GSTRING_LEN;

		if (!strncmp(name, feature, ETH_GSTRING_LEN))
			return (int)i;
	}
	return -ENOENT;
}

/* The number of a feature, or -errno. */
static int feature_number(const char *name, const char *feature)
{
	struct {
		struct ethtool_sset_info order;
		uint32_t count;
	} info = {.order = {.cmd = ETHTOOL_GSSET_INFO, .sset_mask = 1ULL << ETH_SS_FEATURES}};
	struct ethtool_gstrings *names;
	int found;

	if (ethtool(name, &info) != 0 || !info.order.sset_mask)
		return -ENOENT;
	names = calloc(1, sizeof(*names) + (size_t)info.count * ETH_GSTRING_LEN);
	if (!names)
		return -ENOMEM;
	names->cmd = ETHTOOL_GSTRINGS;
	names->string_set = ETH_SS_FEATURES;
	names->len = info.count;
	found = ethtool(name, names) == 0 ? place_of(names, info.count, feature) : -ENOENT;
	free(names);
	return found;
}

static bool is_on(const char *name, unsigned number, struct features *now)
{
	*now = (struct features){.order = {.cmd = ETHTOOL_GFEATURES, .size = BLOCKS}};
	return ethtool(name, now) == 0 && now->blocks[number / 32].active & 1u << number % 32;
}

int kernel_device_take_all_vlans(const char *name)
{
	int number = feature_number(name, "rx-vlan-filter");
	struct {
		struct ethtool_sfeatures order;
		struct ethtool_set_features_block blocks[BLOCKS];
	} next = {.order = {.cmd = ETHTOOL_SFEATURES}};
	struct features now;

	/* A device without it filters none. */
	if (number < 0 || !is_on(name, (unsigned)number, &now))
		return 0;
	/* As many blocks as the kernel has, which it told. */
	next.order.size = now.order.size;
	next.blocks[number / 32].valid = 1u << number % 32;
	if (now.order.size <= BLOCKS)
		(void)ethtool(name, &next);
	return is_on(name, (unsigned)number, &now) ? -EOPNOTSUPP : 0;
}
