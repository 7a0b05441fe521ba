/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "system/release.h"

#include <stdio.h>
#include <string.h>

#define DIGITS "0123456789"

bool release_version_is_valid(const char *version)
{
	size_t length = strlen(version);

	return length && length < RELEASE_VERSION_MAX && strchr(DIGITS, version[0]) &&
	       strspn(version, DIGITS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._+~-") == length;
}

static void choose_proven(const struct release_state *state, struct release_choice *out)
{
	if (state->current_complete)
		strcpy(out->version, state->current);
	else if (state->current[0])
		snprintf(out->note, sizeof(out->note),
		         "Release %s is not whole any more: the node starts with the release that it was "
		         "delivered with.",
		         state->current);
}

void release_choose(const struct release_state *state, struct release_choice *out)
{
	*out = (struct release_choice){0};
	if (!state->trying[0]) {
		choose_proven(state, out);
		return;
	}
	/* It was found good, and the power failed before the mark was away. */
	if (state->current_complete && !strcmp(state->trying, state->current)) {
		strcpy(out->version, state->current);
		out->end_trial = true;
		return;
	}
	if (state->trying_complete && state->starts < RELEASE_TRIAL_STARTS) {
		strcpy(out->version, state->trying);
		out->trial = true;
		out->starts = state->starts + 1;
		return;
	}
	choose_proven(state, out);
	out->end_trial = true;
	if (!out->note[0])
		snprintf(out->note, sizeof(out->note), "Release %s %s: the release before it runs again.",
		         state->trying, state->trying_complete ? "never came up" : "is not whole");
}
