/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/rule/classifier.h"

#include <errno.h>
#include <rte_common.h>
#include <rte_jhash.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Where trees lie in memory: a search among many rules is little else than waiting for it. */
#define HUGE_PAGE  (2u << 20)
#define NODE_UNITS 2
#define LEAF_MOST  16 /* boxes of a leaf beside its siblings: places are bytes */

/* Without huge pages every look would wait for the page table too; where there are none it is no error. */
static void *allocate(size_t size)
{
	void *memory;

	if (size < HUGE_PAGE)
		return aligned_alloc(RTE_CACHE_LINE_SIZE, RTE_ALIGN_CEIL(size, RTE_CACHE_LINE_SIZE));
	size = RTE_ALIGN_CEIL(size, HUGE_PAGE);
	memory = aligned_alloc(HUGE_PAGE, size);
	if (memory)
		(void)madvise(memory, size, MADV_HUGEPAGE);
	return memory;
}

/* --- boxes: what they have in common with others lies elsewhere --- */

static struct rule_class class_of(const struct rule_box *box)
{
	static const uint8_t lanes[] = {RULE_SOURCE_INTERFACE, RULE_DESTINATION_INTERFACE, RULE_SOURCE_PORT,
	                                RULE_PROTOCOL};
	struct rule_class out;

	memset(&out, 0, sizeof(out));
	for (unsigned i = 0; i < RTE_DIM(lanes); i++) {
		out.first[i] = box->first[lanes[i]];
		out.last[i] = box->last[lanes[i]];
	}
	if (!rule_box_is_exact(box))
		out.exact = box->first[RULE_DIMENSIONS];
	return out;
}

/* The index of a class, which is added where it is new. index: a hash table of indices + 1, of mask + 1 places. */
static int find_class(struct rule_trees *trees, uint32_t *index, uint32_t mask,
                      const struct rule_class *class, uint32_t *out)
{
	uint32_t at =
	    rte_jhash_32b((const uint32_t *)class, offsetof(struct rule_class, exact) / 4 + 1, 0) & mask;

	while (index[at] && memcmp(&trees->classes[index[at] - 1], class, sizeof(*class)) != 0)
		at = (at + 1) & mask;
	if (!index[at]) {
		if (trees->class_count == trees->class_capacity) {
			uint32_t capacity = trees->class_capacity ? 2 * trees->class_capacity : 64;
			struct rule_class *grown = allocate(capacity * sizeof(*grown));

			if (!grown)
				return -ENOMEM;
			if (trees->class_count)
				memcpy(grown, trees->classes, trees->class_count * sizeof(*grown));
			free(trees->classes);
			trees->classes = grown;
			trees->class_capacity = capacity;
		}
		trees->classes[trees->class_count++] = *class;
		index[at] = trees->class_count;
	}
	*out = index[at] - 1;
	return 0;
}

/* Notes the class of each box where inexact ones have the place of their lists, which the class has now. */
static int make_classes(struct rule_boxes *boxes, struct rule_trees *trees)
{
	uint32_t places = rte_align32pow2(2 * boxes->count + 1);
	uint32_t *index = calloc(places, sizeof(*index));
	int error = index ? 0 : -ENOMEM;

	for (uint32_t i = 0; i < boxes->count && !error; i++) {
		struct rule_class class = class_of(&boxes->boxes[i]);

		error = find_class(trees, index, places - 1, &class, &boxes->boxes[i].first[RULE_DIMENSIONS]);
	}
	free(index);
	return error;
}

static struct rule_leaf_box leaf_box(const struct rule_box *box)
{
	static const uint8_t lanes[] = {RULE_SOURCE, RULE_DESTINATION, RULE_DESTINATION_PORT,
	                                RULE_DIMENSIONS};
	struct rule_leaf_box out;

	for (unsigned i = 0; i < RTE_DIM(lanes); i++) {
		out.first[i] = box->first[lanes[i]];
		out.last[i] = box->last[lanes[i]];
	}
	return out;
}

/* --- trees: the children of a node lie together --- */

/* A decision, and the units that its node takes. */
struct placed {
	uint32_t decision, unit;
};

struct layout {
	const struct rule_boxes *boxes;
	struct rule_trees *trees;
	uint32_t end;           /* of the units that are taken */
	struct placed *waiting; /* a stack: decisions whose children have no place yet */
	uint32_t waiting_count;
};

static uint32_t leaf_size(const struct rule_trees *trees, const struct rule_decision *leaf)
{
	uint32_t size = 1;

	for (uint32_t member = leaf->next; !(trees->members[member] & RULE_MEMBER_LAST); member++)
		size++;
	return size;
}

/* Units of a child among its siblings. */
static uint32_t units_of(const struct rule_trees *trees, const struct rule_decision *child)
{
	uint32_t size;

	if (child->dimension != RULE_LEAF)
		return NODE_UNITS;
	size = leaf_size(trees, child);
	return size > LEAF_MOST ? 1 : size;
}

/*
 * Where so many units go. Two share a line, so that of most leaves one line or two are all; what that leaves free leaves of
 * one box take. hole: such a place, 0: none.
 */
static uint32_t take_units(uint32_t size, uint32_t *end, uint32_t *hole)
{
	uint32_t at = *end;

	if (size == 1 && *hole) {
		at = *hole;
		*hole = 0;
		return at;
	}
	if (size > 1 && at % 2) {
		*hole = at;
		at++;
	}
	*end = at + size;
	return at;
}

static void fill_boxes(const struct layout *layout, const struct rule_decision *leaf, uint32_t size,
                       uint32_t unit)
{
	struct rule_leaf_box *units = &layout->trees->units[unit];

	for (uint32_t i = 0; i < size; i++) {
		uint32_t member = layout->trees->members[leaf->next + i];

		units[i] = member == RULE_MEMBER_NONE
		               ? (struct rule_leaf_box){.first = {UINT32_MAX}}
		               : leaf_box(&layout->boxes->boxes[member & ~RULE_MEMBER_LAST]);
	}
	units[size - 1].last[3] |= RULE_BOX_LAST;
}

/* A long leaf goes on elsewhere: its siblings are to be near. */
static void fill_leaf(struct layout *layout, const struct rule_decision *leaf, uint32_t unit)
{
	uint32_t size = leaf_size(layout->trees, leaf), rest = layout->end;

	if (size <= LEAF_MOST) {
		fill_boxes(layout, leaf, size, unit);
		return;
	}
	layout->end += size;
	fill_boxes(layout, leaf, size, rest);
	layout->trees->units[unit] = (struct rule_leaf_box){
	    .first = {UINT32_MAX, 0, 0, rest},
	    .last = {0, 0, 0, rule_box_rule(&layout->trees->units[rest]) | RULE_BOX_LAST | RULE_BOX_LINK}};
}

/* Makes the node of a decision, and finds places for all that it leads to. */
static void place_node(struct layout *layout, const struct rule_decision *decision, uint32_t unit)
{
	const struct rule_decision *children = &layout->trees->decisions[decision->next];
	struct rule_node *node = (struct rule_node *)(void *)&layout->trees->units[unit];
	uint32_t end = 0, hole = 0;

	*node = (struct rule_node){.dimension = decision->dimension,
	                           .base = RTE_ALIGN_CEIL(layout->end, NODE_UNITS)};
	memset(node->bounds, 0xff, sizeof(node->bounds));
	memcpy(node->bounds, decision->bounds, (decision->children - 1) * sizeof(node->bounds[0]));
	for (uint32_t i = 0; i < decision->children; i++) {
		node->places[i] = (uint8_t)take_units(units_of(layout->trees, &children[i]), &end, &hole);
		node->leaves |= (children[i].dimension == RULE_LEAF) << i;
	}
	layout->end = node->base + end;
	for (uint32_t i = 0; i < decision->children; i++) {
		uint32_t place = node->base + node->places[i];

		if (children[i].dimension == RULE_LEAF)
			fill_leaf(layout, &children[i], place);
		else
			layout->waiting[layout->waiting_count++] = (struct placed){decision->next + i, place};
	}
}

/* Roots are nodes even where all is one leaf. */
static void place_root(struct layout *layout, uint32_t *root)
{
	const struct rule_decision *decision = &layout->trees->decisions[*root];
	struct rule_decision only = {.next = *root, .children = 1};

	*root = RTE_ALIGN_CEIL(layout->end, NODE_UNITS);
	layout->end = *root + NODE_UNITS;
	place_node(layout, decision->dimension == RULE_LEAF ? &only : decision, *root);
	while (layout->waiting_count) {
		struct placed placed = layout->waiting[--layout->waiting_count];

		place_node(layout, &layout->trees->decisions[placed.decision], placed.unit);
	}
}

static int place_trees(const struct rule_boxes *boxes, struct rule_trees *trees)
{
	struct layout layout = {.boxes = boxes, .trees = trees};
	/* Besides its boxes a leaf takes a link and leaves a unit free at most; a node its own units and one more. */
	uint64_t most =
	    trees->member_count + (NODE_UNITS + 1) * (uint64_t)(trees->decision_count + trees->count);

	layout.waiting = malloc((trees->decision_count + 1) * sizeof(*layout.waiting));
	if (most <= UINT32_MAX)
		trees->units = allocate((most + 1) * sizeof(*trees->units));
	if (!layout.waiting || !trees->units) {
		free(layout.waiting);
		return -ENOMEM;
	}
	for (uint32_t tree = 0; tree < trees->count; tree++)
		place_root(&layout, &trees->roots[tree]);
	trees->unit_count = layout.end;
	free(layout.waiting);
	return 0;
}

int rule_trees_lay_out(struct rule_boxes *boxes, struct rule_trees *trees)
{
	int error = make_classes(boxes, trees);

	if (!error)
		error = place_trees(boxes, trees);
	if (error)
		return error;
	free(trees->decisions);
	free(trees->members);
	free(boxes->boxes);
	trees->decisions = NULL;
	trees->members = NULL;
	boxes->boxes = NULL;
	trees->decision_capacity = trees->member_capacity = boxes->capacity = 0;
	return 0;
}
