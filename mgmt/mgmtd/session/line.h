/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_LINE_H
#define MGMT_MGMTD_LINE_H

/*
 * A typed line: words, options (-verbose, -num=10) and properties (Name=value, Name:0=value, Name=a,b,"c d").
 * Quoting and escapes as C02-007. The text may be anything; pure functions, any thread.
 */

#include <stdbool.h>
#include <stddef.h>

#define LINE_LENGTH_MAX    32768
#define LINE_ARGUMENTS_MAX 256
#define LINE_VALUES_MAX    1024

enum argument_kind { ARGUMENT_WORD, ARGUMENT_OPTION, ARGUMENT_PROPERTY };

struct argument {
	enum argument_kind kind;
	const char *name;          /* the word, the option without its '-', or the property's name */
	int node;                  /* 0 or 1 of Name:0=, Name:1=; else -1 */
	bool has_value;            /* an option with '=', every property */
	bool reset;                /* the value is <empty>, not quoted */
	bool hashed;               /* text is the hash of the password that was typed */
	const char *text;          /* the whole value, unescaped, commas included; "" where there is none */
	const char *const *values; /* split at commas outside quotes; empty parts are kept */
	size_t value_count;        /* 0 for an empty value */
};

struct line {
	size_t count;
	struct argument argument[LINE_ARGUMENTS_MAX];
	/* Storage. */
	const char *value[LINE_VALUES_MAX];
	size_t value_count;
	char *bytes;
};

/*
 * Reads a line. Blank lines and lines that begin with '#' have no arguments. Returns 0 and fills *line
 * (line_free), or -EINVAL, -E2BIG with what is wrong in reason.
 */
int line_parse(const char *text, struct line *line, char reason[128]);
void line_free(struct line *line);

/* The option of that name (letter case does not matter), or NULL. */
const struct argument *line_option(const struct line *line, const char *name);
/* The n-th word (0: the command), or NULL. */
const char *line_word(const struct line *line, size_t n);
size_t line_word_count(const struct line *line);

#endif
