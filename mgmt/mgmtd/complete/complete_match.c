/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/complete/complete_internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool matches_start(struct matches *matches, const char *raw)
{
	size_t length = 0;

	for (; *raw; raw++) {
		if (*raw == '"')
			continue;
		if (*raw == '\\' && !*++raw)
			return false;
		if (length == sizeof(matches->typed) - 1)
			return false;
		matches->typed[length++] = *raw;
	}
	matches->typed[length] = 0;
	return true;
}

static bool is_present(const char *present, const char *value)
{
	size_t length = strlen(value);

	for (const char *found = present; found && (found = strstr(found, value)); found++)
		if ((found == present || found[-1] == ',') && found[length] == ',')
			return true;
	return false;
}

void matches_offer(struct matches *matches, const char *candidate, const char *suffix, const char *mark)
{
	size_t typed = strlen(matches->typed), i;
	char whole[MATCH_LENGTH];
	bool exact;

	if (strncasecmp(candidate, matches->typed, typed) != 0 ||
	    snprintf(whole, sizeof(whole), "%s%s%s", candidate, suffix, mark) >= (int)sizeof(whole))
		return;
	exact = !strncmp(candidate, matches->typed, typed);
	if ((matches->exact && !exact) || is_present(matches->present, candidate))
		return;
	if (exact && !matches->exact)
		matches->count = 0;
	matches->exact |= exact;
	if (matches->count < COMPLETE_LISTED)
		memcpy(matches->listed[matches->count], whole, sizeof(whole));
	whole[strlen(candidate) + strlen(suffix)] = 0;
	if (!matches->count++)
		memcpy(matches->common, whole, sizeof(whole));
	for (i = 0; matches->common[i] &&
	            tolower((unsigned char)matches->common[i]) == tolower((unsigned char)whole[i]);
	     i++)
		;
	matches->common[i] = 0;
}

void matches_print(const struct matches *matches, unsigned width, FILE *out)
{
	size_t count = matches->count < COMPLETE_LISTED ? matches->count : COMPLETE_LISTED, widest = 1;
	size_t columns, rows;

	for (size_t i = 0; i < count; i++)
		if (strlen(matches->listed[i]) > widest)
			widest = strlen(matches->listed[i]);
	columns = (width + 1) / (widest + 2);
	columns = columns ? columns : 1;
	rows = (count + columns - 1) / columns;
	for (size_t row = 0; row < rows; row++) {
		for (size_t i = row; i < count; i += rows)
			fprintf(out, "%-*s", i + rows < count ? (int)widest + 2 : 0, matches->listed[i]);
		fputc('\n', out);
	}
	if (matches->count > count)
		fprintf(out, "and %zu more\n", matches->count - count);
}

/* Quotes that are open stay open where more is to follow. */
static void write_word(const char *word, bool quoted, bool ends, FILE *out)
{
	bool quote = quoted || !*word || strpbrk(word, " \t\r\n\"\\,") != NULL;

	if (quote)
		fputc('"', out);
	for (; *word; word++) {
		if (*word == '"' || *word == '\\')
			fputc('\\', out);
		fputc(*word, out);
	}
	if (quote && ends)
		fputc('"', out);
}

void complete_take(struct completing *at, const char *kept, size_t kept_length, bool ends)
{
	const struct matches *matches = &at->matches;
	bool only = matches->count == 1 && !strchr(matches->common, '=');
	bool whole = only && !strcmp(matches->common, matches->typed), quoted = false;
	char *token = NULL;
	size_t length;
	FILE *out;

	if (!matches->count)
		return;
	for (const char *c = at->token; *c; c++) {
		quoted |= *c == '"' && (size_t)(c - at->token) >= kept_length;
		c += *c == '\\' && c[1];
	}
	out = open_memstream(&token, &length);
	if (!out)
		return;
	fprintf(out, "%.*s", (int)kept_length, kept);
	/* Options are asked for by their '-', which is the administrator's to type. */
	if ((*matches->common || quoted) && (*matches->typed || strcmp(matches->common, "-") != 0))
		write_word(matches->common, quoted, only, out);
	/* What is whole already has nothing else to be completed by. */
	if (only && (ends || whole))
		fputc(' ', out);
	fclose(out);
	if (strcmp(token, at->token) != 0) {
		at->insert = token;
		return;
	}
	if (matches->count > 1)
		matches_print(matches, at->scene->columns, at->out);
	free(token);
}
