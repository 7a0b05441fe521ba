/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/rule/classifier.h"

#include <errno.h>
#include <rte_common.h>
#include <stdlib.h>

#define LEAF_BOXES     4  /* not worth a decision: two lines hold them */
#define COPIES         8  /* a box may lie in that many leaves, on average */
#define COPIES_OF_STEP 2  /* and in so many children of a decision that has many */
#define SAMPLES        64 /* boxes looked at to find where to decide */

/* What is left of the dimensions at a node. */
struct region {
	uint32_t first[RULE_DIMENSIONS], last[RULE_DIMENSIONS];
};

/* A list of boxes on the stack. */
struct list {
	uint32_t at, count;
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

static bool covers(const struct rule_box *box, const struct region *region)
{
	for (unsigned i = 0; i < RULE_DIMENSIONS; i++) {
		if (box->first[i] > region->first[i] || box->last[i] < region->last[i])
			return false;
	}
	return rule_box_is_exact(box);
}

/* How many of the bounds are below a value: which child it goes to. */
static unsigned child_of(const struct rule_decision *decision, uint32_t value)
{
	unsigned below = 0;

	for (unsigned i = 0; i + 1 < decision->children; i++)
		below += decision->bounds[i] < value;
	return below;
}

/* Where some of the boxes begin and end in a dimension, in order. Returns how many. */
static uint32_t find_ends(const struct builder *builder, const uint32_t *boxes, uint32_t count,
                          const struct region *region, unsigned dimension, uint32_t ends[4 * SAMPLES])
{
	uint32_t number = 0, step = count / SAMPLES + 1;

	for (uint32_t i = 0; i < count; i += step) {
		const struct rule_box *box = &builder->boxes->boxes[boxes[i]];

		if (box->first[dimension] > region->first[dimension])
			ends[number++] = box->first[dimension] - 1;
		if (box->last[dimension] < region->last[dimension])
			ends[number++] = box->last[dimension];
	}
	qsort(ends, number, sizeof(ends[0]), compare);
	return number;
}

/* Bounds between which as many boxes begin and end. With one child: they all reach through. */
static void find_bounds(const uint32_t *ends, uint32_t number, unsigned most, struct rule_decision *out)
{
	unsigned bounds = 0;

	for (unsigned i = 1; number && i <= most; i++) {
		uint32_t bound = ends[(uint64_t)number * i / (most + 1)];

		if (!bounds || out->bounds[bounds - 1] != bound)
			out->bounds[bounds++] = bound;
	}
	out->children = (uint8_t)(bounds + 1);
}

/* Boxes of each child count by how probable a point there is, were points as the boxes are. UINT64_MAX: no progress. */
static uint64_t weigh(const struct builder *builder, const uint32_t *boxes, uint32_t count,
                      const struct rule_decision *decision)
{
	uint32_t first[RULE_CHILDREN] = {0}, behind[RULE_CHILDREN + 1] = {0}, within = 0;
	uint64_t cost = 0;

	for (uint32_t i = 0; i < count; i++) {
		const struct rule_box *box = &builder->boxes->boxes[boxes[i]];

		first[child_of(decision, box->first[decision->dimension])]++;
		behind[child_of(decision, box->last[decision->dimension]) + 1]++;
	}
	for (unsigned i = 0; i < decision->children; i++) {
		within += first[i] - behind[i];
		/* A child that is hardly smaller is no progress, and bounds the depth. */
		if (within + count / 16 >= count)
			return UINT64_MAX;
		cost += (uint64_t)within * within;
	}
	return cost;
}

/* The best decision with up to so many bounds. False: none is worth it. */
static bool decide(const struct builder *builder, const uint32_t *boxes, uint32_t count,
                   const struct region *region, unsigned most, struct rule_decision *out)
{
	uint32_t ends[4 * SAMPLES];
	uint64_t best = UINT64_MAX;

	for (unsigned i = 0; i < RULE_DIMENSIONS; i++) {
		struct rule_decision decision = {.dimension = (uint8_t)i};
		uint64_t cost;

		find_bounds(ends, find_ends(builder, boxes, count, region, i, ends), most, &decision);
		if (decision.children < 2 || (cost = weigh(builder, boxes, count, &decision)) >= best)
			continue;
		*out = decision;
		best = cost;
	}
	return best != UINT64_MAX;
}

static int add_member(struct rule_trees *trees, uint32_t box)
{
	if (rule_grow(&trees->members, &trees->member_capacity, trees->member_count, sizeof(box)))
		return -ENOMEM;
	trees->members[trees->member_count++] = box;
	return 0;
}

static int make_leaf(struct builder *builder, uint32_t node, struct list list)
{
	struct rule_trees *trees = builder->trees;
	int error = 0;

	trees->decisions[node] = (struct rule_decision){.next = trees->member_count, .dimension = RULE_LEAF};
	for (uint32_t i = 0; i < list.count && !error; i++)
		error = add_member(trees, builder->stack[list.at + i]);
	if (error || !list.count)
		return error ? error : add_member(trees, RULE_MEMBER_NONE);
	trees->members[trees->member_count - 1] |= RULE_MEMBER_LAST;
	return 0;
}

static struct region region_of(const struct region *region, const struct rule_decision *decision,
                               unsigned child)
{
	struct region out = *region;

	if (child > 0)
		out.first[decision->dimension] = decision->bounds[child - 1] + 1;
	if (child + 1u < decision->children)
		out.last[decision->dimension] = decision->bounds[child];
	return out;
}

/* Copies to the stack those of a list that a region meets in a dimension, until one of them decides for all of it. */
static int narrow(struct builder *builder, struct list list, const struct region *region, unsigned dimension,
                  struct list *out)
{
	out->count = 0;
	while (builder->stack_capacity < out->at + list.count) {
		if (rule_grow(&builder->stack, &builder->stack_capacity, builder->stack_capacity,
		              sizeof(uint32_t)))
			return -ENOMEM;
	}
	for (uint32_t i = list.at; i < list.at + list.count; i++) {
		const struct rule_box *box = &builder->boxes->boxes[builder->stack[i]];

		if (box->first[dimension] > region->last[dimension] ||
		    box->last[dimension] < region->first[dimension])
			continue;
		builder->stack[out->at + out->count++] = builder->stack[i];
		if (covers(box, region))
			break;
	}
	return 0;
}

/* The lists of a decision's children, one behind the other from top on; *total: boxes of all. 0 or -ENOMEM. */
static int divide(struct builder *builder, struct list list, const struct region *region,
                  const struct rule_decision *decision, uint32_t top, struct list out[RULE_CHILDREN],
                  uint64_t *total)
{
	int error = 0;

	*total = 0;
	for (unsigned i = 0; i < decision->children && !error; i++) {
		struct region side = region_of(region, decision, i);

		out[i].at = top + (uint32_t)*total;
		error = narrow(builder, list, &side, decision->dimension, &out[i]);
		*total += out[i].count;
	}
	return error;
}

static int new_decisions(struct rule_trees *trees, uint32_t number, uint32_t *out)
{
	*out = trees->decision_count;
	for (uint32_t i = 0; i < number; i++) {
		if (rule_grow(&trees->decisions, &trees->decision_capacity, trees->decision_count,
		              sizeof(trees->decisions[0])))
			return -ENOMEM;
		trees->decisions[trees->decision_count++] = (struct rule_decision){.dimension = RULE_LEAF};
	}
	return 0;
}

/* Decides about a list and divides it. *total: boxes of all children, 0: it is to be a leaf. 0 or -ENOMEM. */
static int split(struct builder *builder, struct list list, const struct region *region, uint32_t top,
                 uint64_t budget, struct rule_decision *decision, struct list lists[RULE_CHILDREN],
                 uint64_t *total)
{
	unsigned most = RTE_MIN(list.count, (uint32_t)RULE_BOUNDS);

	*total = 0;
	if (list.count <= LEAF_BOXES)
		return 0;
	while (decide(builder, &builder->stack[list.at], list.count, region, most, decision)) {
		int error = divide(builder, list, region, decision, top, lists, total);

		if (error ||
		    (*total <= budget && (most == 1 || *total <= COPIES_OF_STEP * (uint64_t)list.count)))
			return error;
		/* Too many copies: fewer children have fewer. */
		*total = 0;
		if (most == 1)
			break;
		most = most > 3 ? 3 : 1;
	}
	return 0;
}

/* Of a list of boxes; what is behind top on the stack is free. budget: the members that all leaves below may have. */
static int build(struct builder *builder, uint32_t node, const struct region *region, struct list list,
                 uint32_t top, uint64_t budget)
{
	struct list lists[RULE_CHILDREN];
	struct rule_decision decision;
	uint64_t total;
	int error = split(builder, list, region, top, budget, &decision, lists, &total);

	if (error)
		return error;
	if (!total)
		return make_leaf(builder, node, list);
	if ((error = new_decisions(builder->trees, decision.children, &decision.next)))
		return error;
	builder->trees->decisions[node] = decision;
	for (unsigned i = 0; i < decision.children && !error; i++) {
		struct region side = region_of(region, &decision, i);

		error = build(builder, decision.next + i, &side, lists[i], top + (uint32_t)total,
		              budget * lists[i].count / total);
	}
	return error;
}

static int build_tree(struct builder *builder, const uint8_t *kinds, uint8_t kind)
{
	struct rule_trees *trees = builder->trees;
	struct region everything = {
	    .last = {UINT32_MAX, UINT32_MAX, UINT16_MAX, UINT16_MAX, UINT16_MAX, UINT16_MAX, UINT8_MAX}};
	struct list list = {0, 0};
	uint32_t root;
	int error;

	for (uint32_t i = 0; i < builder->boxes->count; i++) {
		if (kinds[i] == kind)
			builder->stack[list.count++] = i;
	}
	if (!list.count)
		return 0;
	error = new_decisions(trees, 1, &root);
	if (error)
		return error;
	trees->roots[trees->count++] = root;
	return build(builder, root, &everything, list, list.count, (uint64_t)COPIES * list.count);
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
