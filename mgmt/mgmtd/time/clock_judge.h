/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_CLOCK_JUDGE_H
#define MGMT_MGMTD_CLOCK_JUDGE_H

/* What the answers of time servers mean for the clock (C02-091 ... C02-094). Pure functions. */

#include <stdbool.h>
#include <stddef.h>

struct clock_answer {
	bool answered;
	bool used;
	double offset; /* seconds by which the clock is behind the server's */
};

struct clock_judgement {
	unsigned answered, used;
	double offset; /* to be added to the clock, where any was used */
};

/* Reads the offset out of what `chronyd -Q` has said. Any text is safe to give. Returns 0, or -ENODATA. */
int clock_answer_read(const char *text, double *offset);
/*
 * Judges each answer by itself: one that differs by more than max_adjust seconds is not used, unless force is set.
 * The offset is the average of those that are. Sets their used.
 */
struct clock_judgement clock_judge(struct clock_answer answers[], size_t count, double max_adjust,
                                   bool force);

#endif
