/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/rule/rule_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Boxes that a rule may become: all rules' together stay within memory, and each may have some. */
#define BOXES_OF_ALL 262144
#define BOXES_FEWEST 12
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

static int add_exact(struct rule_boxes *boxes, uint32_t word)
{
	if (rule_grow(&boxes->exact, &boxes->exact_capacity, boxes->exact_count, sizeof(word)))
		return -ENOMEM;
	boxes->exact[boxes->exact_count++] = word;
	return 0;
}

/* Keeps a list as it is for rule_exact_holds, before its parts are made larger. */
static int keep(struct rule_boxes *boxes, unsigned list, const struct rule_parts *parts)
{
	unsigned lanes = list == RULE_LIST_SERVICE ? 3 : 1;
	int error = add_exact(boxes, list);

	if (!error)
		error = add_exact(boxes, parts->count);
	for (uint32_t i = 0; i < parts->count && !error; i++) {
		for (unsigned lane = 0; lane < 2 * lanes && !error; lane++)
			error = add_exact(boxes, lane < lanes ? parts->part[i].first[lane]
			                                      : parts->part[i].last[lane - lanes]);
	}
	return error;
}

/* Makes parts larger until no more than limit boxes come of them. */
static int reduce(struct rule_boxes *boxes, struct rule_parts lists[RULE_LISTS], uint32_t limit)
{
	bool kept[RULE_LISTS] = {false};

	while (product(lists) > limit) {
		unsigned longest = 0;

		for (unsigned list = 1; list < RULE_LISTS; list++) {
			if (lists[list].count > lists[longest].count)
				longest = list;
		}
		if (!kept[longest] && keep(boxes, longest, &lists[longest]))
			return -ENOMEM;
		kept[longest] = true;
		rule_parts_halve(&lists[longest]);
	}
	return add_exact(boxes, RULE_LISTS);
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
                   const uint32_t chosen[RULE_LISTS], uint32_t rule, uint32_t exact)
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
	box->first[RULE_DIMENSIONS] = exact;
	box->last[RULE_DIMENSIONS] = rule;
	return 0;
}

/* One box for each choice of one part of every list. */
static int multiply(struct rule_boxes *boxes, const struct rule_parts lists[RULE_LISTS], uint32_t rule,
                    uint32_t exact)
{
	uint32_t chosen[RULE_LISTS] = {0};
	unsigned list = 0;

	while (list < RULE_LISTS) {
		if (add_box(boxes, lists, chosen, rule, exact))
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
	uint32_t limit = BOXES_OF_ALL / policy->rule_count, rule = index, exact = 0;

	for (unsigned list = 0; list < RULE_LISTS; list++) {
		if (rule_parts_take(policy, &policy->rules[index], version, classifier->space, list,
		                    &lists[list]))
			return -ENOMEM;
		if (!lists[list].count)
			return 0;
	}
	limit = limit < BOXES_FEWEST ? BOXES_FEWEST : limit > BOXES_MOST ? BOXES_MOST : limit;
	if (product(lists) > limit) {
		exact = boxes->exact_count;
		if (reduce(boxes, lists, limit))
			return -ENOMEM;
		rule |= RULE_BOX_INEXACT;
	}
	return multiply(boxes, lists, rule, exact);
}

int rule_boxes_create(const struct policy *policy, uint8_t version, struct rule_classifier *classifier)
{
	struct rule_parts lists[RULE_LISTS] = {{NULL, 0, 0}};
	int error = 0;

	if (policy->rule_count >= RULE_BOX_NUMBER)
		return -ENOMEM;
	for (uint32_t i = 0; i < policy->rule_count && !error; i++)
		error = add_rule(policy, i, version, classifier, lists);
	for (unsigned list = 0; list < RULE_LISTS; list++)
		free(lists[list].part);
	return error;
}

static bool interval_holds(const uint32_t *parts, uint32_t count, uint32_t value)
{
	uint32_t low = 0;

	/* The last that starts up to the value. */
	while (count > 1) {
		uint32_t half = count / 2;

		low = parts[2 * (low + half)] <= value ? low + half : low;
		count -= half;
	}
	return value >= parts[2 * low] && value <= parts[2 * low + 1];
}

static bool service_holds(const uint32_t *parts, uint32_t count, const uint32_t value[3])
{
	for (; count; count--, parts += 6) {
		bool outside = false;

		for (unsigned lane = 0; lane < 3; lane++)
			outside |= value[lane] < parts[lane] || value[lane] > parts[3 + lane];
		if (!outside)
			return true;
	}
	return false;
}

bool rule_exact_holds(const uint32_t *exact, const struct rule_point *point)
{
	while (*exact != RULE_LISTS) {
		uint32_t list = exact[0], count = exact[1];
		bool service = list == RULE_LIST_SERVICE;

		exact += 2;
		if (service ? !service_holds(exact, count, &point->lane[list])
		            : !interval_holds(exact, count, point->lane[list]))
			return false;
		exact += count * (service ? 6 : 2);
	}
	return true;
}
