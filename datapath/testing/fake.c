/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/testing/fake.h"

#include "datapath/heartbeat/lanes.h"
#include "datapath/mirror/emit.h"

#include <string.h>

struct datapath datapath;

static struct {
	uint16_t interface;
	struct ip_address next_hop;
} neighbours[64]; /* the index is the adjacency's */
static unsigned neighbour_count = 1;

struct fake_record fake_records[4096];
unsigned fake_record_count;
struct digest_sums fake_digest;
unsigned fake_digests;

void fake_neighbour(uint16_t interface, uint32_t next_hop, struct rte_ether_addr mac)
{
	fake_neighbour_at(interface, ip_address_from_ip4(rte_be_to_cpu_32(next_hop)), mac);
}

void fake_neighbour_at(uint16_t interface, struct ip_address next_hop, struct rte_ether_addr mac)
{
	uint64_t link = ADJACENCY_RESOLVED;

	if (neighbour_count == RTE_DIM(neighbours))
		return;
	memcpy(&link, &mac, sizeof(mac));
	neighbours[neighbour_count].interface = interface;
	neighbours[neighbour_count].next_hop = next_hop;
	atomic_store(&datapath.adjacencies[neighbour_count].link, link);
	neighbour_count++;
}

void fake_neighbours_forget(void)
{
	for (unsigned i = 1; i < neighbour_count; i++)
		atomic_store(&datapath.adjacencies[i].link, 0);
	neighbour_count = 1;
	atomic_fetch_add(&datapath.adjacency_epoch, 1);
}

static uint32_t find(uint16_t interface, const struct ip_address *next_hop)
{
	for (unsigned i = 1; i < neighbour_count; i++) {
		if (neighbours[i].interface == interface &&
		    ip_address_compare(&neighbours[i].next_hop, next_hop) == 0)
			return i;
	}
	return 0;
}

uint32_t neighbour_find(uint16_t interface, uint32_t next_hop)
{
	struct ip_address address = ip_address_from_ip4(rte_be_to_cpu_32(next_hop));

	return find(interface, &address);
}

uint32_t neighbour_find_ipv6(uint16_t interface, const uint8_t next_hop[16])
{
	struct ip_address address = {.version = 6};

	memcpy(address.bytes, next_hop, sizeof(address.bytes));
	return find(interface, &address);
}

void control_wake(void)
{
}

void heartbeat_wake(void)
{
}

void fake_records_forget(void)
{
	fake_record_count = 0;
}

void mirror_emit_control(uint16_t class_id, uint8_t version, uint8_t operation, const void *payload,
                         uint32_t length)
{
	struct fake_record *record = &fake_records[fake_record_count];

	if (fake_record_count == RTE_DIM(fake_records) || length > sizeof(record->payload))
		return;
	record->header = (struct record_header){class_id, version, operation, length};
	memcpy(record->payload, payload, length);
	fake_record_count++;
}

void mirror_emit(struct worker *worker, uint16_t class_id, uint8_t version, uint8_t operation,
                 const void *payload, uint32_t length)
{
	(void)worker;
	if (atomic_load(&datapath.mirroring))
		mirror_emit_control(class_id, version, operation, payload, length);
}

void mirror_digest_made(uint16_t class_id, const struct digest_sums *sums)
{
	(void)class_id;
	if (!sums)
		return;
	fake_digest = *sums;
	fake_digests++;
}

void mirror_flush(struct worker *worker)
{
	(void)worker;
}

void mirror_flush_due(struct worker *worker, uint64_t now)
{
	(void)worker, (void)now;
}

void mirror_after_deltas(void (*function)(void *argument), void *argument)
{
	function(argument);
}
