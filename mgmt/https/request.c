/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/https/request.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>
#include <strings.h>

#define ENCODED_MAX 520 /* base64 of user, ':' and password, each at their longest */
#define DECODED_MAX (ENCODED_MAX / 4 * 3)

/* Splits "user:password"; both may be empty, the user has no colon. */
static int split(const char *text, size_t length, struct message_cgi_request *out)
{
	const char *colon = memchr(text, ':', length);
	size_t user_length = colon ? (size_t)(colon - text) : 0;
	size_t password_length = colon ? length - user_length - 1 : 0;

	if (!colon || memchr(text, 0, length) || user_length >= sizeof(out->user) ||
	    password_length >= sizeof(out->password))
		return -EACCES;
	memcpy(out->user, text, user_length);
	out->user[user_length] = 0;
	memcpy(out->password, colon + 1, password_length);
	out->password[password_length] = 0;
	return 0;
}

int request_authorization(const char *header, struct message_cgi_request *out)
{
	unsigned char decoded[DECODED_MAX + 1];
	size_t length;
	int got, error;

	if (!header || strncasecmp(header, "Basic ", 6) != 0)
		return -EACCES;
	header += 6;
	header += strspn(header, " ");
	length = strnlen(header, ENCODED_MAX + 1);
	if (!length || length > ENCODED_MAX || length % 4)
		return -EACCES;
	got = EVP_DecodeBlock(decoded, (const unsigned char *)header, (int)length);
	/* The padding counts as zero bytes. */
	got -= got > 0 ? (header[length - 1] == '=') + (header[length - 2] == '=') : 0;
	error = got > 0 ? split((const char *)decoded, (size_t)got, out) : -EACCES;
	OPENSSL_cleanse(decoded, sizeof(decoded));
	return error;
}

static int take(const char *from, char *to, size_t size)
{
	size_t length = from ? strnlen(from, size) : 0;

	if (length == size)
		return -E2BIG;
	if (length)
		memcpy(to, from, length);
	to[length] = 0;
	return 0;
}

int request_fill(const char *script, const char *query, const char *remote, struct message_cgi_request *out)
{
	const char *name = script ? strrchr(script, '/') : NULL;

	if (take(name ? name + 1 : script, out->script, sizeof(out->script)) ||
	    take(query, out->query, sizeof(out->query)) || take(remote, out->remote, sizeof(out->remote)))
		return -E2BIG;
	return 0;
}
