/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_COMPLETE_INTERNAL_H
#define MGMT_MGMTD_COMPLETE_INTERNAL_H

/* What the files of the completion share. */

#include "mgmt/mgmtd/complete/complete.h"
#include "mgmt/mgmtd/session/line.h"

#define MATCH_LENGTH 256

/* Candidates that begin with what is typed; its letter case matters only where a candidate has the same (C02-008). */
struct matches {
	char typed[MATCH_LENGTH];
	const char
	    *present; /* values of the list so far, with a comma behind each, or NULL: not offered again */
	size_t count;
	bool exact;                /* those that are counted begin with the letters as typed */
	char common[MATCH_LENGTH]; /* what all of them begin with, in the letter case of the first */
	char (*listed)[MATCH_LENGTH];
};

/* The line that is completed, taken apart. */
struct completing {
	const struct complete_scene *scene;
	struct line *line;             /* the words before the one under the cursor */
	const char *token;             /* the word under the cursor as typed, "" where a new one begins */
	const struct command *command; /* NULL: the command itself is typed */
	enum command_words words;      /* of the command with the options of the line */
	const char *category;          /* as in the schema, or NULL */
	const struct object_type *type;
	const struct lyd_node *holder; /* the object that holds those of the type, NULL at the root */
	const struct lyd_node *object; /* the one that is named, or NULL */
	bool named;                    /* a name was typed (or the type is a singleton) */
	bool settled;                  /* nothing else is to be offered where a new word begins */
	struct matches matches;
	char *insert;
	FILE *out;
};

/* What is typed, without its quotes and escapes. False where it cannot be completed: it is too long, or ends in one. */
bool matches_start(struct matches *matches, const char *raw);
/* Offers a candidate; suffix ("=" of properties) is part of it, mark ("/") only of what is listed. */
void matches_offer(struct matches *matches, const char *candidate, const char *suffix, const char *mark);
/* Lists what was offered in columns of a terminal's width, or one a line for width 0. */
void matches_print(const struct matches *matches, unsigned width, FILE *out);
/*
 * Puts what all candidates begin with behind kept, or lists them where that is what was typed. ends: a blank
 * follows the only one.
 */
void complete_take(struct completing *at, const char *kept, size_t kept_length, bool ends);

/* Whether the command is add, set... */
bool complete_is(const struct completing *at, const char *command);
/* Whether it takes properties behind the object's name. */
bool complete_edits(const struct completing *at);

/* Reads category, type and name of the line before the token. */
void complete_find_target(struct completing *at);
/* Offers the next word of a command that is about objects. */
void complete_target(struct completing *at);
/* Offers the names (for lists: indexes too) of all objects of a type but one (or NULL). */
void complete_names(struct completing *at, const struct object_type *type, const struct lyd_node *holder,
                    const struct lyd_node *but);
/* Offers those of a type at the root, by its name. */
void complete_names_of(struct completing *at, const char *type);
/* Offers the scripts. */
void complete_scripts(struct completing *at);

/* Offers the properties that can be typed now (C02-028). */
void complete_properties(struct completing *at);
/* Completes or explains Name=value (C02-027, C02-029). */
void complete_value(struct completing *at);

#endif
