/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/time/clock_judge.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define OFFSET_MAX 1e10 /* seconds: more than any clock can be wrong by */

int clock_answer_read(const char *text, double *offset)
{
	static const char said[] = "System clock wrong by ";
	const char *at = strstr(text, said);
	char *end;

	if (!at)
		return -ENODATA;
	at += sizeof(said) - 1;
	*offset = strtod(at, &end);
	if (end == at || strncmp(end, " seconds", 8) != 0 || !isfinite(*offset) || fabs(*offset) > OFFSET_MAX)
		return -ENODATA;
	return 0;
}

struct clock_judgement clock_judge(struct clock_answer answers[], size_t count, double max_adjust, bool force)
{
	struct clock_judgement judgement = {0};
	double sum = 0;

	for (size_t i = 0; i < count; i++) {
		struct clock_answer *answer = &answers[i];

		answer->used = answer->answered && (force || fabs(answer->offset) <= max_adjust);
		judgement.answered += answer->answered;
		judgement.used += answer->used;
		sum += answer->used ? answer->offset : 0;
	}
	if (judgement.used)
		judgement.offset = sum / judgement.used;
	return judgement;
}
