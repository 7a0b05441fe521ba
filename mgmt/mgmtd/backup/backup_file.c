/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/backup/backup_file.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGEST      32
#define DIGEST_LINE (sizeof("sha256 ") - 1 + (size_t)2 * DIGEST + 2) /* with the empty line behind */

/* Over the lines above the digest's own, and what is behind it. */
static int digest_text(const char *head, size_t head_length, const char *json, size_t length,
                       char text[2 * DIGEST + 1])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t digest[DIGEST];
	bool done = context && EVP_DigestInit_ex(context, EVP_sha256(), NULL) &&
	            EVP_DigestUpdate(context, head, head_length) && EVP_DigestUpdate(context, json, length) &&
	            EVP_DigestFinal_ex(context, digest, NULL);

	EVP_MD_CTX_free(context);
	for (size_t i = 0; done && i < DIGEST; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
	return done ? 0 : -ENOMEM;
}

/* One line each, whatever they hold. */
static void print_line(FILE *out, const char *key, const char *value)
{
	fprintf(out, "%s ", key);
	for (; *value; value++)
		fputc((unsigned char)*value < 0x20 || *value == 0x7f ? '?' : *value, out);
	fputc('\n', out);
}

int backup_write(const struct backup_header *header, const char *json, char **bytes, size_t *length)
{
	char digest[2 * DIGEST + 1];
	FILE *out = open_memstream(bytes, length);
	int error;

	if (!out)
		return -ENOMEM;
	fprintf(out, "hadrian-backup %d\n", BACKUP_FORMAT);
	print_line(out, "version", header->version);
	print_line(out, "date", header->date);
	print_line(out, "node", header->node);
	print_line(out, "interfaces", header->interfaces);
	print_line(out, "secrets", header->clear_secrets ? "clear" : "sealed");
	fprintf(out, "length %zu\n", strlen(json));
	fflush(out);
	error = digest_text(*bytes, *length, json, strlen(json), digest);
	fprintf(out, "sha256 %s\n\n%s", digest, json);
	if (fclose(out) || error) {
		free(*bytes);
		*bytes = NULL;
		return -ENOMEM;
	}
	return 0;
}

static int refuse(char reason[128], const char *why)
{
	snprintf(reason, 128, "%s", why);
	return -EBADMSG;
}

/* "key value\n" at *at, which moves behind it. Returns false where there is something else. */
static bool take_line(const char **at, const char *end, const char *key, char *value, size_t size)
{
	size_t length = strlen(key);
	const char *from = *at, *newline;

	if ((size_t)(end - from) <= length || memcmp(from, key, length) != 0 || from[length] != ' ')
		return false;
	from += length + 1;
	newline = memchr(from, '\n', (size_t)(end - from));
	if (!newline || (size_t)(newline - from) >= size)
		return false;
	for (const char *byte = from; byte < newline; byte++)
		if ((unsigned char)*byte < 0x20 || *byte == 0x7f)
			return false;
	memcpy(value, from, (size_t)(newline - from));
	value[newline - from] = 0;
	*at = newline + 1;
	return true;
}

/* Up to the digest's line. *body_length: as announced. */
static int take_header(const char **at, const char *end, struct backup_header *header, size_t *body_length,
                       char reason[128])
{
	char format[12], secrets[8], length[12], *rest;

	if (!take_line(at, end, "hadrian-backup", format, sizeof(format)))
		return refuse(reason, "it is no backup of a configuration");
	if (strtoul(format, &rest, 10) != BACKUP_FORMAT || *rest)
		return refuse(reason, "its format is of another version");
	if (!take_line(at, end, "version", header->version, sizeof(header->version)) ||
	    !take_line(at, end, "date", header->date, sizeof(header->date)) ||
	    !take_line(at, end, "node", header->node, sizeof(header->node)) ||
	    !take_line(at, end, "interfaces", header->interfaces, sizeof(header->interfaces)) ||
	    !take_line(at, end, "secrets", secrets, sizeof(secrets)) ||
	    !take_line(at, end, "length", length, sizeof(length)))
		return refuse(reason, "its header is damaged, or it was cut short there");
	header->clear_secrets = !strcmp(secrets, "clear");
	*body_length = strtoul(length, &rest, 10);
	if (!*length || *length == '-' || *rest || *body_length > BACKUP_LENGTH_MAX)
		return refuse(reason, "its header is damaged");
	return 0;
}

int backup_read_header(const char *bytes, size_t length, struct backup_header *header, char reason[128])
{
	const char *at = bytes;
	size_t body_length;

	memset(header, 0, sizeof(*header));
	return take_header(&at, bytes + length, header, &body_length, reason);
}

int backup_read(const char *bytes, size_t length, struct backup_header *header, char **json, char reason[128])
{
	char digest[2 * DIGEST + 1], expected[2 * DIGEST + 1];
	const char *at = bytes, *end = bytes + length, *head_end;
	size_t body_length;
	int error;

	*json = NULL;
	memset(header, 0, sizeof(*header));
	error = take_header(&at, end, header, &body_length, reason);
	if (error)
		return error;
	head_end = at;
	if ((size_t)(end - at) < DIGEST_LINE || !take_line(&at, end, "sha256", expected, sizeof(expected)) ||
	    *at != '\n')
		return refuse(reason, "its header is damaged, or it was cut short there");
	at++;
	if ((size_t)(end - at) != body_length)
		return refuse(reason, (size_t)(end - at) < body_length
		                          ? "it was cut short"
		                          : "something was added behind its end");
	if (digest_text(bytes, (size_t)(head_end - bytes), at, body_length, digest))
		return -ENOMEM;
	if (strcmp(digest, expected) != 0)
		return refuse(reason, "its checksum is wrong: it was damaged or edited");
	if (memchr(at, 0, body_length))
		return refuse(reason, "it holds a NUL byte");
	*json = strndup(at, body_length);
	return *json ? 0 : -ENOMEM;
}
