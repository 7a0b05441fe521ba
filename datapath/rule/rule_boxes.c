/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/rule/rule_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Boxes that a rule may become: all rules' together stay within memory, and each may have some. */
#define BOXES_OF_ALL 262144
#define BOXES_FEWEST 8
#define BOXES_MOST   1024

static uint64_t product(const struct rule_parts lists[RULE_LISTS])
{
	uint64_t out = 1;

	for (unsigned list = 0; list < RULE_LISTS; list++) {
		out *= lists[list].count;
		/* Past every limit is far enough. */
		if (out > UINT32_MAX)
			return UINT32_MAX;
	}
	return out;
}

/* Keeps a list as it is for rule_boxes_verify, before its parts are made larger. */
static int keep(struct rule_boxes *boxes, struct rule_exact *exact, unsigned list,
                const struct rule_parts *parts)
{
	exact->first[list] = boxes->part_count;
	exact->count[list] = parts->count;
	for (uint32_t i = 0; i < parts->count; i++) {
		if (rule_grow(&boxes->parts, &boxes->part_capacity, boxes->part_count,
		              sizeof(boxes->parts[0])))
			return -ENOMEM;
		boxes->parts[boxes->part_count++] = parts->part[i];
	}
	return 0;
}

/* Makes parts larger until no more than limit boxes come of them. */
static int reduce(struct rule_boxes *boxes, uint32_t rule, struct rule_parts lists[RULE_LISTS],
                  uint32_t limit)
{
	struct rule_exact *exact;

	if (rule_grow(&boxes->exact, &boxes->exact_capacity, boxes->exact_count, sizeof(*exact)))
		return -ENOMEM;
	boxes->exact_of_rule[rule] = boxes->exact_count;
	exact = &boxes->exact[boxes->exact_count++];
	memset(exact, 0, sizeof(*exact));
	while (product(lists) > limit) {
		unsigned longest = 0;

		for (unsigned list = 1; list < RULE_LISTS; list++) {
			if (lists[list].count > lists[longest].count)
				longest = list;
		}
		if (!exact->count[longest] && keep(boxes, exact, longest, &lists[longest]))
			return -ENOMEM;
		rule_parts_halve(&lists[longest]);
	}
	return 0;
}

static int grow_boxes(struct rule_boxes *boxes)
{
	uint32_t capacity = boxes->capacity ? 2 * boxes->capacity : 64;
	struct rule_box *grown;

	if (boxes->count < boxes->capacity)
		return 0;
	if (capacity < boxes->capacity || !(grown = aligned_alloc(64, capacity * sizeof(*grown))))
		return -ENOMEM;
	if (boxes->count)
		memcpy(grown, boxes->boxes, boxes->count * sizeof(*grown));
	free(boxes->boxes);
	boxes->boxes = grown;
	boxes->capacity = capacity;
	return 0;
}

static int add_box(struct rule_boxes *boxes, const struct rule_parts lists[RULE_LISTS],
                   const uint32_t chosen[RULE_LISTS], uint32_t rule)
{
	struct rule_box *box;

	if (grow_boxes(boxes))
		return -ENOMEM;
	box = &boxes->boxes[boxes->count++];
	memset(box, 0, sizeof(*box));
	for (unsigned list = 0; list < RULE_LISTS; list++) {
		const struct rule_part *part = &lists[list].part[chosen[list]];
		size_t size = (list == RULE_LIST_SERVICE ? 3 : 1) * sizeof(uint32_t);

		memcpy(&box->first[list], part->first, size);
		memcpy(&box->last[list], part->last, size);
	}
	box->last[RULE_DIMENSIONS] = rule;
	return 0;
}

/* One box for each choice of one part of every list. */
static int multiply(struct rule_boxes *boxes, const struct rule_parts lists[RULE_LISTS], uint32_t rule)
{
	uint32_t chosen[RULE_LISTS] = {0};
	unsigned list = 0;

	while (list < RULE_LISTS) {
		if (add_box(boxes, lists, chosen, rule))
			return -ENOMEM;
		for (list = 0; list < RULE_LISTS && ++chosen[list] == lists[list].count; list++)
			chosen[list] = 0;
	}
	return 0;
}

static int add_rule(const struct policy *policy, uint32_t index, uint8_t version,
                    struct rule_classifier *classifier, struct rule_parts lists[RULE_LISTS])
{
	struct rule_boxes *boxes = &classifier->boxes;
	uint32_t limit = BOXES_OF_ALL / policy->rule_count, rule = index;

	for (unsigned list = 0; list < RULE_LISTS; list++) {
		if (rule_parts_take(policy, &policy->rules[index], version, classifier->space, list,
		                    &lists[list]))
			return -ENOMEM;
		if (!lists[list].count)
			return 0;
	}
	limit = limit < BOXES_FEWEST ? BOXES_FEWEST : limit > BOXES_MOST ? BOXES_MOST : limit;
	if (product(lists) > limit) {
		if (reduce(boxes, index, lists, limit))
			return -ENOMEM;
		rule |= RULE_BOX_INEXACT;
	}
	return multiply(boxes, lists, rule);
}

int rule_boxes_create(const struct policy *policy, uint8_t version, struct rule_classifier *classifier)
{
	struct rule_parts lists[RULE_LISTS] = {{NULL, 0, 0}};
	int error = 0;

	classifier->boxes.exact_of_rule = calloc(policy->rule_count + 1, sizeof(uint32_t));
	if (!classifier->boxes.exact_of_rule || policy->rule_count >= RULE_BOX_NUMBER)
		return -ENOMEM;
	for (uint32_t i = 0; i < policy->rule_count && !error; i++)
		error = add_rule(policy, i, version, classifier, lists);
	for (unsigned list = 0; list < RULE_LISTS; list++)
		free(lists[list].part);
	return error;
}

static bool interval_holds(const struct rule_part *part, uint32_t count, uint32_t value)
{
	uint32_t low = 0;

	/* The last that starts up to the value. */
	while (count > 1) {
		uint32_t half = count / 2;

		low = part[low + half].first[0] <= value ? low + half : low;
		count -= half;
	}
	return value >= part[low].first[0] && value <= part[low].last[0];
}

static bool service_holds(const struct rule_part *part, uint32_t count, const uint32_t value[3])
{
	for (uint32_t i = 0; i < count; i++) {
		bool outside = false;

		for (unsigned lane = 0; lane < 3; lane++)
			outside |= value[lane] < part[i].first[lane] || value[lane] > part[i].last[lane];
		if (!outside)
			return true;
	}
	return false;
}

bool rule_boxes_verify(const struct rule_boxes *boxes, const struct rule_box *box,
                       const struct rule_point *point)
{
	const struct rule_exact *exact = &boxes->exact[boxes->exact_of_rule[rule_box_rule(box)]];

	for (unsigned list = 0; list < RULE_LISTS; list++) {
		const struct rule_part *parts = &boxes->parts[exact->first[list]];

		if (!exact->count[list])
			continue;
		if (list == RULE_LIST_SERVICE ? !service_holds(parts, exact->count[list], &point->lane[list])
		                              : !interval_holds(parts, exact->count[list], point->lane[list]))
			return false;
	}
	return true;
}
