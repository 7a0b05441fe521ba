/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/arp/address.h"
#include "datapath/ipv6/ipv6_address.h"

static bool usable(const struct policy_address *address, uint16_t interface)
{
	return address->interface == interface && address->address.version == 6 &&
	       !ipv6_is_loopback(address->address.bytes);
}

static enum arp_answer as(const struct policy_address *address, bool active)
{
	if (address->kind == POLICY_ADDRESS_PRIVATE)
		return ARP_ANSWER_PRIVATE;
	return active ? ARP_ANSWER_SHARED : ARP_SILENT;
}

enum arp_answer nd_answer(const struct policy *policy, bool active, uint16_t interface,
                          const uint8_t target[16])
{
	for (uint32_t i = 0; i < policy->address_count; i++) {
		const struct policy_address *address = &policy->addresses[i];

		if (usable(address, interface) && memcmp(address->address.bytes, target, 16) == 0 &&
		    as(address, active) != ARP_SILENT)
			return as(address, active);
	}
	return ARP_SILENT;
}

static bool holds(const struct policy_arp_entry *entry, const uint8_t *target)
{
	unsigned bits = 128 - entry->host_bits, whole = bits / 8, rest = bits % 8;

	return memcmp(entry->address.bytes, target, whole) == 0 &&
	       (rest == 0 || ((entry->address.bytes[whole] ^ target[whole]) & (0xff00 >> rest) & 0xff) == 0);
}

const struct policy_arp_entry *nd_published(const struct policy *policy, uint16_t interface,
                                            const uint8_t target[16])
{
	for (uint32_t i = 0; i < policy->arp_entry_count; i++) {
		const struct policy_arp_entry *entry = &policy->arp_entries[i];

		if (entry->mode == POLICY_ARP_PUBLISH && entry->interface == interface &&
		    entry->address.version == 6 && holds(entry, target))
			return entry;
	}
	return NULL;
}

static bool on_link(const struct policy_address *address, const uint8_t *target)
{
	unsigned whole = address->prefix_length / 8, rest = address->prefix_length % 8;
	uint8_t mask = (uint8_t)(0xff << (8 - rest));

	return memcmp(address->address.bytes, target, whole) == 0 &&
	       (rest == 0 || ((address->address.bytes[whole] ^ target[whole]) & mask) == 0);
}

enum arp_answer nd_ask_as(const struct policy *policy, bool active, uint16_t interface,
                          const uint8_t target[16], uint8_t sender[16])
{
	enum arp_answer chosen = ARP_SILENT;
	unsigned best = 0;

	for (uint32_t i = 0; i < policy->address_count; i++) {
		const struct policy_address *address = &policy->addresses[i];
		unsigned worth;

		if (!usable(address, interface) || as(address, active) == ARP_SILENT)
			continue;
		worth = 1 + (as(address, active) == ARP_ANSWER_SHARED) + (on_link(address, target) ? 2 : 0);
		if (worth <= best)
			continue;
		best = worth;
		chosen = as(address, active);
		memcpy(sender, address->address.bytes, 16);
	}
	return chosen;
}

bool nd_is_own(const struct policy *policy, uint16_t interface, const uint8_t address[16])
{
	for (uint32_t i = 0; i < policy->address_count; i++) {
		if (usable(&policy->addresses[i], interface) &&
		    memcmp(policy->addresses[i].address.bytes, address, 16) == 0)
			return true;
	}
	return false;
}
