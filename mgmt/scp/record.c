/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/scp/record.h"

#include <errno.h>
#include <string.h>

#define SIZE_MAX_DIGITS 18

/* Digits and one blank. Returns what is behind, or NULL. */
static const char *read_number(const char *at, char end, uint64_t *out)
{
	size_t digits = strspn(at, "0123456789");

	if (!digits || digits > SIZE_MAX_DIGITS || at[digits] != end)
		return NULL;
	*out = 0;
	for (size_t i = 0; i < digits; i++)
		*out = *out * 10 + (uint64_t)(at[i] - '0');
	return at + digits + (end != 0);
}

/* "0644 SIZE NAME": the mode must be one, and says nothing here. */
static int read_file(const char *at, struct scp_record *out)
{
	if (strspn(at, "01234567") != 4 || at[4] != ' ')
		return -EBADMSG;
	at = read_number(at + 5, ' ', &out->size);
	if (!at || !*at)
		return -EBADMSG;
	strcpy(out->text, at);
	return 0;
}

static int read_times(const char *at)
{
	for (unsigned i = 0; at && i < 4; i++) {
		uint64_t number;

		at = read_number(at, i < 3 ? ' ' : 0, &number);
	}
	return at ? 0 : -EBADMSG;
}

int scp_record_parse(const char *line, struct scp_record *out)
{
	static const char letters[] = {'C', 'D', 'E', 'T', 1, 2};
	const char *letter = memchr(letters, *line, sizeof(letters));

	memset(out, 0, sizeof(*out));
	if (!letter || strlen(line) >= SCP_RECORD_MAX)
		return -EBADMSG;
	out->kind = (enum scp_record_kind)(letter - letters);
	line++;
	if (out->kind == SCP_FILE || out->kind == SCP_FOLDER)
		return read_file(line, out);
	if (out->kind == SCP_TIMES)
		return read_times(line);
	if (out->kind == SCP_END)
		return *line ? -EBADMSG : 0;
	for (size_t i = 0; line[i]; i++)
		out->text[i] = (unsigned char)line[i] < 0x20 || line[i] == 0x7f ? '?' : line[i];
	return 0;
}
