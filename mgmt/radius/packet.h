/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_RADIUS_PACKET_H
#define MGMT_RADIUS_PACKET_H

/*
 * RADIUS packets of a client that authenticates users (RFC 2865, RFC 3579 for the Message-Authenticator). Pure
 * functions, any thread; nothing here is larger than a packet.
 */

#include "lib/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define RADIUS_PACKET_MAX        4096
#define RADIUS_AUTHENTICATOR     16
#define RADIUS_PASSWORD_MAX      128 /* RFC 2865, 5.2 */
#define RADIUS_ATTRIBUTE_MAX     253
#define RADIUS_GROUPS_MAX        256
#define RADIUS_TEXT_MAX          512
#define RADIUS_VENDOR            5089 /* C02-072 */
#define RADIUS_VENDOR_USER_GROUP 1

enum radius_code {
	RADIUS_ACCESS_REQUEST = 1,
	RADIUS_ACCESS_ACCEPT = 2,
	RADIUS_ACCESS_REJECT = 3,
	RADIUS_ACCESS_CHALLENGE = 11,
};

/* What is asked. Texts end with a NUL byte; empty ones but the password are left out. */
struct radius_request {
	const char *user, *password;
	const char *remote;         /* the client's address: Calling-Station-Id */
	const char *nas_identifier; /* or "" */
	struct ip_address own;      /* NAS-IP-Address */
	const uint8_t *state;       /* of the challenge that this answers */
	size_t state_length;        /* 0: of none */
	bool chap;          /* CHAP-Password; answers to challenges are sent as User-Password all the same */
	uint8_t identifier; /* of the packet */
	uint8_t authenticator[RADIUS_AUTHENTICATOR]; /* random, for this request alone */
	uint8_t challenge[RADIUS_AUTHENTICATOR];     /* random: the CHAP-Challenge */
};

/* What was answered, texts with '?' in place of what cannot be printed. */
struct radius_answer {
	enum radius_code code;
	char groups[RADIUS_GROUPS_MAX]; /* values of the vendor's attribute, separated by commas */
	char text[RADIUS_TEXT_MAX];     /* Reply-Message, several joined by newlines */
	bool echo;                      /* Prompt: what the user answers may be seen */
	uint8_t state[RADIUS_ATTRIBUTE_MAX];
	size_t state_length;
};

/* Returns the packet's length, or -E2BIG for a password or text that does not fit, or -EIO. */
int radius_build(const struct radius_request *request, const char *secret, uint8_t packet[RADIUS_PACKET_MAX]);
/*
 * Reads what came as an answer to the request with that identifier and authenticator. Returns 0, or -EBADMSG and
 * in *why (static text) for what must be ignored: a packet that is malformed, of another request, without a
 * Message-Authenticator where one is required, or not made with the secret.
 */
int radius_read(const uint8_t *packet, size_t length, uint8_t identifier,
                const uint8_t authenticator[RADIUS_AUTHENTICATOR], const char *secret,
                bool require_message_authenticator, struct radius_answer *out, const char **why);
/* "Access-Accept", or "code" for what is no answer to an Access-Request. */
const char *radius_code_name(unsigned code);
/* One line for each attribute, indented; passwords and states by their length only. Any bytes are safe. */
void radius_print(const uint8_t *packet, size_t length, FILE *out);

#endif
