/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/rule/classifier.h"

#include <errno.h>
#include <rte_prefetch.h>
#include <smmintrin.h>
#include <stdlib.h>

struct rule_table {
	struct rule_classifier ip4, ip6;
	uint8_t protocol_places[256];
};

static int create(const struct policy *policy, uint8_t version, struct rule_classifier *out)
{
	int error = 0;

	for (unsigned i = 0; version == 6 && i < 2 && !error; i++)
		error = rule_space_create(policy, i, &out->space[i]);
	if (!error)
		error = rule_boxes_create(policy, version, out);
	return error ? error : rule_trees_create(out);
}

int rule_table_create(const struct policy *policy, struct rule_table **out)
{
	struct rule_table *table = calloc(1, sizeof(*table));
	int error;

	if (!table)
		return -ENOMEM;
	for (unsigned i = 0; i < 256; i++)
		table->protocol_places[i] = (uint8_t)rule_protocol_place((uint8_t)i);
	if ((error = create(policy, 4, &table->ip4)) || (error = create(policy, 6, &table->ip6))) {
		rule_table_destroy(table);
		return error;
	}
	*out = table;
	return 0;
}

static void release(struct rule_classifier *classifier)
{
	free(classifier->space[0].starts);
	free(classifier->space[1].starts);
	free(classifier->boxes.boxes);
	free(classifier->boxes.parts);
	free(classifier->boxes.exact);
	free(classifier->boxes.exact_of_rule);
	free(classifier->trees.nodes);
	free(classifier->trees.members);
	free(classifier->trees.leaves);
}

void rule_table_destroy(struct rule_table *table)
{
	if (!table)
		return;
	release(&table->ip4);
	release(&table->ip6);
	free(table);
}

static size_t bytes(const struct rule_classifier *classifier)
{
	const struct rule_boxes *boxes = &classifier->boxes;
	const struct rule_trees *trees = &classifier->trees;

	return ((size_t)classifier->space[0].count + classifier->space[1].count) *
	           sizeof(classifier->space[0].starts[0]) +
	       boxes->capacity * sizeof(boxes->boxes[0]) + boxes->part_capacity * sizeof(boxes->parts[0]) +
	       boxes->exact_capacity * sizeof(boxes->exact[0]) +
	       trees->node_capacity * sizeof(trees->nodes[0]) +
	       trees->member_count * sizeof(trees->leaves[0]);
}

size_t rule_table_bytes(const struct rule_table *table)
{
	return sizeof(*table) + bytes(&table->ip4) + bytes(&table->ip6);
}

static inline bool box_holds(const struct rule_box *box, __m128i low, __m128i high)
{
	const __m128i *first = (const __m128i *)box->first, *last = (const __m128i *)box->last;
	__m128i a = _mm_and_si128(_mm_cmpeq_epi32(_mm_max_epu32(low, first[0]), low),
	                          _mm_cmpeq_epi32(_mm_min_epu32(low, last[0]), low));
	__m128i b = _mm_and_si128(_mm_cmpeq_epi32(_mm_max_epu32(high, first[1]), high),
	                          _mm_cmpeq_epi32(_mm_min_epu32(high, last[1]), high));

	return _mm_movemask_epi8(_mm_and_si128(a, b)) == 0xffff;
}

/* The first rule below best in a leaf whose box holds the point, or best. */
static inline uint32_t search_leaf(const struct rule_classifier *classifier, const struct rule_box *box,
                                   const struct rule_point *point, uint32_t best)
{
	const __m128i *lanes = (const __m128i *)point->lane;
	__m128i low = lanes[0], high = lanes[1];

	for (; rule_box_rule(box) < best; box++) {
		if (box_holds(box, low, high) &&
		    (rule_box_is_exact(box) || rule_boxes_verify(&classifier->boxes, box, point)))
			return rule_box_rule(box);
		if (box->last[RULE_DIMENSIONS] & RULE_BOX_LAST)
			break;
	}
	return best;
}

/* Goes down all trees at once: a step waits for memory, and those of other trees wait at the same time. */
static uint32_t classify(const struct rule_classifier *classifier, const struct rule_point *point)
{
	const struct rule_trees *trees = &classifier->trees;
	uint32_t at[RULE_TREES], best = RULE_BOX_NUMBER;

	for (uint32_t i = 0; i < RULE_TREES; i++)
		at[i] = trees->tree[i].root;
	for (uint32_t step = 0; step < trees->depth; step++) {
		for (uint32_t i = 0; i < RULE_TREES; i++) {
			struct rule_node node = trees->nodes[at[i]];

			at[i] = node.next + (point->lane[node.dimension] > node.bound);
		}
	}
	for (uint32_t i = 0; i < RULE_TREES; i++) {
		const struct rule_box *box = &trees->leaves[trees->nodes[at[i]].bound];

		rte_prefetch0(box);
		rte_prefetch0(box + 1);
	}
	for (uint32_t i = 0; i < RULE_TREES; i++)
		best = search_leaf(classifier, &trees->leaves[trees->nodes[at[i]].bound], point, best);
	return best == RULE_BOX_NUMBER ? RULE_NONE : best;
}

uint32_t rule_match(const struct rule_table *table, const struct rule_query *query)
{
	uint32_t protocol = table->protocol_places[query->protocol];
	const struct rule_classifier *classifier = query->version == 4 ? &table->ip4 : &table->ip6;
	struct rule_point point = {.lane = {[RULE_SOURCE_INTERFACE] = query->source_interface,
	                                    [RULE_DESTINATION_INTERFACE] = query->destination_interface,
	                                    [RULE_SOURCE_PORT] = query->source_port,
	                                    [RULE_DESTINATION_PORT] = query->destination_port,
	                                    [RULE_PROTOCOL] = protocol}};

	if (protocol >= RULE_PLACE_ICMP && protocol < RULE_PLACE_PORTS) {
		point.lane[RULE_SOURCE_PORT] = query->icmp_code;
		point.lane[RULE_DESTINATION_PORT] = query->icmp_type;
	}
	if (query->version == 4) {
		point.lane[RULE_SOURCE] = query->source.ip4;
		point.lane[RULE_DESTINATION] = query->destination.ip4;
	} else {
		point.lane[RULE_SOURCE] = rule_space_place(&classifier->space[0], query->source.ip6);
		point.lane[RULE_DESTINATION] =
		    rule_space_place(&classifier->space[1], query->destination.ip6);
	}
	return classify(classifier, &point);
}
