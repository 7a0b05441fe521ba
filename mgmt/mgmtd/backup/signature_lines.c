/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/backup/signature_lines.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define PREFIX          "#sig "
#define PREFIX_LENGTH   (sizeof(PREFIX) - 1)
#define LINE_CHARACTERS 76

static int refuse(char reason[128], const char *why)
{
	snprintf(reason, 128, "%s", why);
	return -EBADMSG;
}

static bool is_signature(const char *line, const char *end)
{
	return (size_t)(end - line) >= PREFIX_LENGTH && !memcmp(line, PREFIX, PREFIX_LENGTH);
}

/* The first of the signature's lines, end where there is none, NULL where there are too many. */
static const char *find_first(const char *bytes, const char *end)
{
	const char *first = end,
	           *least = (size_t)(end - bytes) > SIGNATURE_LINES_MAX ? end - SIGNATURE_LINES_MAX : bytes;

	while (first > bytes) {
		const char *line = first - 1; /* its newline, which the last line may do without */

		while (line > least && line[-1] != '\n')
			line--;
		if (line > bytes && line[-1] != '\n')
			return first == end ? end : NULL;
		if (!is_signature(line, first))
			return first;
		first = line;
	}
	return first;
}

/* Base64 of all lines, without prefixes and newlines. */
static int join(const char *at, const char *end, char text[SIGNATURE_LINES_MAX], size_t *length,
                char reason[128])
{
	*length = 0;
	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at)), *line = at + PREFIX_LENGTH;
		size_t count = (size_t)((newline ? newline : end) - line);

		if (count && line[count - 1] == '\r')
			return refuse(reason,
			              "its lines end with CR LF; write it with LF alone and sign it again");
		if (!count || count > LINE_CHARACTERS)
			return refuse(
			    reason, "its signature is damaged: a #sig line has 1 to 76 characters of Base64");
		memcpy(text + *length, line, count);
		*length += count;
		at = newline ? newline + 1 : end;
	}
	return 0;
}

static bool is_base64(const char *text, size_t length)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t padding = length >= 2 ? (size_t)(text[length - 1] == '=') + (text[length - 2] == '=') : 0;

	if (!length || length % 4 || (padding == 1 && text[length - 1] != '='))
		return false;
	for (size_t i = 0; i < length - padding; i++)
		if (!text[i] || !strchr(alphabet, text[i]))
			return false;
	return true;
}

static int decode(const char *text, size_t length, uint8_t der[SIGNATURE_MAX], size_t *der_length,
                  char reason[128])
{
	static uint8_t decoded[SIGNATURE_LINES_MAX];
	int count;

	if (!is_base64(text, length))
		return refuse(reason, "its signature is damaged: its #sig lines are no Base64");
	count = EVP_DecodeBlock(decoded, (const uint8_t *)text, (int)length);
	if (count < 0)
		return refuse(reason, "its signature is damaged: its #sig lines are no Base64");
	count -= (text[length - 1] == '=') + (text[length - 2] == '=');
	if (count <= 0 || count > SIGNATURE_MAX)
		return refuse(reason, "its signature is too long");
	memcpy(der, decoded, (size_t)count);
	*der_length = (size_t)count;
	return 0;
}

int signature_split(const char *bytes, size_t length, size_t *body, uint8_t der[SIGNATURE_MAX],
                    size_t *der_length, char reason[128])
{
	static char text[SIGNATURE_LINES_MAX];
	const char *end = bytes + length, *first = find_first(bytes, end);
	size_t count;
	int error;

	*body = length;
	*der_length = 0;
	if (!first)
		return refuse(reason, "its signature is too long");
	if (first == end)
		return 0;
	*body = (size_t)(first - bytes);
	error = join(first, end, text, &count, reason);
	return error ? error : decode(text, count, der, der_length, reason);
}
