/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/rule/classifier.h"

#include <errno.h>
#include <stdlib.h>

#define WIDE 8 /* a box is wide in an address that holds more than this part of all others' beginnings */

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* The beginnings of all boxes in an address, ascending. */
static uint32_t *beginnings(const struct rule_boxes *boxes, unsigned dimension)
{
	uint32_t *out = malloc((boxes->count + 1ULL) * sizeof(*out));

	if (!out)
		return NULL;
	for (uint32_t i = 0; i < boxes->count; i++)
		out[i] = boxes->boxes[i].first[dimension];
	qsort(out, boxes->count, sizeof(*out), compare);
	return out;
}

/* How many numbers are below a value. */
static uint32_t below(const uint32_t *sorted, uint32_t count, uint64_t value)
{
	uint32_t low = 0, high = count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (sorted[middle] < value)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int rule_boxes_mark_wide(const struct rule_boxes *boxes, unsigned dimension, uint8_t *kinds)
{
	uint32_t *sorted = beginnings(boxes, dimension);

	if (!sorted)
		return -ENOMEM;
	for (uint32_t i = 0; i < boxes->count; i++) {
		const struct rule_box *box = &boxes->boxes[i];
		uint32_t within = below(sorted, boxes->count, (uint64_t)box->last[dimension] + 1) -
		                  below(sorted, boxes->count, box->first[dimension]);

		kinds[i] |= (within > boxes->count / WIDE) << dimension;
	}
	free(sorted);
	return 0;
}
