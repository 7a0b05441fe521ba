/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/arp/address.h"

#include <arpa/inet.h>
#include <string.h>

static uint32_t network_order(const struct ip_address *address)
{
	uint32_t value;

	memcpy(&value, address->bytes, sizeof(value));
	return value;
}

/* An unused private address is set to the local host's (C22-042): nobody is answered for that. */
static bool usable(const struct policy_address *address, uint16_t interface)
{
	return address->interface == interface && address->address.version == 4 &&
	       address->address.bytes[0] != 127;
}

static enum arp_answer as(const struct policy_address *address, bool active)
{
	if (address->kind == POLICY_ADDRESS_PRIVATE)
		return ARP_ANSWER_PRIVATE;
	return active ? ARP_ANSWER_SHARED : ARP_SILENT;
}

enum arp_answer arp_answer(const struct policy *policy, bool active, uint16_t interface, uint32_t target)
{
	enum arp_answer answer = ARP_SILENT;

	for (uint32_t i = 0; i < policy->address_count && answer == ARP_SILENT; i++) {
		const struct policy_address *address = &policy->addresses[i];

		if (usable(address, interface) && network_order(&address->address) == target)
			answer = as(address, active);
	}
	return answer;
}

/* A network of the entry's holds the address, both in network byte order. */
static bool holds(const struct policy_arp_entry *entry, uint32_t target)
{
	uint32_t mask = entry->host_bits < 32 ? ~0u << entry->host_bits : 0;

	return ((ntohl(target) ^ ntohl(network_order(&entry->address))) & mask) == 0;
}

const struct policy_arp_entry *arp_published(const struct policy *policy, uint16_t interface, uint32_t target)
{
	for (uint32_t i = 0; i < policy->arp_entry_count; i++) {
		const struct policy_arp_entry *entry = &policy->arp_entries[i];

		if (entry->mode == POLICY_ARP_PUBLISH && entry->interface == interface &&
		    entry->address.version == 4 && holds(entry, target))
			return entry;
	}
	return NULL;
}

static bool on_link(const struct policy_address *address, uint32_t target)
{
	uint32_t mask = address->prefix_length ? ~0u << (32 - address->prefix_length) : 0;

	return ((ntohl(target) ^ ntohl(network_order(&address->address))) & mask) == 0;
}

enum arp_answer arp_ask_as(const struct policy *policy, bool active, uint16_t interface, uint32_t target,
                           uint32_t *sender)
{
	enum arp_answer chosen = ARP_SILENT;
	unsigned best = 0;

	for (uint32_t i = 0; i < policy->address_count; i++) {
		const struct policy_address *address = &policy->addresses[i];
		enum arp_answer answer;
		unsigned worth;

		if (!usable(address, interface))
			continue;
		answer = as(address, active);
		if (answer == ARP_SILENT)
			continue;
		worth = 1 + (answer == ARP_ANSWER_SHARED) + (on_link(address, target) ? 2 : 0);
		if (worth <= best)
			continue;
		best = worth;
		chosen = answer;
		*sender = network_order(&address->address);
	}
	return chosen;
}

bool arp_is_own(const struct policy *policy, uint16_t interface, uint32_t target)
{
	for (uint32_t i = 0; i < policy->address_count; i++) {
		if (usable(&policy->addresses[i], interface) &&
		    network_order(&policy->addresses[i].address) == target)
			return true;
	}
	return false;
}
