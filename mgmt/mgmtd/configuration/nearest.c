/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/configuration/nearest.h"

#include <ctype.h>
#include <string.h>

#define WORD_MAX 64

static size_t minimum(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Edit distance that counts another letter case as one third of an edit; in thirds. */
static size_t edit_distance(const char *a, const char *b)
{
	size_t row[WORD_MAX + 1], length = strnlen(b, WORD_MAX);

	for (size_t j = 0; j <= length; j++)
		row[j] = 3 * j;
	for (size_t i = 0; a[i] && i < WORD_MAX; i++) {
		size_t diagonal = row[0];

		row[0] = 3 * (i + 1);
		for (size_t j = 0; j < length; j++) {
			size_t cost = a[i] == b[j]                                                   ? 0
			              : tolower((unsigned char)a[i]) == tolower((unsigned char)b[j]) ? 1
			                                                                             : 3;
			size_t next = minimum(diagonal + cost, minimum(row[j], row[j + 1]) + 3);

			diagonal = row[j + 1];
			row[j + 1] = next;
		}
	}
	return row[length];
}

void nearest_start(struct nearest *nearest, const char *word)
{
	/* A third of the letters may be wrong, and at least two. */
	size_t allowed = strnlen(word, WORD_MAX);

	*nearest = (struct nearest){.word = word, .distance = (allowed < 6 ? 6 : allowed) + 1};
}

void nearest_offer(struct nearest *nearest, const char *candidate)
{
	size_t distance = edit_distance(nearest->word, candidate);

	/* Of a short word no letter may be left. */
	if (distance < nearest->distance && distance < 3 * strnlen(nearest->word, WORD_MAX)) {
		nearest->distance = distance;
		nearest->best = candidate;
	}
}
