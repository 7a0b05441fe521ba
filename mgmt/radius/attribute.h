/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_RADIUS_ATTRIBUTE_H
#define MGMT_RADIUS_ATTRIBUTE_H

/* The attributes of RADIUS packets (RFC 2865, RFC 2869, RFC 3162). Pure functions, any thread, any bytes. */

#include "mgmt/radius/packet.h"

enum radius_attribute {
	RADIUS_USER_NAME = 1,
	RADIUS_USER_PASSWORD = 2,
	RADIUS_CHAP_PASSWORD = 3,
	RADIUS_NAS_IP_ADDRESS = 4,
	RADIUS_REPLY_MESSAGE = 18,
	RADIUS_STATE = 24,
	RADIUS_VENDOR_SPECIFIC = 26,
	RADIUS_CALLING_STATION_ID = 31,
	RADIUS_NAS_IDENTIFIER = 32,
	RADIUS_CHAP_CHALLENGE = 60,
	RADIUS_NAS_PORT_TYPE = 61,
	RADIUS_PROMPT = 76,
	RADIUS_MESSAGE_AUTHENTICATOR = 80,
	RADIUS_NAS_IPV6_ADDRESS = 95,
};

#define RADIUS_PORT_VIRTUAL 5

/* Takes from an attribute what an answer needs of it; what does not fit or is malformed is left. */
void attribute_take(uint8_t type, const uint8_t *value, size_t length, struct radius_answer *answer);
/* One line. */
void attribute_print(uint8_t type, const uint8_t *value, size_t length, FILE *out);

#endif
