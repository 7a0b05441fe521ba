/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/session/json.h"

#include <string.h>

/* Bytes of the UTF-8 character at the start of text (RFC 3629), 0 where there is none. */
static unsigned character_length(const unsigned char *text)
{
	/* The smallest value of each length: shorter texts may not be written longer. */
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned length = text[0] < 0x80 ? 1 : text[0] >> 5 == 6 ? 2 : text[0] >> 4 == 14 ? 3 : 4;
	uint32_t value = text[0] & (0xffu >> (length + 1));

	if (length == 1)
		return 1;
	if (length == 4 && text[0] >> 3 != 30)
		return 0;
	for (unsigned i = 1; i < length; i++) {
		if (text[i] >> 6 != 2)
			return 0;
		value = value << 6 | (text[i] & 0x3f);
	}
	return value < least[length] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff) ? 0 : length;
}

static void write_escaped(unsigned char character, FILE *out)
{
	static const char escapes[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	const char *at = memchr(escapes, character, sizeof(escapes) - 1);

	if (at)
		fprintf(out, "\\%c", letters[at - escapes]);
	else if (character < 0x20 || character == 0x7f)
		fprintf(out, "\\u%04x", character);
	else
		fputc(character, out);
}

static void write_string(const char *text, FILE *out)
{
	const unsigned char *at = (const unsigned char *)text;

	fputc('"', out);
	while (*at) {
		unsigned length = character_length(at);

		if (!length)
			fputs("\\ufffd", out);
		else if (length == 1)
			write_escaped(*at, out);
		else
			fwrite(at, 1, length, out);
		at += length ? length : 1;
	}
	fputc('"', out);
}

static void begin(struct json *json, const char *name)
{
	if (json->filled)
		fputc(',', json->out);
	if (json->depth)
		fprintf(json->out, "\n%*s", (int)(2 * json->depth), "");
	json->filled = true;
	if (!name)
		return;
	write_string(name, json->out);
	fputs(": ", json->out);
}

void json_open(struct json *json, const char *name, char bracket)
{
	begin(json, name);
	fputc(bracket, json->out);
	json->depth++;
	json->filled = false;
}

void json_close(struct json *json, char bracket)
{
	json->depth--;
	if (json->filled)
		fprintf(json->out, "\n%*s", (int)(2 * json->depth), "");
	fputc(bracket, json->out);
	json->filled = true;
}

void json_text(struct json *json, const char *name, const char *text)
{
	begin(json, name);
	write_string(text, json->out);
}

void json_number(struct json *json, const char *name, uint64_t number)
{
	begin(json, name);
	fprintf(json->out, "%llu", (unsigned long long)number);
}

void json_null(struct json *json, const char *name)
{
	begin(json, name);
	fputs("null", json->out);
}

void json_finish(struct json *json)
{
	fputc('\n', json->out);
}
