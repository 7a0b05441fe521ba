/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/ssh/login.h"
#include "lib/ipc.h"
#include "lib/messages.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ANSWER_TIMEOUT_MS 20000

int login_ask(int fd, const char *access, const char *remote, const char *user, const char *password)
{
	static char buffer[IPC_BODY_MAX] __attribute__((aligned(8)));
	struct message_login request = {0};
	struct message_login_result result;
	struct ipc_message message;
	int got;

	if (strlen(user) >= sizeof(request.user) || strlen(password) >= sizeof(request.text))
		return -EACCES;
	strcpy(request.user, user);
	strcpy(request.text, password);
	snprintf(request.access, sizeof(request.access), "%s", access);
	snprintf(request.remote, sizeof(request.remote), "%s", remote);
	got = ipc_client_send(fd, MESSAGE_LOGIN, &request, sizeof(request));
	explicit_bzero(request.text, sizeof(request.text));
	if (got)
		return got;
	got = ipc_client_receive(fd, buffer, ANSWER_TIMEOUT_MS, &message);
	if (got <= 0)
		return got ? got : -ECONNRESET;
	if (message.fd >= 0)
		close(message.fd);
	if (message.type != MESSAGE_LOGIN_RESULT || message.length != sizeof(result))
		return -EPROTO;
	memcpy(&result, message.body, sizeof(result));
	return result.error;
}
