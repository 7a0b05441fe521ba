/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/rule/classifier.h"

#include <errno.h>
#include <stdlib.h>

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
	free(classifier->boxes.exact);
	free(classifier->trees.units);
	free(classifier->trees.decisions);
	free(classifier->trees.members);
	free(classifier->trees.classes);
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
	       boxes->capacity * sizeof(boxes->boxes[0]) + boxes->exact_capacity * sizeof(boxes->exact[0]) +
	       trees->unit_count * sizeof(trees->units[0]) +
	       trees->class_capacity * sizeof(trees->classes[0]);
}

size_t rule_table_bytes(const struct rule_table *table)
{
	return sizeof(*table) + bytes(&table->ip4) + bytes(&table->ip6);
}
