/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/blacklist/table.h"

#include "datapath/flow/flow_key.h"
#include "datapath/flow/flow_table.h"

#include <errno.h>
#include <netinet/in.h>
#include <rte_byteorder.h>
#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX

struct blacklist_table {
	uint32_t mask;  /* of heads */
	uint32_t *next; /* of each entry: another with the same head, or NONE */
	struct blacklist_entry *entries;
	uint32_t heads[];
};

static struct ip_address address_of(const struct rule_query *query, const union rule_address *address)
{
	struct ip_address out = {.version = 6};

	if (query->version == 4)
		return ip_address_from_ip4(address->ip4);
	memcpy(out.bytes, address->ip6, sizeof(out.bytes));
	return out;
}

/* Keyed: nobody can choose addresses that meet. */
static uint32_t hash_of(uint16_t interface, const struct ip_address *source)
{
	uint64_t words[2];

	memcpy(words, source->bytes, sizeof(words));
	return (uint32_t)flow_hash_words(flow_hash_words(words[0], words[1]), interface);
}

static void fill(struct blacklist_table *table, uint32_t count)
{
	memset(table->heads, 0xff, (table->mask + 1) * sizeof(table->heads[0]));
	for (uint32_t i = 0; i < count; i++) {
		uint32_t *head =
		    &table->heads[hash_of(table->entries[i].interface, &table->entries[i].source) &
		                  table->mask];

		table->next[i] = *head;
		*head = i;
	}
}

int blacklist_table_create(const struct blacklist_entry *entries, uint32_t count,
                           struct blacklist_table **out)
{
	uint32_t heads = 16;
	struct blacklist_table *table;

	while (heads < 2 * count)
		heads *= 2;
	table = calloc(1, sizeof(*table) + heads * sizeof(table->heads[0]));
	if (!table)
		return -ENOMEM;
	table->mask = heads - 1;
	table->entries = calloc(count + 1, sizeof(*table->entries));
	table->next = calloc(count + 1, sizeof(*table->next));
	if (!table->entries || !table->next) {
		blacklist_table_destroy(table);
		return -ENOMEM;
	}
	memcpy(table->entries, entries, count * sizeof(*entries));
	fill(table, count);
	*out = table;
	return 0;
}

void blacklist_table_destroy(struct blacklist_table *table)
{
	if (!table)
		return;
	free(table->entries);
	free(table->next);
	free(table);
}

static uint16_t port_of(const struct rule_query *query, uint16_t identifier)
{
	return query->protocol == IPPROTO_ICMP || query->protocol == IPPROTO_ICMPV6 ? identifier
	                                                                            : query->destination_port;
}

static bool is_about(const struct blacklist_entry *entry, const struct rule_query *query,
                     const struct ip_address *source, uint16_t port)
{
	struct ip_address destination = address_of(query, &query->destination);

	return entry->interface == query->source_interface && !ip_address_compare(&entry->source, source) &&
	       query->protocol >= entry->protocol_first && query->protocol <= entry->protocol_last &&
	       port >= entry->port_first && port <= entry->port_last &&
	       (!entry->destination.version || !ip_address_compare(&entry->destination, &destination));
}

bool blacklist_table_holds(const struct blacklist_table *table, const struct rule_query *query,
                           uint16_t identifier)
{
	struct ip_address source = address_of(query, &query->source);
	uint32_t at = table->heads[hash_of(query->source_interface, &source) & table->mask];

	while (at != NONE && !is_about(&table->entries[at], query, &source, port_of(query, identifier)))
		at = table->next[at];
	return at != NONE;
}

static bool names_interface(const struct policy *policy, struct policy_slice slice, uint16_t interface)
{
	for (uint32_t i = slice.first; i < slice.first + slice.count; i++)
		if (policy->interface_ids[i] == interface || policy->interface_ids[i] == POLICY_INTERFACE_ANY)
			return true;
	return false;
}

static bool holds_source(const struct policy *policy, struct policy_slice slice,
                         const struct ip_address *source)
{
	for (uint32_t i = slice.first; i < slice.first + slice.count; i++)
		if (ip_range_contains(&policy->ranges[i], source))
			return true;
	return false;
}

static bool holds_destination(const struct policy *policy, struct policy_slice slice,
                              const struct blacklist_entry *entry)
{
	unsigned bits;

	for (uint32_t i = slice.first; i < slice.first + slice.count; i++) {
		const struct ip_range *range = &policy->ranges[i];

		if (entry->destination.version ? ip_range_contains(range, &entry->destination)
		                               : range->first.version == entry->source.version &&
		                                     ip_range_prefix_length(range, &bits) && bits == 0)
			return true;
	}
	return false;
}

static bool holds_service(const struct policy *policy, struct policy_slice slice,
                          const struct blacklist_entry *entry)
{
	for (uint32_t i = slice.first; i < slice.first + slice.count; i++) {
		const struct policy_service *service = &policy->services[i];

		if (service->protocol_first <= entry->protocol_first &&
		    service->protocol_last >= entry->protocol_last && service->source_ports.first == 0 &&
		    service->source_ports.last == UINT16_MAX &&
		    service->destination_ports.first <= entry->port_first &&
		    service->destination_ports.last >= entry->port_last)
			return true;
	}
	return false;
}

bool blacklist_whitelisted(const struct policy *policy, const struct blacklist_entry *entry)
{
	for (uint32_t i = 0; i < policy->whitelist_rule_count; i++) {
		const struct policy_rule *rule = &policy->whitelist_rules[i];

		if (names_interface(policy, rule->source_interfaces, entry->interface) &&
		    holds_source(policy, rule->source_networks, &entry->source) &&
		    holds_destination(policy, rule->destination_networks, entry) &&
		    holds_service(policy, rule->services, entry))
			return true;
	}
	return false;
}
