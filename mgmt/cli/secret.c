/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/cli/secret.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#define WORD_MAX 32

/* What the names of properties with secrets have in them. */
static const char *const marks[] = {"pass", "pasw", "secret", "psk", "sharedkey"};
static const char *const names[] = {"password", "secret"};

static size_t least(size_t a, size_t b, size_t c)
{
	size_t smaller = a < b ? a : b;

	return smaller < c ? smaller : c;
}

/* Letters to add, leave out or change (Levenshtein). Both at most WORD_MAX long. */
static size_t distance(const char *a, const char *b)
{
	size_t row[WORD_MAX + 1], length = strlen(b);

	for (size_t j = 0; j <= length; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= length; j++) {
			size_t above = row[j];

			row[j] = least(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[length];
}

/* Also where the name was mistyped: what stands behind it is a secret all the same. */
static bool is_secret(const char *word, size_t length)
{
	char text[WORD_MAX + 1];

	if (length > WORD_MAX)
		return false;
	for (size_t i = 0; i < length; i++)
		text[i] = (char)tolower((unsigned char)word[i]);
	text[length] = 0;
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
		if (strstr(text, marks[i]))
			return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (distance(text, names[i]) <= 2)
			return true;
	return false;
}

/* Behind the first word that is one: everything there may be the secret, whatever stands in between. */
static const char *value(const char *line)
{
	while (*line) {
		size_t length = 0;

		while (isalnum((unsigned char)line[length]))
			length++;
		if (length && is_secret(line, length))
			return line[length] == '=' ? line + length + 1 : line + length;
		line += length ? length : 1;
	}
	return NULL;
}

bool secret_in(const char *line)
{
	return value(line) != NULL;
}

void secret_hide(char *line)
{
	char *at = (char *)value(line);

	for (; at && *at; at++)
		if (*at != ' ')
			*at = '*';
}
