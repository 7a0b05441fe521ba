/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_NEAREST_H
#define MGMT_MGMTD_NEAREST_H

/* Finds what was probably meant by a word that is not known. Pure; any thread. */

#include <stddef.h>

struct nearest {
	const char *word; /* what was typed */
	const char *best; /* the nearest candidate so far, NULL where none is near enough */
	size_t distance;
};

void nearest_start(struct nearest *nearest, const char *word);
/* Offers a candidate, which must live as long as nearest is used. */
void nearest_offer(struct nearest *nearest, const char *candidate);

#endif
