/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/session/line.h"

#include <ctype.h>
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Where reading and writing are. Decoding never makes text longer; values get a second copy split at commas.
 */
struct reader {
	const char *in;
	char *out;
	struct line *line;
	char *reason;
};

static int fail(struct reader *reader, int error, const char *reason)
{
	snprintf(reader->reason, 128, "%s", reason);
	return error;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Reads one possibly escaped character; quoted is toggled by a quote, which gives no character. Returns 1, 0
 * or -errno. */
static int read_character(struct reader *reader, bool *quoted, char *out)
{
	char c = *reader->in++;

	if (c == '"') {
		*quoted = !*quoted;
		return 0;
	}
	if (c == '\\') {
		c = *reader->in;
		if (!c)
			return fail(reader, -EINVAL, "the line ends after a backslash");
		reader->in++;
		switch (c) {
		case 'r':
			c = '\r';
			break;
		case 'n':
			c = '\n';
			break;
		case 't':
			c = '\t';
			break;
		case '"':
		case '\\':
		case '$':
			break;
		default:
			return fail(reader, -EINVAL, "after a backslash only \" \\ $ r n t may stand");
		}
	}
	*out = c;
	return 1;
}

static int add_value(struct reader *reader, struct argument *argument, const char *value)
{
	struct line *line = reader->line;

	if (line->value_count == LINE_VALUES_MAX)
		return fail(reader, -E2BIG, "too many values in one line");
	line->value[line->value_count++] = value;
	argument->value_count++;
	return 0;
}

/* Reads a value up to a blank: split into values, and whole into text. */
static int read_value(struct reader *reader, struct argument *argument)
{
	const char *start = reader->in;
	bool quoted = false;
	char c, *value = reader->out;
	int got, error;

	argument->values = &reader->line->value[reader->line->value_count];
	argument->has_value = true;
	if (!*start || is_blank(*start))
		return 0;
	while (*reader->in && (quoted || !is_blank(*reader->in))) {
		bool separator = !quoted && *reader->in == ',';

		got = read_character(reader, &quoted, &c);
		if (got < 0)
			return got;
		if (separator) {
			*reader->out++ = 0;
			error = add_value(reader, argument, value);
			if (error)
				return error;
			value = reader->out;
		} else if (got) {
			*reader->out++ = c;
		}
	}
	if (quoted)
		return fail(reader, -EINVAL, "a quote is not closed");
	*reader->out++ = 0;
	argument->reset = !strncmp(start, "<empty>", 7) && reader->in == start + 7;
	return add_value(reader, argument, value);
}

/* Puts the values together again, for properties that take a comma as it is. */
static void join_values(struct reader *reader, struct argument *argument)
{
	if (argument->value_count < 2) {
		argument->text = argument->value_count ? argument->values[0] : "";
		return;
	}
	argument->text = reader->out;
	for (size_t i = 0; i < argument->value_count; i++) {
		if (i)
			*reader->out++ = ',';
		reader->out = stpcpy(reader->out, argument->values[i]);
	}
	reader->out++;
}

static int read_node(struct reader *reader, struct argument *argument, char *name)
{
	char *colon = strchr(name, ':');

	argument->node = -1;
	if (!colon)
		return 0;
	if ((colon[1] != '0' && colon[1] != '1') || colon[2])
		return fail(reader, -EINVAL, "a property's node is :0 (master) or :1 (slave)");
	argument->node = colon[1] - '0';
	*colon = 0;
	return 0;
}

/* The name of an option or property ends at '='; the quotes of a word are dropped. */
static int read_name(struct reader *reader, struct argument *argument)
{
	bool quoted = false, was_quoted = *reader->in == '"';
	char c, *name = reader->out;
	int got;

	while (*reader->in && (quoted || !is_blank(*reader->in))) {
		if (!quoted && !was_quoted && *reader->in == '=')
			break;
		got = read_character(reader, &quoted, &c);
		if (got < 0)
			return got;
		if (got)
			*reader->out++ = c;
	}
	if (quoted)
		return fail(reader, -EINVAL, "a quote is not closed");
	*reader->out++ = 0;
	argument->name = name;
	if (!was_quoted && name[0] == '-' && isalpha((unsigned char)name[1])) {
		argument->kind = ARGUMENT_OPTION;
		argument->name++;
	} else if (*reader->in == '=') {
		argument->kind = ARGUMENT_PROPERTY;
		if (!*name)
			return fail(reader, -EINVAL, "a property's name is missing before '='");
		return read_node(reader, argument, name);
	}
	return 0;
}

static int read_argument(struct reader *reader)
{
	struct line *line = reader->line;
	struct argument *argument = &line->argument[line->count];
	int error;

	if (line->count == LINE_ARGUMENTS_MAX)
		return fail(reader, -E2BIG, "too many words in one line");
	*argument = (struct argument){.node = -1, .text = ""};
	error = read_name(reader, argument);
	if (!error && *reader->in == '=') {
		reader->in++;
		error = read_value(reader, argument);
		join_values(reader, argument);
	}
	line->count++;
	return error;
}

int line_parse(const char *text, struct line *line, char reason[128])
{
	struct reader reader = {.in = text, .line = line, .reason = reason};
	size_t length = strnlen(text, LINE_LENGTH_MAX + 1);
	int error = 0;

	line->count = line->value_count = 0;
	line->bytes = NULL;
	reason[0] = 0;
	if (length > LINE_LENGTH_MAX)
		return fail(&reader, -E2BIG, "the line is too long");
	/* Each part ends with a NUL more than it took, and lists are kept twice. */
	line->bytes = reader.out = malloc(3 * length + 4);
	if (!line->bytes)
		return fail(&reader, -ENOMEM, "out of memory");
	while (!error) {
		while (is_blank(*reader.in))
			reader.in++;
		if (!*reader.in || (!line->count && *reader.in == '#'))
			break;
		error = read_argument(&reader);
	}
	if (error)
		line_free(line);
	return error;
}

void line_free(struct line *line)
{
	/* Passwords may have been among it. */
	if (line->bytes)
		explicit_bzero(line->bytes, malloc_usable_size(line->bytes));
	free(line->bytes);
	line->bytes = NULL;
	line->count = line->value_count = 0;
}

const struct argument *line_option(const struct line *line, const char *name)
{
	for (size_t i = 0; i < line->count; i++)
		if (line->argument[i].kind == ARGUMENT_OPTION && !strcasecmp(line->argument[i].name, name))
			return &line->argument[i];
	return NULL;
}

const char *line_word(const struct line *line, size_t n)
{
	for (size_t i = 0; i < line->count; i++)
		if (line->argument[i].kind == ARGUMENT_WORD && !n--)
			return line->argument[i].name;
	return NULL;
}

size_t line_word_count(const struct line *line)
{
	size_t count = 0;

	for (size_t i = 0; i < line->count; i++)
		count += line->argument[i].kind == ARGUMENT_WORD;
	return count;
}
