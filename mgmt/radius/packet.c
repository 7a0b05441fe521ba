/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/radius/packet.h"
#include "mgmt/radius/attribute.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#define HEADER 20

struct part {
	const void *bytes;
	size_t length;
};

/* MD5 of the parts one after the other. */
static int digest(const struct part *parts, size_t count, uint8_t out[RADIUS_AUTHENTICATOR])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool good = context && EVP_DigestInit_ex(context, EVP_md5(), NULL);

	for (size_t i = 0; good && i < count; i++)
		good = EVP_DigestUpdate(context, parts[i].bytes, parts[i].length);
	good = good && EVP_DigestFinal_ex(context, out, NULL);
	EVP_MD_CTX_free(context);
	return good ? 0 : -EIO;
}

static int sign(const char *secret, const uint8_t *packet, size_t length, uint8_t out[RADIUS_AUTHENTICATOR])
{
	unsigned count = RADIUS_AUTHENTICATOR;

	return HMAC(EVP_md5(), secret, (int)strlen(secret), packet, length, out, &count) ? 0 : -EIO;
}

/* A packet that is being made; full: something did not fit. */
struct making {
	uint8_t *packet;
	size_t length;
	bool full;
};

static uint8_t *append(struct making *making, uint8_t type, const void *bytes, size_t length)
{
	uint8_t *at = making->packet + making->length;

	if (length > RADIUS_ATTRIBUTE_MAX || making->length + 2 + length > RADIUS_PACKET_MAX) {
		making->full = true;
		return NULL;
	}
	at[0] = type;
	at[1] = (uint8_t)(2 + length);
	memcpy(at + 2, bytes, length);
	making->length += 2 + length;
	return at + 2;
}

static void append_text(struct making *making, uint8_t type, const char *text)
{
	if (*text)
		append(making, type, text, strlen(text));
}

static void append_number(struct making *making, uint8_t type, uint8_t number)
{
	uint8_t bytes[4] = {0, 0, 0, number};

	append(making, type, bytes, sizeof(bytes));
}

/* RFC 2865, 5.2: blocks of 16, each hidden under a digest of the one before. */
static int append_password(struct making *making, const struct radius_request *request, const char *secret)
{
	uint8_t hidden[RADIUS_PASSWORD_MAX] = {0}, mask[RADIUS_AUTHENTICATOR];
	const uint8_t *before = request->authenticator;
	size_t length = strlen(request->password), blocks = length ? (length + 15) / 16 : 1;
	int error = length > RADIUS_PASSWORD_MAX ? -E2BIG : 0;

	if (!error)
		memcpy(hidden, request->password, length);
	for (size_t i = 0; !error && i < blocks; i++) {
		struct part parts[] = {{secret, strlen(secret)}, {before, RADIUS_AUTHENTICATOR}};

		error = digest(parts, 2, mask);
		for (size_t j = 0; j < RADIUS_AUTHENTICATOR; j++)
			hidden[16 * i + j] ^= mask[j];
		before = hidden + 16 * i;
	}
	if (!error)
		append(making, RADIUS_USER_PASSWORD, hidden, 16 * blocks);
	OPENSSL_cleanse(mask, sizeof(mask));
	return error;
}

/* RFC 2865, 5.3. */
static int append_chap(struct making *making, const struct radius_request *request)
{
	uint8_t value[1 + RADIUS_AUTHENTICATOR] = {request->identifier};
	struct part parts[] = {{value, 1},
	                       {request->password, strlen(request->password)},
	                       {request->challenge, RADIUS_AUTHENTICATOR}};
	int error = digest(parts, 3, value + 1);

	append(making, RADIUS_CHAP_PASSWORD, value, sizeof(value));
	append(making, RADIUS_CHAP_CHALLENGE, request->challenge, RADIUS_AUTHENTICATOR);
	return error;
}

int radius_build(const struct radius_request *request, const char *secret, uint8_t packet[RADIUS_PACKET_MAX])
{
	static const uint8_t none[RADIUS_AUTHENTICATOR];
	struct making making = {.packet = packet, .length = HEADER};
	uint8_t *signature;
	int error;

	packet[0] = RADIUS_ACCESS_REQUEST;
	packet[1] = request->identifier;
	memcpy(packet + 4, request->authenticator, RADIUS_AUTHENTICATOR);
	/* The first of all, so that nobody can put anything before it (CVE-2024-3596). */
	signature = append(&making, RADIUS_MESSAGE_AUTHENTICATOR, none, sizeof(none));
	append_text(&making, RADIUS_USER_NAME, request->user);
	error = request->chap && !request->state_length ? append_chap(&making, request)
	                                                : append_password(&making, request, secret);
	if (request->own.version == 4)
		append(&making, RADIUS_NAS_IP_ADDRESS, request->own.bytes, 4);
	if (request->own.version == 6)
		append(&making, RADIUS_NAS_IPV6_ADDRESS, request->own.bytes, 16);
	append_text(&making, RADIUS_NAS_IDENTIFIER, request->nas_identifier);
	append_number(&making, RADIUS_NAS_PORT_TYPE, RADIUS_PORT_VIRTUAL);
	append_text(&making, RADIUS_CALLING_STATION_ID, request->remote);
	if (request->state_length)
		append(&making, RADIUS_STATE, request->state, request->state_length);
	if (error || making.full)
		return error ? error : -E2BIG;
	packet[2] = (uint8_t)(making.length >> 8);
	packet[3] = (uint8_t)making.length;
	error = sign(secret, packet, making.length, signature);
	return error ? error : (int)making.length;
}

/* RFC 2865, 3: the answer with the request's authenticator, and the secret behind. */
static bool authenticator_is_right(const uint8_t *packet, size_t length, const uint8_t *request,
                                   const char *secret)
{
	struct part parts[] = {{packet, 4},
	                       {request, RADIUS_AUTHENTICATOR},
	                       {packet + HEADER, length - HEADER},
	                       {secret, strlen(secret)}};
	uint8_t expected[RADIUS_AUTHENTICATOR];

	return !digest(parts, 4, expected) && !CRYPTO_memcmp(expected, packet + 4, sizeof(expected));
}

/* RFC 3579, 3.2: with the request's authenticator in the header, and zeros in place of the value. */
static bool signature_is_right(const uint8_t *packet, size_t length, const uint8_t *request, size_t at,
                               const char *secret)
{
	uint8_t copy[RADIUS_PACKET_MAX], expected[RADIUS_AUTHENTICATOR];

	memcpy(copy, packet, length);
	memcpy(copy + 4, request, RADIUS_AUTHENTICATOR);
	memset(copy + at, 0, RADIUS_AUTHENTICATOR);
	return !sign(secret, copy, length, expected) &&
	       !CRYPTO_memcmp(expected, packet + at, RADIUS_AUTHENTICATOR);
}

/* Returns -1 for attributes that do not fill the packet; else where the Message-Authenticator's value is, or 0. */
static int find_signature(const uint8_t *packet, size_t length)
{
	int found = 0;

	for (size_t at = HEADER; at < length; at += packet[at + 1]) {
		if (length - at < 2 || packet[at + 1] < 2 || packet[at + 1] > length - at)
			return -1;
		if (packet[at] != RADIUS_MESSAGE_AUTHENTICATOR)
			continue;
		if (found || packet[at + 1] != 2 + RADIUS_AUTHENTICATOR)
			return -1;
		found = (int)at + 2;
	}
	return found;
}

static const char *check(const uint8_t *packet, size_t length, uint8_t identifier,
                         const uint8_t *authenticator, const char *secret, bool require)
{
	int signature = find_signature(packet, length);

	if (signature < 0)
		return "malformed";
	if (packet[1] != identifier)
		return "of another request";
	if (packet[0] != RADIUS_ACCESS_ACCEPT && packet[0] != RADIUS_ACCESS_REJECT &&
	    packet[0] != RADIUS_ACCESS_CHALLENGE)
		return "no answer to an Access-Request";
	if (!authenticator_is_right(packet, length, authenticator, secret))
		return "not made with the shared secret";
	if (!signature)
		return require ? "without a Message-Authenticator" : NULL;
	return signature_is_right(packet, length, authenticator, (size_t)signature, secret)
	           ? NULL
	           : "its Message-Authenticator is wrong";
}

int radius_read(const uint8_t *packet, size_t length, uint8_t identifier,
                const uint8_t authenticator[RADIUS_AUTHENTICATOR], const char *secret,
                bool require_message_authenticator, struct radius_answer *out, const char **why)
{
	size_t said = length >= HEADER ? (size_t)packet[2] << 8 | packet[3] : 0;

	/* RFC 2865, 3: what is behind the length is padding. */
	if (said < HEADER || said > length || said > RADIUS_PACKET_MAX)
		*why = "malformed";
	else
		*why = check(packet, said, identifier, authenticator, secret, require_message_authenticator);
	if (*why)
		return -EBADMSG;
	*out = (struct radius_answer){.code = packet[0]};
	for (size_t at = HEADER; at < said; at += packet[at + 1])
		attribute_take(packet[at], packet + at + 2, (size_t)packet[at + 1] - 2, out);
	return 0;
}

const char *radius_code_name(unsigned code)
{
	switch (code) {
	case RADIUS_ACCESS_REQUEST:
		return "Access-Request";
	case RADIUS_ACCESS_ACCEPT:
		return "Access-Accept";
	case RADIUS_ACCESS_REJECT:
		return "Access-Reject";
	case RADIUS_ACCESS_CHALLENGE:
		return "Access-Challenge";
	default:
		return "code";
	}
}

void radius_print(const uint8_t *packet, size_t length, FILE *out)
{
	for (size_t at = HEADER; at + 2 <= length && packet[at + 1] >= 2 && packet[at + 1] <= length - at;
	     at += packet[at + 1])
		attribute_print(packet[at], packet + at + 2, (size_t)packet[at + 1] - 2, out);
}
