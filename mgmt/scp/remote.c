/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/scp/remote.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ANSWER_TIMEOUT_MS 20000

static int fail(struct remote *remote, int error, const char *why)
{
	snprintf(remote->text, sizeof(remote->text), "%s", why);
	return error;
}

static int receive(struct remote *remote, struct ipc_message *answer)
{
	do {
		int got = ipc_client_receive(remote->session, remote->buffer, ANSWER_TIMEOUT_MS, answer);

		if (got <= 0)
			return fail(remote, -ECONNRESET, "the firewall's management does not answer");
		if (answer->type == MESSAGE_FILE_REPLY && answer->length >= sizeof(struct message_file_reply))
			return 0;
		if (answer->fd >= 0)
			close(answer->fd);
	} while (true);
}

/* Returns 0 with the answer in remote->buffer and *file, or -errno with the reason. */
static int ask(struct remote *remote, enum file_operation operation, const char *path, uint64_t size,
               struct message_file_reply *reply, struct ipc_message *answer)
{
	struct message_file request = {.operation = operation, .size = size};
	int error;

	if (strlen(path) >= sizeof(request.path))
		return fail(remote, -ENAMETOOLONG, "the path is too long");
	strcpy(request.path, path);
	error = ipc_client_send(remote->session, MESSAGE_FILE, &request, sizeof(request));
	if (error)
		return fail(remote, error, "the firewall's management does not answer");
	error = receive(remote, answer);
	if (error)
		return error;
	memcpy(reply, answer->body, sizeof(*reply));
	if (!reply->error)
		return 0;
	if (answer->fd >= 0)
		close(answer->fd);
	reply->text[sizeof(reply->text) - 1] = 0;
	return fail(remote, reply->error, reply->text);
}

int remote_list(struct remote *remote, const char *path, const struct message_file_entry **entries)
{
	struct message_file_reply reply;
	struct ipc_message answer;
	int error = ask(remote, FILE_LIST, path, 0, &reply, &answer);

	if (error)
		return error;
	if (answer.fd >= 0)
		close(answer.fd);
	if (answer.length != sizeof(reply) + (size_t)reply.count * sizeof(**entries))
		return fail(remote, -EPROTO, "the answer cannot be understood");
	*entries = (const void *)((const char *)answer.body + sizeof(reply));
	return (int)reply.count;
}

int remote_open(struct remote *remote, enum file_operation operation, const char *path, uint64_t size)
{
	struct message_file_reply reply;
	struct ipc_message answer;
	int error = ask(remote, operation, path, size, &reply, &answer);

	if (error)
		return error;
	return answer.fd >= 0 ? answer.fd : fail(remote, -EPROTO, "the answer cannot be understood");
}

int remote_keep(struct remote *remote, const char *path)
{
	struct message_file_reply reply;
	struct ipc_message answer;
	int error = ask(remote, FILE_KEEP, path, 0, &reply, &answer);

	if (!error && answer.fd >= 0)
		close(answer.fd);
	return error;
}
