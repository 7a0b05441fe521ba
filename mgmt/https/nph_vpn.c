/* SPDX-License-Identifier: GPL-2.0-or-later */

/* nph-vpn.cgi: passes a request on to hadrian-mgmtd, which checks it, and writes the whole HTTP response
 * (MC-001). */

#include "lib/ipc.h"
#include "lib/messages/cgi.h"
#include "lib/messages/type.h"
#include "lib/paths.h"
#include "mgmt/https/request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ANSWER_TIMEOUT_MS 30000

static const char *status_text(uint32_t status)
{
	switch (status) {
	case 200:
		return "200 OK";
	case 400:
		return "400 Bad Request";
	case 401:
		return "401 Unauthorized";
	case 405:
		return "405 Method Not Allowed";
	default:
		return "503 Service Unavailable";
	}
}

static void respond(uint32_t status, const char *body, size_t length)
{
	printf("HTTP/1.1 %s\r\n", status_text(status));
	if (status == 401)
		fputs("WWW-Authenticate: Basic realm=\"Hadrian\", charset=\"UTF-8\"\r\n", stdout);
	if (status == 405)
		fputs("Allow: GET\r\n", stdout);
	printf("Content-Type: text/plain; charset=utf-8\r\nContent-Length: %zu\r\nCache-Control: no-store\r\n"
	       "Connection: close\r\n\r\n",
	       length);
	fwrite(body, 1, length, stdout);
	fflush(stdout);
}

/* Asks mgmtd. Returns 0 after responding, or -errno. */
static int ask(const struct message_cgi_request *request)
{
	static _Alignas(8) char buffer[IPC_BODY_MAX];
	const struct message_cgi_reply *reply = (const void *)buffer;
	struct ipc_message message = {0};
	int fd = ipc_client_open(PATH_CGI_SOCKET), got;

	if (fd < 0)
		return fd;
	got = ipc_client_send(fd, MESSAGE_CGI_REQUEST, request, sizeof(*request));
	if (!got)
		got = ipc_client_receive(fd, buffer, ANSWER_TIMEOUT_MS, &message);
	close(fd);
	if (got <= 0)
		return got ? got : -ECONNRESET;
	reply = message.body;
	if (message.type != MESSAGE_CGI_REPLY || message.length < sizeof(*reply) ||
	    message.length != sizeof(*reply) + reply->length)
		return -EBADMSG;
	respond(reply->status, (const char *)(reply + 1), reply->length);
	return 0;
}

int main(void)
{
	static const char away[] = "The management daemon does not answer.\n";
	struct message_cgi_request request = {0};
	const char *method = getenv("REQUEST_METHOD");

	if (!method || strcmp(method, "GET") != 0)
		respond(405, "", 0);
	else if (request_authorization(getenv("HTTP_AUTHORIZATION"), &request))
		respond(401, "", 0);
	else if (request_fill(getenv("SCRIPT_NAME"), getenv("QUERY_STRING"), getenv("REMOTE_ADDR"), &request))
		respond(400, "", 0);
	else if (ask(&request))
		respond(503, away, sizeof(away) - 1);
	return 0;
}
