/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_MESSAGES_CGI_H
#define LIB_MESSAGES_CGI_H

/* Requests over HTTPS: CGI programs <-> mgmtd. */

#include "lib/address.h"

#include <stdint.h>

/* A CGI program passes on what the client sent; mgmtd checks the credentials and the right for the command.
 */
struct message_cgi_request {
	char user[128];
	char password[257];
	char script[32];  /* "nph-vpn.cgi" */
	char query[1024]; /* the raw query string, still percent-encoded */
	char remote[IP_ADDRESS_TEXT];
};

struct message_cgi_reply {
	uint32_t status; /* HTTP: 200, 400, 401, 503 */
	uint32_t length; /* of the text behind */
};

#endif
