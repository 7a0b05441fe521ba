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
	/* Node or leaf of each search: search % GROUP is the point, search / GROUP the tree. */
	const void *at[RULE_TREES * GROUP];
	uint8_t open[RULE_TREES * GROUP]; /* those that are not at their leaf yet */
	uint32_t count;
};

/* A point in the order of struct rule_leaf_box, and in that of struct rule_class. */
struct lanes {
	__m128i box, class;
};

static inline struct lanes lanes_of(const struct rule_point *point)
{
	const __m128i *lane = (const __m128i *)point->lane;
	/* Destination port, the lane that is 0, source port, protocol. */
	__m128i rest = _mm_shuffle_epi32(lane[1], _MM_SHUFFLE(2, 0, 3, 1));

	return (struct lanes){_mm_unpacklo_epi64(lane[0], rest), _mm_unpackhi_epi64(lane[0], rest)};
}

/* A bit for each byte of the lanes whose number is within. */
static inline int within(const uint32_t first[4], const uint32_t last[4], __m128i value)
{
	__m128i low = _mm_load_si128((const __m128i *)first), high = _mm_load_si128((const __m128i *)last);

	return _mm_movemask_epi8(_mm_and_si128(_mm_cmpeq_epi32(_mm_max_epu32(value, low), value),
	                                       _mm_cmpeq_epi32(_mm_min_epu32(value, high), value)));
}

/* The first box of a leaf, from this one on, that holds the point, and whose rule is below best; NULL: none. */
static inline const struct rule_leaf_box *find_box(const struct rule_trees *trees,
                                                   const struct rule_leaf_box *box,
                                                   const struct rule_point *point, uint32_t best)
{
	struct lanes lanes = lanes_of(point);

	while (rule_box_rule(box) < best) {
		if ((within(box->first, box->last, lanes.box) & 0xfff) == 0xfff) {
			const struct rule_class *class = &trees->classes[box->first[3]];

			if (within(class->first, class->last, lanes.class) == 0xffff)
				return box;
		}
		if (!(box->last[3] & RULE_BOX_LAST))
			box++;
		else if (box->last[3] & RULE_BOX_LINK)
			box = &trees->units[box->first[3]];
		else
			break;
	}
	return NULL;
}

static inline bool is_exact(const struct rule_leaf_box *box)
{
	return !(box->last[3] & RULE_BOX_INEXACT);
}

/* The lists of a box that is not exact. */
static inline const uint32_t *lists_of(const struct rule_classifier *classifier,
                                       const struct rule_leaf_box *box)
{
	return &classifier->boxes.exact[classifier->trees.classes[box->first[3]].exact];
}

/* The rule of the box found or, where that is not exact and does not hold the point, of one behind it; or best. */
static inline uint32_t settle(const struct rule_classifier *classifier, const struct rule_leaf_box *box,
                              const struct rule_point *point, uint32_t best)
{
	while (box && rule_box_rule(box) < best) {
		if (is_exact(box) || rule_exact_holds(lists_of(classifier, box), point))
			return rule_box_rule(box);
		box =
		    box->last[3] & RULE_BOX_LAST ? NULL : find_box(&classifier->trees, box + 1, point, best);
	}
	return best;
}

/* How many bounds are below the value: the child that it goes to. */
static inline unsigned child_of(const struct rule_node *node, uint32_t value)
{
	const __m128i *bounds = (const __m128i *)node;
	__m128i all = _mm_set1_epi32((int)value), reached[3];
	unsigned mask;

	for (unsigned i = 0; i < 3; i++) {
		__m128i bound = _mm_load_si128(&bounds[i]);

		reached[i] = _mm_cmpeq_epi32(_mm_max_epu32(bound, all), bound);
	}
	mask = (unsigned)_mm_movemask_epi8(_mm_packs_epi16(_mm_packs_epi32(reached[0], reached[1]),
	                                                   _mm_packs_epi32(reached[2], reached[2])));
	/* Behind the bounds there are other things. */
	return (unsigned)__builtin_popcount(~mask & ((1u << RULE_BOUNDS) - 1));
}

/* One step of a search, with what it comes to on its way. Returns whether that is a leaf. */
static inline bool step(const struct rule_trees *trees, struct group *group, unsigned search)
{
	const struct rule_node *node = group->at[search];
	unsigned child = child_of(node, group->points[search % GROUP].lane[node->dimension]);
	const void *next = &trees->units[node->base + node->places[child]];

	rte_prefetch0(next);
	group->at[search] = next;
	return node->leaves >> child & 1;
}

static void descend(const struct rule_trees *trees, struct group *group)
{
	unsigned open = 0;

	for (uint32_t tree = 0; tree < trees->count; tree++) {
		for (uint32_t i = 0; i < group->count; i++) {
			unsigned search = tree * GROUP + i;

			group->at[search] = &trees->units[trees->roots[tree]];
			group->open[open++] = (uint8_t)search;
		}
	}
	while (open) {
		unsigned left = 0;

		for (unsigned i = 0; i < open; i++) {
			uint8_t search = group->open[i];

			group->open[left] = search;
			left += !step(trees, group, search);
		}
		open = left;
	}
}

/* The boxes that a point is found in, one of each tree, with the lists of those that are not exact on their way. */
static void find_boxes(const struct rule_classifier *classifier, const struct group *group, uint32_t i,
                       const struct rule_leaf_box *found[RULE_TREES])
{
	const struct rule_trees *trees = &classifier->trees;
	uint32_t best = RULE_BOX_NUMBER;

	for (uint32_t tree = 0; tree < trees->count; tree++) {
		const struct rule_leaf_box *leaf = group->at[tree * GROUP + i];
		const struct rule_leaf_box *box = find_box(trees, leaf, &group->points[i], best);

		found[tree] = box;
		if (box && is_exact(box)) {
			best = rule_box_rule(box);
		} else if (box) {
			const uint32_t *exact = lists_of(classifier, box);

			rte_prefetch0(exact);
			rte_prefetch0(exact + RTE_CACHE_LINE_SIZE / sizeof(*exact));
		}
	}
}

static void classify(const struct rule_classifier *classifier, struct group *group, uint32_t *rules)
{
	const struct rule_leaf_box *found[GROUP][RULE_TREES];

	descend(&classifier->trees, group);
	for (uint32_t i = 0; i < group->count; i++)
		find_boxes(classifier, group, i, found[i]);
	for (uint32_t i = 0; i < group->count; i++) {
		uint32_t best = RULE_BOX_NUMBER;

		for (uint32_t tree = 0; tree < classifier->trees.count; tree++)
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
