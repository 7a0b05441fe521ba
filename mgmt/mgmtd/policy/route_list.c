/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/policy/route_list.h"
#include "mgmt/mgmtd/configuration/resolve.h"

#include <errno.h>
#include <stdlib.h>

/* Addresses in host byte order. */
struct interval {
	uint32_t first, last;
};

static struct interval interval_of(const struct policy_route *route)
{
	return (struct interval){ip_address_to_ip4(&route->network.first),
	                         ip_address_to_ip4(&route->network.last)};
}

int route_list_add(struct route_list *list, const struct policy_route *route)
{
	if (route->network.first.version != 4)
		return 0;
	if (list->count == list->capacity) {
		size_t capacity = list->capacity ? 2 * list->capacity : 64;
		struct policy_route *grown = realloc(list->route, capacity * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		list->route = grown;
		list->capacity = capacity;
	}
	list->route[list->count++] = *route;
	return 0;
}

void route_list_free(struct route_list *list)
{
	free(list->route);
	*list = (struct route_list){0};
}

/* Whether a wins over b where both have an address; both are of one list, so that the earlier one is first. */
static bool is_better(const struct policy_route *a, const struct policy_route *b)
{
	struct interval at = interval_of(a), against = interval_of(b);

	if (at.last - at.first != against.last - against.first)
		return at.last - at.first < against.last - against.first;
	return a->metric != b->metric ? a->metric < b->metric : a < b;
}

static int compare(const void *a, const void *b)
{
	const struct interval *at = a, *against = b;

	return at->first < against->first ? -1 : at->first > against->first;
}

/* What better routes have of a route's range, in order. Returns how many. */
static size_t find_better(const struct route_list *list, const struct policy_route *route,
                          struct interval *better)
{
	struct interval own = interval_of(route);
	size_t count = 0;

	for (const struct policy_route *other = list->route; other < list->route + list->count; other++) {
		struct interval interval = interval_of(other);

		if (other != route && interval.first <= own.last && interval.last >= own.first &&
		    is_better(other, route))
			better[count++] = interval;
	}
	qsort(better, count, sizeof(*better), compare);
	return count;
}

static int add_prefixes(struct ranges *prefixes, uint64_t first, uint64_t last)
{
	struct ip_range range = {ip_address_from_ip4((uint32_t)first), ip_address_from_ip4((uint32_t)last)};

	return first <= last ? ranges_add_prefixes(prefixes, &range) : 0;
}

/*
 * The longest prefix would let a small piece at the edge of a wide range win over a narrower network around it.
 * So a range is cut only where it wins. Wider networks around a piece are shorter prefixes, and lose.
 */
static int cut(const struct route_list *list, const struct policy_route *route, struct interval *better,
               struct ranges *prefixes)
{
	struct interval own = interval_of(route);
	size_t count = find_better(list, route, better);
	uint64_t next = own.first; /* what is not yet decided begins here */
	int error = 0;

	for (size_t i = 0; i < count && !error; i++) {
		if (better[i].first > next)
			error = add_prefixes(prefixes, next, (uint64_t)better[i].first - 1);
		if ((uint64_t)better[i].last + 1 > next)
			next = (uint64_t)better[i].last + 1;
	}
	return error ? error : add_prefixes(prefixes, next, own.last);
}

static int write_cut(const struct route_list *list, const struct policy_route *route, struct interval *better,
                     struct policy_builder *builder)
{
	struct policy_route out = *route;
	struct ranges prefixes = {0};
	int error = cut(list, route, better, &prefixes);

	for (size_t i = 0; i < prefixes.count && !error; i++) {
		out.network = prefixes.range[i];
		error = policy_builder_route(builder, &out);
	}
	ranges_free(&prefixes);
	return error;
}

int route_list_write(const struct route_list *list, struct policy_builder *builder)
{
	struct interval *better = calloc(list->count + 1, sizeof(*better));
	int error = better ? 0 : -ENOMEM;

	for (size_t i = 0; i < list->count && !error; i++) {
		unsigned length;

		if (ip_range_prefix_length(&list->route[i].network, &length))
			error = policy_builder_route(builder, &list->route[i]);
		else
			error = write_cut(list, &list->route[i], better, builder);
	}
	free(better);
	return error;
}
