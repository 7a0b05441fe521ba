/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "system/package.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_LENGTH 128

struct reader {
	const char *at, *end;
};

static int refuse(char reason[128], const char *why)
{
	snprintf(reason, 128, "%s", why);
	return -EBADMSG;
}

/* The rest of a line that begins with this word and a blank; false where it does not, or has other bytes than text. */
static bool value_of(struct reader *reader, const char *word, char value[LINE_MAX_LENGTH])
{
	const char *newline = memchr(reader->at, '\n', (size_t)(reader->end - reader->at));
	size_t length = newline ? (size_t)(newline - reader->at) : 0, skip = strlen(word) + 1;

	if (!newline || length <= skip || length - skip >= LINE_MAX_LENGTH ||
	    memcmp(reader->at, word, skip - 1) != 0 || reader->at[skip - 1] != ' ')
		return false;
	for (size_t i = 0; i < length; i++)
		if (!isprint((unsigned char)reader->at[i]))
			return false;
	memcpy(value, reader->at + skip, length - skip);
	value[length - skip] = 0;
	reader->at = newline + 1;
	return true;
}

/* Decimal digits alone: no sign, no blank, no other base. */
static bool number_of(const char *text, uint64_t most, uint64_t *out)
{
	size_t length = strlen(text);

	if (!length || length > 12 || strspn(text, "0123456789") != length)
		return false;
	*out = strtoull(text, NULL, 10);
	return *out > 0 && *out <= most;
}

static int hex_digit(char digit)
{
	const char *digits = "0123456789abcdef", *found = digit ? strchr(digits, digit) : NULL;

	return found ? (int)(found - digits) : -1;
}

static bool digest_of(const char *text, uint8_t digest[PACKAGE_DIGEST])
{
	if (strlen(text) != (size_t)2 * PACKAGE_DIGEST)
		return false;
	for (size_t i = 0; i < PACKAGE_DIGEST; i++) {
		int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		digest[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static bool copy(char *out, size_t size, const char *text)
{
	return snprintf(out, size, "%s", text) < (int)size;
}

int package_parse(const char *bytes, size_t length, struct package *out, char reason[128])
{
	struct reader reader = {bytes, bytes + (length < PACKAGE_HEAD_MAX ? length : PACKAGE_HEAD_MAX)};
	char value[LINE_MAX_LENGTH];
	uint64_t signature;

	*out = (struct package){0};
	if (!value_of(&reader, "hadrian-upgrade", value))
		return refuse(reason, "it is no upgrade package");
	if (strcmp(value, "1") != 0)
		return refuse(reason, "its format is of another version");
	if (!value_of(&reader, "version", value) || !release_version_is_valid(value) ||
	    !copy(out->version, sizeof(out->version), value))
		return refuse(reason, "its head names no version");
	if (!value_of(&reader, "architecture", value) ||
	    !copy(out->architecture, sizeof(out->architecture), value))
		return refuse(reason, "its head names no architecture");
	if (!value_of(&reader, "payload", value) || !number_of(value, PACKAGE_PAYLOAD_MAX, &out->payload))
		return refuse(reason, "its head has no length of the archive");
	if (!value_of(&reader, "sha256", value) || !digest_of(value, out->digest))
		return refuse(reason, "its head has no checksum");
	out->signed_length = (size_t)(reader.at - bytes);
	if (!value_of(&reader, "signature", value) || !number_of(value, PACKAGE_SIGNATURE_MAX, &signature) ||
	    reader.at == reader.end || *reader.at != '\n')
		return refuse(reason, "it is not signed");
	out->signature = (size_t)signature;
	out->head_length = (size_t)(reader.at + 1 - bytes);
	return 0;
}
