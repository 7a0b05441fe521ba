/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_HTTPS_REQUEST_H
#define MGMT_HTTPS_REQUEST_H

/* What a client sent, from the environment of a CGI program. Pure; any bytes are safe to give. */

#include "lib/messages/cgi.h"

/*
 * Fills the credentials from an Authorization header ("Basic ...", RFC 7617; NULL where there is none).
 * Returns 0, or -EACCES where there are no usable ones.
 */
int request_authorization(const char *header, struct message_cgi_request *out);
/* Takes over script, query string and address (each NULL where absent). Returns 0, or -E2BIG. */
int request_fill(const char *script, const char *query, const char *remote, struct message_cgi_request *out);

#endif
