/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/rule/classifier.h"

#include <errno.h>
#include <rte_common.h>
#include <stdlib.h>

#define LEAF_BOXES 2  /* not worth a decision */
#define COPIES     8  /* a box may lie in that many leaves, on average */
#define SAMPLES    24 /* boxes looked at to find where to decide */

/* What is left of the dimensions at a node. */
struct region {
	uint32_t first[RULE_DIMENSIONS], last[RULE_DIMENSIONS];
};

struct decision {
	unsigned dimension;
	uint32_t bound;
	uint64_t cost;
};

struct builder {
	const struct rule_boxes *boxes;
	struct rule_trees *trees;
	uint32_t *stack; /* lists of boxes of the nodes on the way down */
	uint32_t stack_capacity;
};

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static bool overlaps(const struct rule_box *box, const struct region *region)
{
	for (unsigned i = 0; i < RULE_DIMENSIONS; i++) {
		if (box->first[i] > region->last[i] || box->last[i] < region->first[i])
			return false;
	}
	return true;
}

static bool covers(const struct rule_box *box, const struct region *region)
{
	for (unsigned i = 0; i < RULE_DIMENSIONS; i++) {
		if (box->first[i] > region->first[i] || box->last[i] < region->last[i])
			return false;
	}
	return rule_box_is_exact(box);
}

/* The median of where some of the boxes begin and end. False: they all reach through. */
static bool find_bound(const struct builder *builder, const uint32_t *list, uint32_t count,
                       const struct region *region, unsigned dimension, uint32_t *bound)
{
	uint32_t bounds[4 * SAMPLES], number = 0, step = count / SAMPLES + 1;

	for (uint32_t i = 0; i < count; i += step) {
		const struct rule_box *box = &builder->boxes->boxes[list[i]];

		if (box->first[dimension] > region->first[dimension])
			bounds[number++] = box->first[dimension] - 1;
		if (box->last[dimension] < region->last[dimension])
			bounds[number++] = box->last[dimension];
	}
	if (!number)
		return false;
	qsort(bounds, number, sizeof(bounds[0]), compare);
	*bound = bounds[number / 2];
	return true;
}

/* Boxes on either side count by how probable a point there is, were points as the boxes are. */
static void weigh(const struct builder *builder, const uint32_t *list, uint32_t count, unsigned dimension,
                  uint32_t bound, struct decision *best)
{
	uint64_t low = 0, high = 0, cost;

	for (uint32_t i = 0; i < count; i++) {
		const struct rule_box *box = &builder->boxes->boxes[list[i]];

		low += box->first[dimension] <= bound;
		high += box->last[dimension] > bound;
	}
	/* A side that is hardly smaller is no progress, and bounds the depth. */
	if (low + count / 16 >= count || high + count / 16 >= count)
		return;
	cost = low * low + high * high;
	if (cost < best->cost)
		*best = (struct decision){dimension, bound, cost};
}

static bool decide(const struct builder *builder, const uint32_t *list, uint32_t count,
                   const struct region *region, struct decision *out)
{
	*out = (struct decision){.cost = UINT64_MAX};
	if (count <= LEAF_BOXES)
		return false;
	for (unsigned i = 0; i < RULE_DIMENSIONS; i++) {
		uint32_t bound;

		if (find_bound(builder, list, count, region, i, &bound))
			weigh(builder, list, count, i, bound, out);
	}
	return out->cost != UINT64_MAX;
}

static int add_member(struct rule_trees *trees, uint32_t box)
{
	if (rule_grow(&trees->members, &trees->member_capacity, trees->member_count, sizeof(box)))
		return -ENOMEM;
	trees->members[trees->member_count++] = box;
	return 0;
}

static int make_leaf(struct builder *builder, uint32_t node, uint32_t at, uint32_t count)
{
	struct rule_trees *trees = builder->trees;
	int error = 0;

	trees->nodes[node] =
	    (struct rule_node){.bound = trees->member_count, .next = node, .dimension = RULE_LEAF};
	for (uint32_t i = 0; i < count && !error; i++)
		error = add_member(trees, builder->stack[at + i]);
	if (error || !count)
		return error ? error : add_member(trees, RULE_MEMBER_NONE);
	trees->members[trees->member_count - 1] |= RULE_MEMBER_LAST;
	return 0;
}

/* Copies to the stack those of a list that a region meets, until one of them decides for all of it. */
static int narrow(struct builder *builder, uint32_t at, uint32_t count, const struct region *region,
                  uint32_t to, uint32_t *out)
{
	*out = 0;
	while (builder->stack_capacity < to + count) {
		if (rule_grow(&builder->stack, &builder->stack_capacity, builder->stack_capacity,
		              sizeof(uint32_t)))
			return -ENOMEM;
	}
	for (uint32_t i = at; i < at + count; i++) {
		const struct rule_box *box = &builder->boxes->boxes[builder->stack[i]];

		if (!overlaps(box, region))
			continue;
		builder->stack[to + (*out)++] = builder->stack[i];
		if (covers(box, region))
			break;
	}
	return 0;
}

static int new_nodes(struct rule_trees *trees, uint32_t number, uint32_t *out)
{
	*out = trees->node_count;
	for (uint32_t i = 0; i < number; i++) {
		if (rule_grow(&trees->nodes, &trees->node_capacity, trees->node_count,
		              sizeof(trees->nodes[0])))
			return -ENOMEM;
		trees->nodes[trees->node_count++] = (struct rule_node){.bound = 0};
	}
	return trees->node_count < 1u << 28 ? 0 : -ENOMEM;
}

/* Of the list stack[at...]; what is behind top is free. budget: the members that all leaves below may have. */
static int build(struct builder *builder, uint32_t node, const struct region *region, uint32_t at,
                 uint32_t count, uint32_t top, uint64_t budget)
{
	struct region sides[2] = {*region, *region};
	struct decision decision;
	uint32_t children, numbers[2];
	uint64_t both;
	int error;

	if (!decide(builder, &builder->stack[at], count, region, &decision))
		return make_leaf(builder, node, at, count);
	sides[0].last[decision.dimension] = decision.bound;
	sides[1].first[decision.dimension] = decision.bound + 1;
	if ((error = narrow(builder, at, count, &sides[0], top, &numbers[0])) ||
	    (error = narrow(builder, at, count, &sides[1], top + numbers[0], &numbers[1])))
		return error;
	both = (uint64_t)numbers[0] + numbers[1];
	if (both > budget)
		return make_leaf(builder, node, at, count);
	if ((error = new_nodes(builder->trees, 2, &children)))
		return error;
	builder->trees->nodes[node] =
	    (struct rule_node){.bound = decision.bound, .next = children, .dimension = decision.dimension};
	error = build(builder, children, &sides[0], top, numbers[0], top + both,
	              budget * numbers[0] / (both ? both : 1));
	if (error)
		return error;
	return build(builder, children + 1, &sides[1], top + numbers[0], numbers[1], top + both,
	             budget * numbers[1] / (both ? both : 1));
}

static int build_tree(struct builder *builder, const uint8_t *kinds, uint8_t kind)
{
	struct rule_trees *trees = builder->trees;
	struct region everything = {
	    .last = {UINT32_MAX, UINT32_MAX, UINT16_MAX, UINT16_MAX, UINT16_MAX, UINT16_MAX, UINT8_MAX}};
	uint32_t count = 0;
	int error;

	for (uint32_t i = 0; i < builder->boxes->count; i++) {
		if (kinds[i] == kind)
			builder->stack[count++] = i;
	}
	error = new_nodes(trees, 1, &trees->tree[kind].root);
	if (error)
		return error;
	return build(builder, trees->tree[kind].root, &everything, 0, count, count, (uint64_t)COPIES * count);
}

int rule_trees_create(struct rule_classifier *classifier)
{
	struct rule_boxes *boxes = &classifier->boxes;
	struct builder builder = {boxes, &classifier->trees, NULL, boxes->count + 1};
	uint8_t *kinds = calloc(1, boxes->count + 1);
	int error = -ENOMEM;

	builder.stack = malloc(builder.stack_capacity * sizeof(uint32_t));
	if (builder.stack && kinds)
		error = 0;
	for (unsigned dimension = RULE_SOURCE; dimension <= RULE_DESTINATION && !error; dimension++)
		error = rule_boxes_mark_wide(boxes, dimension, kinds);
	for (uint8_t kind = 0; kind < RULE_TREES && !error; kind++)
		error = build_tree(&builder, kinds, kind);
	free(builder.stack);
	free(kinds);
	return error ? error : rule_trees_lay_out(boxes, &classifier->trees);
}
