/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/script/script_text.h"
#include "mgmt/mgmtd/session/line.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static void write_escaped(const char *value, bool dollars, FILE *out)
{
	for (; *value; value++) {
		const char *escape = strchr("\r\n\t", *value);

		if (escape)
			fprintf(out, "\\%c", "rnt"[escape - "\r\n\t"]);
		else if (*value == '"' || *value == '\\' || (dollars && *value == '$'))
			fprintf(out, "\\%c", *value);
		else
			fputc(*value, out);
	}
}

static bool needs_quotes(const char *value, const char *special)
{
	return !*value || strpbrk(value, special);
}

static void write_argument(const char *value, bool quoted, FILE *out)
{
	/* A comma of a variable separates values, as it does where it is typed. */
	bool quote = !quoted && needs_quotes(value, " \t\r\n\"\\");

	if (quote)
		fputc('"', out);
	write_escaped(value, false, out);
	if (quote)
		fputc('"', out);
}

void script_write_value(const char *value, FILE *out)
{
	bool quote = needs_quotes(value, " \t\r\n\"\\,$=#") || !strcmp(value, "<empty>");

	if (quote)
		fputc('"', out);
	write_escaped(value, true, out);
	if (quote)
		fputc('"', out);
}

/* Replaces the variable at *at and moves behind it. */
static int expand_variable(const char **at, const char *const arguments[], size_t count, bool quoted,
                           FILE *out, char reason[128])
{
	char *end;
	unsigned long number;

	if (!isdigit((unsigned char)(*at)[1])) {
		snprintf(reason, 128, "after a dollar sign a number must stand; a dollar sign itself is \\$");
		return -EINVAL;
	}
	errno = 0;
	number = strtoul(*at + 1, &end, 10);
	if (errno || number >= count) {
		snprintf(reason, 128, "there is no value for %.*s: the script was given %zu",
		         (int)(end - *at > 20 ? 20 : end - *at), *at, count ? count - 1 : 0);
		return -EINVAL;
	}
	write_argument(arguments[number], quoted, out);
	*at = end;
	return 0;
}

static int expand(const char *line, const char *const arguments[], size_t count, FILE *out, char reason[128])
{
	bool quoted = false;
	int error = 0;

	while (*line && !error) {
		if (ftell(out) > LINE_LENGTH_MAX) {
			snprintf(reason, 128, "the line is too long");
			return -E2BIG;
		}
		if (*line == '$') {
			error = expand_variable(&line, arguments, count, quoted, out, reason);
			continue;
		}
		quoted ^= *line == '"';
		if (*line == '\\' && line[1])
			fputc(*line++, out);
		fputc(*line++, out);
	}
	return error;
}

int script_expand(const char *line, const char *const arguments[], size_t count, char **out, char reason[128])
{
	size_t size;
	FILE *file;
	int error = 0;

	reason[0] = 0;
	*out = NULL;
	file = open_memstream(out, &size);
	if (!file) {
		snprintf(reason, 128, "out of memory");
		return -ENOMEM;
	}
	if (line[strspn(line, " \t\r")] != '#')
		error = expand(line, arguments, count, file, reason);
	else
		fputs(line, file);
	if (fclose(file) && !error) {
		snprintf(reason, 128, "out of memory");
		error = -ENOMEM;
	}
	if (error) {
		free(*out);
		*out = NULL;
	}
	return error;
}

int script_expand_lines(char *text, const char *const arguments[], size_t count, char **out, size_t *length,
                        unsigned *number, char reason[128])
{
	FILE *file = open_memstream(out, length);
	int error = file ? 0 : -ENOMEM;

	*number = 0;
	snprintf(reason, 128, "out of memory");
	for (char *line = text, *next; file && line && !error; line = next) {
		char *expanded;

		next = strchr(line, '\n');
		if (next)
			*next++ = 0;
		++*number;
		error = script_expand(line, arguments, count, &expanded, reason);
		if (!error)
			fwrite(expanded, 1, strlen(expanded) + 1, file);
		free(expanded);
	}
	if (file && fclose(file) && !error)
		error = -ENOMEM;
	if (error && file) {
		free(*out);
		*out = NULL;
	}
	return error;
}
