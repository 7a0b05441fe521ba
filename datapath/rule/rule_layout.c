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
#define LINE_PAIRS (RTE_CACHE_LINE_SIZE / (2 * sizeof(struct rule_node)))

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

/* --- decisions: a line holds two nodes, what they lead to, and some of what that leads to --- */

/* Two nodes that lie together, in the order they were built, and the one that leads to them, where it is now. */
struct pair {
	uint32_t from, parent;
};

struct ordering {
	const struct rule_node *from;
	struct rule_node *to;
	uint32_t count;       /* of to */
	struct pair *waiting; /* a stack */
	uint32_t waiting_count;
};

/* Gives a node its place, and says what it leads to in *next. False for a leaf. */
static bool place(struct ordering *ordering, uint32_t from, uint32_t at, struct pair *next)
{
	struct rule_node node = ordering->from[from];

	*next = (struct pair){node.next, at};
	if (node.dimension == RULE_LEAF)
		node.next = at;
	ordering->to[at] = node;
	return node.dimension != RULE_LEAF;
}

/* Fills the rest of a line from one pair on, level by level; what finds no place waits. */
static void place_line(struct ordering *ordering, struct pair first)
{
	struct pair level[2 * LINE_PAIRS + 1] = {first};
	uint32_t taken = 0, known = 1;

	do {
		struct pair pair = level[taken++];
		uint32_t at = ordering->count;

		ordering->to[pair.parent].next = at;
		ordering->count += 2;
		for (uint32_t i = 0; i < 2; i++)
			known += place(ordering, pair.from + i, at + i, &level[known]);
	} while (taken < known && ordering->count % (2 * LINE_PAIRS));
	while (known > taken)
		ordering->waiting[ordering->waiting_count++] = level[--known];
}

static int order_nodes(struct rule_trees *trees)
{
	struct ordering ordering = {.from = trees->nodes, .count = 2 * LINE_PAIRS};
	uint32_t capacity = trees->node_count + 2 * LINE_PAIRS;

	ordering.to = allocate(capacity * sizeof(*ordering.to));
	ordering.waiting = malloc(capacity * sizeof(*ordering.waiting));
	if (!ordering.to || !ordering.waiting) {
		free(ordering.to);
		free(ordering.waiting);
		return -ENOMEM;
	}
	/* The roots alone have no pair: they share the first line. */
	for (uint32_t tree = 0; tree < RULE_TREES; tree++) {
		ordering.waiting_count +=
		    place(&ordering, trees->tree[tree].root, tree, &ordering.waiting[ordering.waiting_count]);
		trees->tree[tree].root = tree;
	}
	while (ordering.waiting_count)
		place_line(&ordering, ordering.waiting[--ordering.waiting_count]);
	free(ordering.waiting);
	free(trees->nodes);
	trees->nodes = ordering.to;
	trees->node_count = trees->node_capacity = ordering.count;
	return 0;
}

/* --- leaves: the boxes of one lie together, what they have in common with others elsewhere --- */

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

/* How many members the leaf has that begins there. */
static uint32_t leaf_size(const struct rule_trees *trees, uint32_t member)
{
	uint32_t size = 1;

	for (; !(trees->members[member] & RULE_MEMBER_LAST); member++)
		size++;
	return size;
}

/*
 * Where a leaf of that size goes. Two boxes share a line, so that of most leaves one line is all; what that leaves free
 * leaves of one box take. free: such a place, 0: none.
 */
static uint32_t leaf_place(uint32_t size, uint32_t *end, uint32_t *free)
{
	uint32_t at = *end;

	if (size == 1 && *free) {
		at = *free;
		*free = 0;
		return at;
	}
	if (size > 1 && at % 2) {
		*free = at;
		at++;
	}
	*end = at + size;
	return at;
}

static void fill_leaf(const struct rule_boxes *boxes, const struct rule_trees *trees, uint32_t member,
                      uint32_t size, uint32_t at)
{
	for (uint32_t i = 0; i < size; i++) {
		uint32_t box = trees->members[member + i];

		trees->leaves[at + i] = box == RULE_MEMBER_NONE
		                            ? (struct rule_leaf_box){.first = {UINT32_MAX}}
		                            : leaf_box(&boxes->boxes[box & ~RULE_MEMBER_LAST]);
	}
	trees->leaves[at + size - 1].last[3] |= RULE_BOX_LAST;
}

static int make_leaves(const struct rule_boxes *boxes, struct rule_trees *trees)
{
	uint32_t end = 0, free = 0;

	/* Those that begin at odd places leave one free: no more than there are others. */
	trees->leaves = allocate((trees->member_count + trees->member_count / 2) * sizeof(*trees->leaves));
	if (!trees->leaves)
		return -ENOMEM;
	for (uint32_t i = 0; i < trees->node_count; i++) {
		struct rule_node *node = &trees->nodes[i];
		uint32_t size, at;

		if (node->dimension != RULE_LEAF)
			continue;
		size = leaf_size(trees, node->bound);
		at = leaf_place(size, &end, &free);
		fill_leaf(boxes, trees, node->bound, size, at);
		node->bound = at;
	}
	trees->leaf_count = end;
	return 0;
}

int rule_trees_lay_out(struct rule_boxes *boxes, struct rule_trees *trees)
{
	int error = make_classes(boxes, trees);

	if (!error)
		error = make_leaves(boxes, trees);
	if (!error)
		error = order_nodes(trees);
	if (error)
		return error;
	free(trees->members);
	free(boxes->boxes);
	trees->members = NULL;
	boxes->boxes = NULL;
	trees->member_capacity = boxes->capacity = 0;
	return 0;
}
