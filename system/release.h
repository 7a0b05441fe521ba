/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SYSTEM_RELEASE_H
#define SYSTEM_RELEASE_H

/*
 * Which release a node starts (C02-110, C02-111). Pure functions, any thread.
 *
 * The base is what the appliance was delivered with, in the folder that it was installed to. Releases that came later
 * are folders of PATH_RELEASES. A new one is on trial until it came up once; whatever happens before that, the node
 * starts with what ran before.
 */

#include <stdbool.h>

#define RELEASE_VERSION_MAX  64
#define RELEASE_TRIAL_STARTS 2 /* a power failure in the middle of a trial costs one */

/* What is on the disk. Versions are "" where there is none, or none that could be one. */
struct release_state {
	char current[RELEASE_VERSION_MAX]; /* came up once; "": the base */
	bool current_complete;             /* its folder holds every daemon */
	char trying[RELEASE_VERSION_MAX];  /* on trial */
	bool trying_complete;
	unsigned starts; /* of the trial so far */
};

struct release_choice {
	char version[RELEASE_VERSION_MAX]; /* "": the base */
	bool trial;                        /* must come up, else the choice is made again without it */
	unsigned starts; /* of the trial, this one included: written down before it begins */
	bool end_trial;  /* the mark of a trial is to be removed */
	char note[256];  /* for the administrator, "" where all is as usual */
};

/* Chooses. There is always something that can be started: the base is never removed. */
void release_choose(const struct release_state *state, struct release_choice *out);

/* Letters, digits and . _ + ~ -, beginning with a digit, shorter than RELEASE_VERSION_MAX: also a safe name of a folder. */
bool release_version_is_valid(const char *version);

#endif
