/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/import/atv_text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool is_letter(char byte)
{
	return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
}

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

int atv_wrong(const struct atv_reader *reader, char reason[ATV_REASON], const char *why)
{
	snprintf(reason, ATV_REASON, "line %u, column %zu: %s", reader->line,
	         (size_t)(reader->at - reader->line_start) + 1, why);
	return -EBADMSG;
}

void atv_skip_blanks(struct atv_reader *reader)
{
	while (reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\t'))
		reader->at++;
}

bool atv_begins(const struct atv_reader *reader, const char *text)
{
	size_t length = strlen(text);

	return (size_t)(reader->end - reader->at) >= length && !memcmp(reader->at, text, length);
}

int atv_next_line(struct atv_reader *reader, char reason[ATV_REASON])
{
	for (; reader->at < reader->end && *reader->at != '\n'; reader->at++) {
		if (*reader->at == '\r')
			return atv_wrong(reader, reason,
			                 "the file's lines end with CR LF; make them end with LF alone "
			                 "(dos2unix FILE)");
		if (((unsigned char)*reader->at < 0x20 && *reader->at != '\t') || *reader->at == 0x7f)
			return atv_wrong(reader, reason, "a control character stands here");
	}
	if (reader->at < reader->end) {
		reader->at++;
		reader->line++;
		reader->line_start = reader->at;
	}
	return 0;
}

/* NAME, NAME:n.NAME, ... Moves behind it; returns where it stopped being one, or NULL. */
static const char *span_name(const char *at, const char *end)
{
	for (;;) {
		const char *digits;

		if (at == end || !is_letter(*at))
			return NULL;
		while (at < end && (is_letter(*at) || is_digit(*at) || *at == '_'))
			at++;
		if (at == end || *at != ':')
			return at;
		digits = ++at;
		while (at < end && is_digit(*at))
			at++;
		/* Behind a row stands its column. */
		if (at == digits || at - digits > 5 || at == end || *at != '.')
			return NULL;
		at++;
	}
}

bool atv_name_is_valid(const char *name)
{
	const char *end = name + strlen(name);

	return end - name < ATV_NAME_MAX && span_name(name, end) == end;
}

int atv_take_name(struct atv_reader *reader, char **to, char reason[ATV_REASON])
{
	const char *end = span_name(reader->at, reader->end);
	size_t length;

	if (!end || end - reader->at >= ATV_NAME_MAX)
		return atv_wrong(reader, reason,
		                 "the name of a variable is missing: letters, digits and '_', of a table "
		                 "TABLE:n.COLUMN");
	length = (size_t)(end - reader->at);
	memcpy(*to, reader->at, length);
	(*to)[length] = 0;
	*to += length + 1;
	reader->at = end;
	return 0;
}

int atv_take_value(struct atv_reader *reader, char **to, char reason[ATV_REASON])
{
	const char *start = *to;

	if (!atv_begins(reader, "\""))
		return atv_wrong(reader, reason, "the value in double quotes is missing");
	for (reader->at++; reader->at < reader->end && *reader->at != '"'; reader->at++) {
		if (*reader->at == '\\' && (atv_begins(reader, "\\\"") || atv_begins(reader, "\\\\")))
			reader->at++;
		else if (*reader->at == '\n' || *reader->at == '\r')
			return atv_wrong(reader, reason, "the double quote that closes the value is missing");
		else if (((unsigned char)*reader->at < 0x20 && *reader->at != '\t') || *reader->at == 0x7f)
			return atv_wrong(reader, reason, "a control character stands here");
		if (*to - start >= ATV_VALUE_MAX - 1)
			return atv_wrong(reader, reason, "the value is longer than 8191 bytes");
		*(*to)++ = *reader->at;
	}
	if (reader->at == reader->end)
		return atv_wrong(reader, reason, "the double quote that closes the value is missing");
	*(*to)++ = 0;
	reader->at++;
	return 0;
}
