/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/rule/rule_parts.h"

#include <errno.h>
#include <stdlib.h>

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

static int add(struct rule_parts *parts, struct rule_part part)
{
	for (unsigned i = 0; i < 3; i++) {
		if (part.first[i] > part.last[i])
			return 0;
	}
	if (rule_grow(&parts->part, &parts->capacity, parts->count, sizeof(part)))
		return -ENOMEM;
	parts->part[parts->count++] = part;
	return 0;
}

static int add_interval(struct rule_parts *parts, uint32_t first, uint32_t last)
{
	return add(parts, (struct rule_part){.first = {first}, .last = {last}});
}

static int take_interfaces(const struct policy *policy, struct policy_slice slice, struct rule_parts *out)
{
	int error = 0;

	for (uint32_t i = slice.first; i < slice.first + slice.count && !error; i++) {
		uint16_t id = policy->interface_ids[i];

		error =
		    id == POLICY_INTERFACE_ANY ? add_interval(out, 0, UINT16_MAX) : add_interval(out, id, id);
	}
	return error;
}

static int take_networks(const struct policy *policy, struct policy_slice slice, uint8_t version,
                         const struct rule_space *space, struct rule_parts *out)
{
	int error = 0;

	for (uint32_t i = slice.first; i < slice.first + slice.count && !error; i++) {
		const struct ip_range *range = &policy->ranges[i];

		if (range->first.version != version || ip_address_compare(&range->first, &range->last) > 0)
			continue;
		if (version == 4)
			error = add_interval(out, ip_address_to_ip4(&range->first),
			                     ip_address_to_ip4(&range->last));
		else
			error = add_interval(out, rule_space_place(space, range->first.bytes),
			                     rule_space_place(space, range->last.bytes));
	}
	return error;
}

/* The places of the protocols of a service that have none of what others have: those before ICMP. */
static int add_plain(const struct policy_service *service, struct rule_parts *out)
{
	uint32_t first = RULE_PLACE_ICMP, last = 0;

	for (uint32_t protocol = service->protocol_first; protocol <= service->protocol_last; protocol++) {
		uint32_t place = rule_protocol_place((uint8_t)protocol);

		if (place < RULE_PLACE_ICMP) {
			first = MIN(first, place);
			last = MAX(last, place);
		}
	}
	if (first == RULE_PLACE_ICMP)
		return 0;
	return add(out, (struct rule_part){{0, 0, first}, {UINT16_MAX, UINT16_MAX, last}});
}

static bool is_everything(const struct policy_service *service)
{
	return service->protocol_first == 0 && service->protocol_last == 255 &&
	       service->icmp_type_first == 0 && service->icmp_type_last == 255 &&
	       service->icmp_code_first == 0 && service->icmp_code_last == 255 &&
	       service->source_ports.first == 0 && service->source_ports.last == UINT16_MAX &&
	       service->destination_ports.first == 0 && service->destination_ports.last == UINT16_MAX;
}

static int add_service(const struct policy_service *service, struct rule_parts *out)
{
	struct rule_part ports = {
	    {service->source_ports.first, service->destination_ports.first, UINT8_MAX},
	    {service->source_ports.last, service->destination_ports.last, RULE_PLACE_PORTS}};
	struct rule_part messages = {{service->icmp_code_first, service->icmp_type_first, UINT8_MAX},
	                             {service->icmp_code_last, service->icmp_type_last, RULE_PLACE_ICMP}};
	int error;

	if (is_everything(service))
		return add(out, (struct rule_part){{0, 0, 0}, {UINT16_MAX, UINT16_MAX, UINT8_MAX}});
	/* Both are empty until a protocol is found; those of a kind follow each other, so first and last say all. */
	for (uint32_t protocol = service->protocol_first; protocol <= service->protocol_last; protocol++) {
		uint32_t place = rule_protocol_place((uint8_t)protocol);
		struct rule_part *part = place >= RULE_PLACE_PORTS ? &ports : &messages;

		if (place < RULE_PLACE_ICMP)
			continue;
		part->first[2] = MIN(part->first[2], place);
		part->last[2] = MAX(part->last[2], place);
	}
	error = add_plain(service, out);
	if (!error)
		error = add(out, messages);
	return error ? error : add(out, ports);
}

static int compare(const void *a, const void *b)
{
	const struct rule_part *x = a, *y = b;

	for (int i = 2; i >= 0; i--) {
		if (x->first[i] != y->first[i])
			return x->first[i] < y->first[i] ? -1 : 1;
	}
	return 0;
}

static struct rule_part hull(const struct rule_part *a, const struct rule_part *b)
{
	struct rule_part out;

	for (unsigned i = 0; i < 3; i++) {
		out.first[i] = MIN(a->first[i], b->first[i]);
		out.last[i] = MAX(a->last[i], b->last[i]);
	}
	return out;
}

/* Whether the hull of two parts, in order, holds nothing else. */
static bool are_one(const struct rule_part *a, const struct rule_part *b, unsigned list)
{
	if (list == RULE_LIST_SERVICE) {
		for (unsigned i = 0; i < 3; i++) {
			if (b->first[i] < a->first[i] || b->last[i] > a->last[i])
				return false;
		}
		return true;
	}
	return b->first[0] <= a->last[0] || b->first[0] - a->last[0] == 1;
}

static void normalise(struct rule_parts *parts, unsigned list)
{
	uint32_t kept = 0;

	if (parts->count < 2)
		return;
	qsort(parts->part, parts->count, sizeof(parts->part[0]), compare);
	for (uint32_t i = 1; i < parts->count; i++) {
		if (are_one(&parts->part[kept], &parts->part[i], list))
			parts->part[kept] = hull(&parts->part[kept], &parts->part[i]);
		else
			parts->part[++kept] = parts->part[i];
	}
	parts->count = kept + 1;
}

int rule_parts_take(const struct policy *policy, const struct policy_rule *rule, uint8_t version,
                    const struct rule_space space[2], unsigned list, struct rule_parts *out)
{
	int error = 0;

	out->count = 0;
	switch (list) {
	case RULE_SOURCE:
		error = take_networks(policy, rule->source_networks, version, &space[0], out);
		break;
	case RULE_DESTINATION:
		error = take_networks(policy, rule->destination_networks, version, &space[1], out);
		break;
	case RULE_SOURCE_INTERFACE:
		error = take_interfaces(policy, rule->source_interfaces, out);
		break;
	case RULE_DESTINATION_INTERFACE:
		error = take_interfaces(policy, rule->destination_interfaces, out);
		break;
	default:
		for (uint32_t i = 0; i < rule->services.count && !error; i++)
			error = add_service(&policy->services[rule->services.first + i], out);
	}
	if (!error)
		normalise(out, list);
	return error;
}

void rule_parts_halve(struct rule_parts *parts)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < parts->count; i += 2)
		parts->part[kept++] =
		    i + 1 < parts->count ? hull(&parts->part[i], &parts->part[i + 1]) : parts->part[i];
	parts->count = kept;
}
