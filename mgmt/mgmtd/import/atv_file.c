/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/import/atv_file.h"
#include "mgmt/mgmtd/import/atv_text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
	const struct atv_variable *const *first = a, *const *second = b;
	int order = strcmp((*first)->name, (*second)->name);

	return order ? order : ((*first)->line > (*second)->line) - ((*first)->line < (*second)->line);
}

/* Sorted by name, in which one that is there twice is found. */
static int sort(struct atv *atv, char reason[ATV_REASON])
{
	atv->sorted = calloc(atv->count + 1, sizeof(struct atv_variable *));
	if (!atv->sorted)
		return -ENOMEM;
	for (size_t i = 0; i < atv->count; i++)
		atv->sorted[i] = &atv->variable[i];
	qsort(atv->sorted, atv->count, sizeof(struct atv_variable *), compare);
	for (size_t i = 1; i < atv->count; i++) {
		if (strcmp(atv->sorted[i - 1]->name, atv->sorted[i]->name) != 0)
			continue;
		snprintf(reason, ATV_REASON, "line %u, column 1: %.127s is in line %u already",
		         atv->sorted[i]->line, atv->sorted[i]->name, atv->sorted[i - 1]->line);
		return -EBADMSG;
	}
	return 0;
}

static int take_variable(struct atv_reader *reader, struct atv *atv, char **to, char reason[ATV_REASON])
{
	struct atv_variable *variable = &atv->variable[atv->count];
	int error;

	if (atv->count == ATV_VARIABLES_MAX)
		return atv_wrong(reader, reason, "the file has more than 65536 variables");
	*variable = (struct atv_variable){.name = *to, .line = reader->line};
	error = atv_take_name(reader, to, reason);
	if (error)
		return error;
	atv_skip_blanks(reader);
	if (!atv_begins(reader, "="))
		return atv_wrong(reader, reason, "'=' is missing behind the name");
	reader->at++;
	atv_skip_blanks(reader);
	variable->value = *to;
	error = atv_take_value(reader, to, reason);
	if (error)
		return error;
	atv_skip_blanks(reader);
	if (reader->at < reader->end && *reader->at != '\n' && *reader->at != '\r' &&
	    !atv_begins(reader, "//"))
		return atv_wrong(reader, reason, "something stands behind the value");
	atv->count++;
	return 0;
}

static int take_lines(struct atv_reader *reader, struct atv *atv, char reason[ATV_REASON])
{
	char *to = atv->text;
	bool ended = false;
	int error = 0;

	while (!error && reader->at < reader->end) {
		atv_skip_blanks(reader);
		if (atv_begins(reader, ATV_END))
			ended = true;
		else if (ended && !atv_begins(reader, "\n") && !atv_begins(reader, "//") &&
		         !atv_begins(reader, "\r") && !atv_begins(reader, "#sig ") &&
		         reader->at < reader->end)
			return atv_wrong(reader, reason, "something stands behind '" ATV_END "'");
		else if (!ended && reader->at < reader->end && *reader->at != '\n' && *reader->at != '\r' &&
		         !atv_begins(reader, "//"))
			error = take_variable(reader, atv, &to, reason);
		if (!error)
			error = atv_next_line(reader, reason);
	}
	if (!error && !ended)
		return atv_wrong(reader, reason,
		                 "the line '" ATV_END
		                 "' is missing: the file was cut short, or add that line where it is whole");
	return error;
}

int atv_parse(const char *bytes, size_t length, struct atv *out, char reason[ATV_REASON])
{
	struct atv_reader reader = {.at = bytes, .end = bytes + length, .line_start = bytes, .line = 1};
	size_t lines = 1;
	int error;

	memset(out, 0, sizeof(*out));
	if (length > ATV_LENGTH_MAX)
		return atv_wrong(&reader, reason, "the file is longer than 4 MB");
	for (size_t i = 0; i < length && lines < ATV_VARIABLES_MAX; i++)
		lines += bytes[i] == '\n';
	/* Never longer than what they are read from. */
	out->size = length;
	out->text = malloc(length + 1);
	out->variable = calloc(lines + 1, sizeof(*out->variable));
	if (!out->text || !out->variable) {
		free(out->text);
		free(out->variable);
		memset(out, 0, sizeof(*out));
		snprintf(reason, ATV_REASON, "out of memory");
		return -ENOMEM;
	}
	error = take_lines(&reader, out, reason);
	if (!error)
		error = sort(out, reason);
	if (error == -ENOMEM)
		snprintf(reason, ATV_REASON, "out of memory");
	if (error)
		atv_free(out);
	return error;
}

void atv_free(struct atv *atv)
{
	if (atv->text)
		explicit_bzero(atv->text, atv->size);
	free(atv->variable);
	free(atv->sorted);
	free(atv->text);
	memset(atv, 0, sizeof(*atv));
}

bool atv_is_profile(const char *bytes, size_t length)
{
	struct atv_reader reader = {.at = bytes, .end = bytes + length, .line_start = bytes, .line = 1};
	static char scratch[ATV_NAME_MAX];
	char reason[ATV_REASON], *to = scratch;

	for (;;) {
		atv_skip_blanks(&reader);
		if (atv_begins(&reader, ATV_END))
			return true;
		if (atv_begins(&reader, "//"))
			while (reader.at < reader.end && *reader.at != '\n')
				reader.at++;
		if (!atv_begins(&reader, "\n") && !atv_begins(&reader, "\r"))
			break;
		reader.at++;
	}
	if (atv_take_name(&reader, &to, reason))
		return false;
	atv_skip_blanks(&reader);
	return atv_begins(&reader, "=");
}

static int compare_name(const void *name, const void *b)
{
	const struct atv_variable *const *variable = b;

	return strcmp(name, (*variable)->name);
}

struct atv_variable *atv_find(const struct atv *atv, const char *name)
{
	struct atv_variable **found =
	    bsearch(name, atv->sorted, atv->count, sizeof(struct atv_variable *), compare_name);

	return found ? *found : NULL;
}

char *atv_write(const char *name, const char *value)
{
	char *text = NULL;
	size_t size;
	FILE *out;

	if (!atv_name_is_valid(name) || strlen(value) >= ATV_VALUE_MAX)
		return NULL;
	for (const char *byte = value; *byte; byte++)
		if ((unsigned char)*byte < 0x20 || *byte == 0x7f)
			return NULL;
	out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	fprintf(out, "%s = \"", name);
	for (; *value; value++)
		fprintf(out, *value == '"' || *value == '\\' ? "\\%c" : "%c", *value);
	fputs("\"\n" ATV_END "\n", out);
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}
