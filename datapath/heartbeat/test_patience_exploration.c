/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Every state of the model (test_patience_model.h), breadth first, each once. Checked in each: whoever is judged dead forwards no
 * more. With the number of a fault as second argument, that fault is put in, and to find it is success.
 *
 * feature: C22-024
 */

#include "datapath/heartbeat/test_patience_model.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WISHES     MODEL_WISHES_MAX
#define WISHES_FEW 1

struct node {
	struct world world;
	uint32_t parent;
	char step[28];
};

static struct {
	struct node *nodes;
	uint32_t count, size;
	uint32_t *table; /* index + 1 by hash */
	uint32_t table_size;
} all;

static uint64_t hash(const struct world *world)
{
	const uint64_t *words = (const uint64_t *)world;
	uint64_t value = 0x9e3779b97f4a7c15u;

	for (size_t i = 0; i < sizeof(*world) / 8; i++) {
		value = (value ^ words[i]) * 0xff51afd7ed558ccdu;
		value ^= value >> 32;
	}
	return value;
}

void keep(const struct world *world, uint32_t parent, const char *step)
{
	uint32_t at = (uint32_t)hash(world) & (all.table_size - 1);

	for (; all.table[at]; at = (at + 1) & (all.table_size - 1)) {
		if (memcmp(&all.nodes[all.table[at] - 1].world, world, sizeof(*world)) == 0)
			return;
	}
	if (all.count == all.size) {
		fprintf(stderr, "more than %u states\n", all.size);
		exit(99);
	}
	all.nodes[all.count].world = *world;
	all.nodes[all.count].parent = parent;
	snprintf(all.nodes[all.count].step, sizeof(all.nodes[all.count].step), "%s", step);
	all.table[at] = ++all.count;
}

static void print_way(uint32_t index)
{
	uint32_t way[1000];
	unsigned length = 0;

	for (; index && length < 1000; index = all.nodes[index].parent)
		way[length++] = index;
	while (length-- > 0) {
		const struct world *world = &all.nodes[way[length]].world;

		printf("%-20s wish %" PRIu64 " (%" PRIu64 "), known %" PRIu64 ", acknowledged %" PRIu64
		       ", silent for %" PRIu64 " of %" PRIu64 ", last sent %" PRIu64 " ago, fence %" PRIu64
		       "\n",
		       all.nodes[way[length]].step, world->current, world->judge.wanted_ns, world->known,
		       world->acknowledged, world->heard ? MODEL_NOW - world->heard : 0,
		       model_judges_by(world), MODEL_NOW - world->lease.base_ns, world->lease.fence_ns);
	}
}

static bool explore(void)
{
	struct world world;

	model_begin(&world);
	keep(&world, 0, "begins");
	for (uint32_t i = 0; i < all.count; i++) {
		world = all.nodes[i].world;
		if (!model_sound(&world)) {
			print_way(i);
			return false;
		}
		model_steps(&world, i);
	}
	return true;
}

int main(int count, char **arguments)
{
	bool result;

	model.any_loss = count > 1 && strcmp(arguments[1], "any") == 0;
	model.asks = count > 1 && strcmp(arguments[1], "ask") == 0;
	model.configured = count > 1 && strcmp(arguments[1], "configured") == 0;
	model.wishes = model.any_loss || model.asks || model.configured ? WISHES_FEW : WISHES;
	model.seed = count > 2 ? (enum model_seed)strtoul(arguments[2], NULL, 10) : SEED_NONE;
	all.size = 4u << 20;
	all.table_size = 1u << 23;
	all.nodes = calloc(all.size, sizeof(*all.nodes));
	all.table = calloc(all.table_size, sizeof(*all.table));
	if (!all.nodes || !all.table)
		return 99;
	result = explore();
	printf("%u states: %s\n", all.count, result ? "sound, all there are" : "BROKEN");
	free(all.nodes);
	free(all.table);
	return result == (model.seed == SEED_NONE) ? EXIT_SUCCESS : EXIT_FAILURE;
}
