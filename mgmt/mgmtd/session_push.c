/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/messages.h"
#include "mgmt/mgmtd/session.h"

#include <errno.h>
#include <string.h>

#define WAITING_MAX 65536 /* bytes: a client that has not read these is not sent more */

int session_push(struct session *session, const char *text)
{
	if (!session->connection)
		return -ENOTCONN;
	/* Not in between the parts of a command's output. */
	if ((session->waiting && !session->out) || ipc_queued(session->connection) > WAITING_MAX)
		return -EAGAIN;
	return ipc_send(session->connection, MESSAGE_CLI_OUTPUT, text, strlen(text), -1);
}
