/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/ssh/login.h"
#include "lib/ipc.h"
#include "lib/messages/type.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int send_request(const struct login *login, enum login_method method, const char *user,
                        const char *text)
{
	struct message_login request = {.method = method};
	bool is_key = method == LOGIN_KEY_OFFERED || method == LOGIN_KEY;
	char *place = is_key ? request.key : request.text;
	size_t room = is_key ? sizeof(request.key) : sizeof(request.text);
	int error;

	if (strlen(user) >= sizeof(request.user) || strlen(text) >= room)
		return -EACCES;
	strcpy(request.user, user);
	strcpy(place, text);
	snprintf(request.access, sizeof(request.access), "%s", login->access);
	snprintf(request.remote, sizeof(request.remote), "%s", login->remote);
	error = ipc_client_send(login->fd, MESSAGE_LOGIN, &request, sizeof(request));
	explicit_bzero(request.text, sizeof(request.text));
	return error;
}

/* A question of a server as a terminal may show it: control characters become blanks. */
static void make_printable(char *question)
{
	for (; *question; question++)
		if (((unsigned char)*question < 0x20 && *question != '\n') || *question == 0x7f)
			*question = ' ';
}

int login_ask(const struct login *login, enum login_method method, const char *user, const char *text,
              struct message_login_result *result)
{
	static char buffer[IPC_BODY_MAX] __attribute__((aligned(8)));
	struct ipc_message message;
	int got = send_request(login, method, user, text);

	if (got)
		return got;
	got = ipc_client_receive(login->fd, buffer, LOGIN_ANSWER_SECONDS * 1000, &message);
	if (got <= 0)
		return got ? got : -ECONNRESET;
	if (message.fd >= 0)
		close(message.fd);
	if (message.type != MESSAGE_LOGIN_RESULT || message.length != sizeof(*result))
		return -EPROTO;
	memcpy(result, message.body, sizeof(*result));
	result->question[sizeof(result->question) - 1] = 0;
	make_printable(result->question);
	return result->error;
}
