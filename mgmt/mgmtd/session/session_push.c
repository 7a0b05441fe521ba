/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/messages/cli.h"
#include "lib/messages/type.h"
#include "mgmt/mgmtd/script/script_run.h"
#include "mgmt/mgmtd/session/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define OUTPUT_CHUNK 60000
#define WAITING_MAX  65536 /* bytes: a client that has not read these is not sent more */

int session_push(struct session *session, const char *text)
{
	if (!session->connection)
		return -ENOTCONN;
	/* Not in between the parts of a command's output. */
	if ((session->waiting && !session->out) || ipc_queued(session->connection) > WAITING_MAX)
		return -EAGAIN;
	return ipc_send(session->connection, MESSAGE_CLI_OUTPUT, text, strlen(text), -1);
}

void session_notify(struct session *session, const char *text)
{
	size_t size = sizeof(session->notice), before = strlen(session->notice);
	char *lines = NULL;
	bool shown = session->prompted && !before && asprintf(&lines, "%s\n", text) > 0 &&
	             !session_push(session, lines);

	free(lines);
	if (shown)
		return;
	/* Behind what was not shown yet; where there is no room, in its place. */
	if (before && before + 1 + strlen(text) < size)
		session->notice[before++] = '\n';
	else
		before = 0;
	snprintf(session->notice + before, size - before, "%s", text);
}

void sessions_notify(struct engine *engine, const char *text)
{
	for (struct session *session = engine->sessions; session; session = session->next)
		session_notify(session, text);
}

int session_flush(struct session *session, size_t queue_max)
{
	int error = 0;
	FILE *out;

	if (!session->out || !session->connection)
		return 0;
	if (ipc_queued(session->connection) > queue_max)
		return -EAGAIN;
	out = session->script ? script_forward(session) : session->out;
	if (fflush(out))
		return 0;
	for (size_t sent = 0; sent < session->length && !error;) {
		size_t part = session->length - sent < OUTPUT_CHUNK ? session->length - sent : OUTPUT_CHUNK;

		error = ipc_send(session->connection, MESSAGE_CLI_OUTPUT, session->text + sent, part, -1);
		sent += part;
	}
	/* From its beginning again: what stands there has been sent. */
	rewind(out);
	return 0;
}

void session_dismiss(struct session *session, const char *reason)
{
	struct message_cli_done done = {.end = 1};

	session->open = session->may_write = false;
	session->leaving = true;
	if (session->out)
		fprintf(session->out, "%s\n", reason);
	if (session->waiting || session->out || !session->connection)
		return; /* the end of the command is the session's */
	ipc_send(session->connection, MESSAGE_CLI_OUTPUT, reason, strlen(reason), -1);
	ipc_send(session->connection, MESSAGE_CLI_OUTPUT, "\n", 1, -1);
	ipc_send(session->connection, MESSAGE_CLI_DONE, &done, sizeof(done), -1);
}
