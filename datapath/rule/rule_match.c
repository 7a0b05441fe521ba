/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/rule/classifier.h"

#include <rte_branch_prediction.h>
#include <rte_common.h>
#include <rte_prefetch.h>
#include <smmintrin.h>

/*
 * Searches that go on at once. A step down a tree waits for memory; the steps of all trees for all points of a group
 * wait together, up to as many lines as a core asks for at a time.
 */
#define GROUP 32

struct group {
	struct rule_point points[GROUP];
	uint32_t at[RULE_TREES][GROUP]; /* node */
	uint32_t count;
};

static inline bool box_holds(const struct rule_box *box, __m128i low, __m128i high)
{
	const __m128i *first = (const __m128i *)box->first, *last = (const __m128i *)box->last;
	__m128i a = _mm_and_si128(_mm_cmpeq_epi32(_mm_max_epu32(low, first[0]), low),
	                          _mm_cmpeq_epi32(_mm_min_epu32(low, last[0]), low));
	__m128i b = _mm_and_si128(_mm_cmpeq_epi32(_mm_max_epu32(high, first[1]), high),
	                          _mm_cmpeq_epi32(_mm_min_epu32(high, last[1]), high));

	/* The last lane of the second half bounds nothing. */
	b = _mm_or_si128(b, _mm_set_epi32(-1, 0, 0, 0));
	return _mm_movemask_epi8(_mm_and_si128(a, b)) == 0xffff;
}

/* The first box of a leaf, from this one on, that holds the point, and whose rule is below best; NULL: none. */
static inline const struct rule_box *find_box(const struct rule_box *box, const struct rule_point *point,
                                              uint32_t best)
{
	const __m128i *lanes = (const __m128i *)point->lane;
	__m128i low = lanes[0], high = lanes[1];

	for (; rule_box_rule(box) < best; box++) {
		if (box_holds(box, low, high))
			return box;
		if (box->last[RULE_DIMENSIONS] & RULE_BOX_LAST)
			break;
	}
	return NULL;
}

/* The rule of the box found or, where that is not exact and does not hold the point, of one behind it; or best. */
static inline uint32_t settle(const struct rule_classifier *classifier, const struct rule_box *box,
                              const struct rule_point *point, uint32_t best)
{
	while (box && rule_box_rule(box) < best) {
		if (rule_box_is_exact(box) ||
		    rule_exact_holds(&classifier->boxes.exact[box->first[RULE_DIMENSIONS]], point))
			return rule_box_rule(box);
		box = box->last[RULE_DIMENSIONS] & RULE_BOX_LAST ? NULL : find_box(box + 1, point, best);
	}
	return best;
}

/* One step of one tree for all points. Returns whether any was not at its leaf yet. */
static inline bool step(const struct rule_node *nodes, struct group *group, uint32_t tree)
{
	uint32_t moved = 0;

	for (uint32_t i = 0; i < group->count; i++) {
		uint32_t at = group->at[tree][i];
		struct rule_node node = nodes[at];
		uint32_t next = node.next + (group->points[i].lane[node.dimension] > node.bound);

		rte_prefetch0(&nodes[next]);
		moved |= next ^ at;
		group->at[tree][i] = next;
	}
	return moved;
}

static inline const struct rule_box *leaf_of(const struct rule_trees *trees, const struct group *group,
                                             uint32_t tree, uint32_t i)
{
	return &trees->leaves[trees->nodes[group->at[tree][i]].bound];
}

static void prefetch_leaves(const struct rule_trees *trees, const struct group *group, uint32_t tree)
{
	for (uint32_t i = 0; i < group->count; i++) {
		const struct rule_box *box = leaf_of(trees, group, tree, i);

		rte_prefetch0(box);
		rte_prefetch0(box + 1);
	}
}

static void descend(const struct rule_trees *trees, struct group *group)
{
	uint32_t open = (1u << RULE_TREES) - 1;

	for (uint32_t tree = 0; tree < RULE_TREES; tree++) {
		for (uint32_t i = 0; i < group->count; i++)
			group->at[tree][i] = trees->tree[tree].root;
	}
	while (open) {
		for (uint32_t tree = 0; tree < RULE_TREES; tree++) {
			if (!(open & 1u << tree) || step(trees->nodes, group, tree))
				continue;
			open &= ~(1u << tree);
			prefetch_leaves(trees, group, tree);
		}
	}
}

/* The boxes that a point is found in, one of each tree, with the lists of those that are not exact on their way. */
static void find_boxes(const struct rule_classifier *classifier, const struct group *group, uint32_t i,
                       const struct rule_box *found[RULE_TREES])
{
	uint32_t best = RULE_BOX_NUMBER;

	for (uint32_t tree = 0; tree < RULE_TREES; tree++) {
		const struct rule_box *box =
		    find_box(leaf_of(&classifier->trees, group, tree, i), &group->points[i], best);

		found[tree] = box;
		if (box && rule_box_is_exact(box)) {
			best = rule_box_rule(box);
		} else if (box) {
			const uint32_t *exact = &classifier->boxes.exact[box->first[RULE_DIMENSIONS]];

			rte_prefetch0(exact);
			rte_prefetch0(exact + RTE_CACHE_LINE_SIZE / sizeof(*exact));
		}
	}
}

static void classify(const struct rule_classifier *classifier, struct group *group, uint32_t *rules)
{
	const struct rule_box *found[GROUP][RULE_TREES];

	descend(&classifier->trees, group);
	for (uint32_t i = 0; i < group->count; i++)
		find_boxes(classifier, group, i, found[i]);
	for (uint32_t i = 0; i < group->count; i++) {
		uint32_t best = RULE_BOX_NUMBER;

		for (uint32_t tree = 0; tree < RULE_TREES; tree++)
			best = settle(classifier, found[i][tree], &group->points[i], best);
		rules[i] = best == RULE_BOX_NUMBER ? RULE_NONE : best;
	}
}

static void set_point(const struct rule_table *table, const struct rule_classifier *classifier,
                      const struct rule_query *query, struct rule_point *point)
{
	uint32_t protocol = table->protocol_places[query->protocol];

	*point = (struct rule_point){.lane = {[RULE_SOURCE_INTERFACE] = query->source_interface,
	                                      [RULE_DESTINATION_INTERFACE] = query->destination_interface,
	                                      [RULE_SOURCE_PORT] = query->source_port,
	                                      [RULE_DESTINATION_PORT] = query->destination_port,
	                                      [RULE_PROTOCOL] = protocol}};
	if (protocol >= RULE_PLACE_ICMP && protocol < RULE_PLACE_PORTS) {
		point->lane[RULE_SOURCE_PORT] = query->icmp_code;
		point->lane[RULE_DESTINATION_PORT] = query->icmp_type;
	}
	if (query->version == 4) {
		point->lane[RULE_SOURCE] = query->source.ip4;
		point->lane[RULE_DESTINATION] = query->destination.ip4;
	} else {
		point->lane[RULE_SOURCE] = rule_space_place(&classifier->space[0], query->source.ip6);
		point->lane[RULE_DESTINATION] =
		    rule_space_place(&classifier->space[1], query->destination.ip6);
	}
}

void rule_match_all(const struct rule_table *table, const struct rule_query *queries, uint32_t count,
                    uint32_t *rules)
{
	for (uint32_t done = 0, number; done < count; done += number) {
		uint8_t version = queries[done].version;
		const struct rule_classifier *classifier = version == 4 ? &table->ip4 : &table->ip6;
		struct group group;

		/* Neighbours of one version. */
		for (number = 0; number < GROUP && done + number < count; number++) {
			if (queries[done + number].version != version)
				break;
			set_point(table, classifier, &queries[done + number], &group.points[number]);
		}
		group.count = number;
		classify(classifier, &group, &rules[done]);
	}
}

uint32_t rule_match(const struct rule_table *table, const struct rule_query *query)
{
	uint32_t rule = RULE_NONE;

	rule_match_all(table, query, 1, &rule);
	return rule;
}
