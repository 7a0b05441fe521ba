/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Runs every interleaving of the model (model.h) breadth first, each state once, until a depth, a time or the end of all
 * states, and checks after every tick:
 *   S  never two active nodes where one hears the other, but for MODEL_SETTLE ticks after a change of what is heard
 *   L  never no active node for more than MODEL_OUTAGE ticks while a node is well
 *   F  the active node never changes without a cause: no fail-back (C22-003), no cause in a returning peer
 * The first broken property is printed with the whole way to it.
 *
 * feature: C22-001 C22-002 C22-003 C22-004 C22-031 C22-057 C22-058
 */

#include "cluster/role/test/model.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct step {
	uint32_t parent;
	struct model_choice choice;
};

struct exploration {
	unsigned depth, disturbances, losses, seconds;
	enum model_seed seed;
	uint64_t *seen; /* open addressing, 0: free */
	uint64_t seen_size, seen_count;
	struct step *steps; /* of every state found, in the order of finding */
	uint32_t step_count, step_size;
	struct model *level, *next;
	uint32_t *level_step, *next_step;
	uint32_t level_count, next_count, next_size;
	struct timespec begin;
	unsigned reached;
	uint64_t ticks;
};

static void *grow(void *memory, size_t size)
{
	memory = realloc(memory, size);
	if (memory == NULL) {
		fprintf(stderr, "out of memory\n");
		exit(99);
	}
	return memory;
}

static uint64_t hash_model(const struct model *model)
{
	const uint64_t *words = (const uint64_t *)model;
	uint64_t hash = 0x9e3779b97f4a7c15u;

	_Static_assert(sizeof(struct model) % 8 == 0, "a model is whole words");
	for (size_t i = 0; i < sizeof(*model) / 8; i++) {
		hash = (hash ^ words[i]) * 0xff51afd7ed558ccdu;
		hash ^= hash >> 32;
	}
	return hash == 0 ? 1 : hash;
}

static bool insert(struct exploration *exploration, uint64_t hash)
{
	uint64_t mask = exploration->seen_size - 1, at = hash & mask;

	while (exploration->seen[at] != 0) {
		if (exploration->seen[at] == hash)
			return false;
		at = (at + 1) & mask;
	}
	exploration->seen[at] = hash;
	exploration->seen_count++;
	return true;
}

static bool first_time(struct exploration *exploration, uint64_t hash)
{
	if (exploration->seen_count * 2 >= exploration->seen_size) {
		uint64_t *old = exploration->seen, old_size = exploration->seen_size;

		exploration->seen_size *= 2;
		exploration->seen_count = 0;
		exploration->seen = calloc(exploration->seen_size, sizeof(uint64_t));
		if (exploration->seen == NULL)
			exit(99);
		for (uint64_t i = 0; i < old_size; i++)
			if (old[i] != 0)
				insert(exploration, old[i]);
		free(old);
	}
	return insert(exploration, hash);
}

static uint32_t remember(struct exploration *exploration, uint32_t parent, const struct model_choice *choice)
{
	if (exploration->step_count == exploration->step_size) {
		exploration->step_size *= 2;
		exploration->steps = grow(exploration->steps, exploration->step_size * sizeof(struct step));
	}
	exploration->steps[exploration->step_count].parent = parent;
	exploration->steps[exploration->step_count].choice = *choice;
	return exploration->step_count++;
}

static void print_way(const struct exploration *exploration, uint32_t step, const char *broken)
{
	struct model_choice way[1024];
	unsigned length = 0;
	struct model model;
	char line[400];

	for (; step != 0 && length < 1024; step = exploration->steps[step].parent)
		way[length++] = exploration->steps[step].choice;
	printf("\n%s\n", broken);
	model_begin(&model);
	for (unsigned tick = 0; length > 0; tick++) {
		model_tick(&model, &way[--length], exploration->seed);
		model_describe(&model, &way[length], line, sizeof(line));
		printf("%3u %s\n", tick, line);
	}
}

static void keep(struct exploration *exploration, const struct model *model, uint32_t step)
{
	if (exploration->next_count == exploration->next_size) {
		exploration->next_size *= 2;
		exploration->next = grow(exploration->next, exploration->next_size * sizeof(struct model));
		exploration->level = grow(exploration->level, exploration->next_size * sizeof(struct model));
		exploration->next_step =
		    grow(exploration->next_step, exploration->next_size * sizeof(uint32_t));
		exploration->level_step =
		    grow(exploration->level_step, exploration->next_size * sizeof(uint32_t));
	}
	exploration->next[exploration->next_count] = *model;
	exploration->next_step[exploration->next_count++] = step;
}

/* Every choice in one state. Returns false where a property broke. */
static bool expand(struct exploration *exploration, uint32_t index)
{
	for (unsigned packed = 0; packed < MODEL_EVENTS * 2 * MODEL_LINKS * 4; packed++) {
		struct model_choice choice = {.lose = packed & 3,
		                              .node = packed >> 2 & 1,
		                              .link = packed >> 3 & 1,
		                              .event = packed >> 4};
		struct model model = exploration->level[index];
		const char *broken;

		if (!model_allows(&model, &choice, exploration->disturbances, exploration->losses))
			continue;
		broken = model_tick(&model, &choice, exploration->seed);
		exploration->ticks++;
		if (broken) {
			print_way(exploration, remember(exploration, exploration->level_step[index], &choice),
			          broken);
			return false;
		}
		if (first_time(exploration, hash_model(&model)))
			keep(exploration, &model,
			     remember(exploration, exploration->level_step[index], &choice));
	}
	return true;
}

static double elapsed(const struct exploration *exploration)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)(now.tv_sec - exploration->begin.tv_sec) +
	       (double)(now.tv_nsec - exploration->begin.tv_nsec) / 1e9;
}

static bool explore(struct exploration *exploration)
{
	struct model_choice none = {0};
	struct model model;

	model_begin(&model);
	keep(exploration, &model, remember(exploration, 0, &none));
	for (exploration->reached = 0;
	     exploration->reached < exploration->depth && exploration->next_count > 0;
	     exploration->reached++) {
		struct model *level = exploration->level;
		uint32_t *level_step = exploration->level_step;

		exploration->level = exploration->next;
		exploration->level_step = exploration->next_step;
		exploration->level_count = exploration->next_count;
		exploration->next = level;
		exploration->next_step = level_step;
		exploration->next_count = 0;
		for (uint32_t i = 0; i < exploration->level_count; i++) {
			if (!expand(exploration, i))
				return false;
			if ((i & 4095) == 0 && elapsed(exploration) > exploration->seconds)
				return true;
		}
	}
	return true;
}

static int usage(const char *program)
{
	fprintf(stderr,
	        "usage: %s [-d depth] [-f disturbances] [-l losses] [-s seconds] [-b seeded fault 1..4: the "
	        "run then "
	        "succeeds where it is found]\n",
	        program);
	return 2;
}

int main(int count, char **arguments)
{
	struct exploration exploration = {.depth = 120, .disturbances = 2, .losses = 1, .seconds = 20};
	bool sound;
	int option;

	while ((option = getopt(count, arguments, "d:f:l:s:b:")) != -1) {
		unsigned value = optarg ? (unsigned)strtoul(optarg, NULL, 10) : 0;

		switch (option) {
		case 'd':
			exploration.depth = value;
			break;
		case 'f':
			exploration.disturbances = value;
			break;
		case 'l':
			exploration.losses = value;
			break;
		case 's':
			exploration.seconds = value;
			break;
		case 'b':
			exploration.seed = value;
			break;
		default:
			return usage(arguments[0]);
		}
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &exploration.begin);
	exploration.seen_size = 1 << 20;
	exploration.seen = calloc(exploration.seen_size, sizeof(uint64_t));
	exploration.step_size = exploration.next_size = 1 << 12;
	exploration.steps = grow(NULL, exploration.step_size * sizeof(struct step));
	exploration.level = grow(NULL, exploration.next_size * sizeof(struct model));
	exploration.next = grow(NULL, exploration.next_size * sizeof(struct model));
	exploration.level_step = grow(NULL, exploration.next_size * sizeof(uint32_t));
	exploration.next_step = grow(NULL, exploration.next_size * sizeof(uint32_t));
	sound = explore(&exploration);
	printf("%" PRIu64 " states, %" PRIu64
	       " ticks, depth %u%s, %.1f s, at most %u disturbances and %u losses: %s\n",
	       exploration.seen_count, exploration.ticks, exploration.reached,
	       exploration.next_count == 0 ? " (every state there is)" : "", elapsed(&exploration),
	       exploration.disturbances, exploration.losses, sound ? "sound" : "BROKEN");
	free(exploration.seen);
	free(exploration.steps);
	free(exploration.level);
	free(exploration.next);
	free(exploration.level_step);
	free(exploration.next_step);
	return sound == (exploration.seed == MODEL_SEED_NONE) ? EXIT_SUCCESS : EXIT_FAILURE;
}
