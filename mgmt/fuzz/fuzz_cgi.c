/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/messages/cgi.h"
#include "mgmt/https/request.h"
#include "mgmt/mgmtd/https/cgi.h"
#include "mgmt/mgmtd/login/users.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The first line is the Authorization header, the rest the query string. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct message_cgi_request request = {0};
	char *text = malloc(size + 1), *query, body[1024];

	memcpy(text, data, size);
	text[size] = 0;
	query = strchr(text, '\n');
	if (query)
		*query++ = 0;
	if (!request_authorization(text, &request) && (strlen(request.user) >= sizeof(request.user) ||
	                                               strlen(request.password) >= sizeof(request.password)))
		abort();
	if (!request_fill("/nph-vpn.cgi", query, text, &request))
		cgi_answer(request.query, CGI_RIGHT_ADMIN, body, sizeof(body));
	/* Whoever has no right is never told anything. */
	if (cgi_answer(query ? query : "", 0, body, sizeof(body)) != 401 || *body)
		abort();
	free(text);
	return 0;
}
