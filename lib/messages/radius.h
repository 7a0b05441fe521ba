/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_MESSAGES_RADIUS_H
#define LIB_MESSAGES_RADIUS_H

/* Questions to RADIUS servers: mgmtd <-> hadrian-radius. */

#include "lib/address.h"
#include "lib/messages/login.h"

#include <stdint.h>

#define RADIUS_SERVERS_MAX  8
#define RADIUS_REQUESTS_MAX 32 /* at once */

enum radius_snoop { RADIUS_SNOOP_OFF, RADIUS_SNOOP_PACKETS, RADIUS_SNOOP_ATTRIBUTES };

struct message_radius_server {
	struct ip_address address;
	uint16_t port;
	uint8_t chap;                          /* the password is sent by CHAP, else by PAP */
	uint8_t require_message_authenticator; /* answers without one are ignored */
	uint32_t timeout_ms;                   /* until a request is sent again */
	uint32_t retries;                      /* how often it is sent again */
	char name[64];
	char secret[104];
	char nas_identifier[254];
	uint8_t reserved[2];
};

/* Texts end with a NUL byte. */
struct message_radius_request {
	uint64_t id;
	uint32_t server_count;
	uint32_t
	    all; /* ask all at once and take the first that accepts; else one after the other until one answers */
	char user[64];
	char password[LOGIN_PASSWORD_MAX]; /* or the answer to a challenge */
	char remote[IP_ADDRESS_TEXT];
	uint8_t reserved[3];
	uint32_t state_length; /* of the challenge; 0: there was none */
	uint8_t state[256];
	struct message_radius_server server[RADIUS_SERVERS_MAX];
};

struct message_radius_answer {
	uint64_t id;
	uint32_t code;   /* enum radius_code (mgmt/radius/packet.h); 0: no server answered */
	uint32_t server; /* which of the request's servers; 0 where none answered */
	uint32_t echo;   /* what the user answers may be seen */
	uint32_t state_length;
	char groups[256];              /* separated by commas */
	char text[LOGIN_QUESTION_MAX]; /* Reply-Message */
	uint8_t state[256];
	char why[128]; /* code 0: what became of each server that was asked, for the log */
};

#endif
