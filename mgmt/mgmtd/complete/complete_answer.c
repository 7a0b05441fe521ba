/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/messages/cli.h"
#include "lib/messages/type.h"
#include "mgmt/mgmtd/complete/complete.h"
#include "mgmt/mgmtd/script/script_file.h"

#include <stdlib.h>
#include <string.h>

static void send_answer(struct session *session, uint32_t sequence, const struct completion *completion)
{
	struct message_cli_completions head = {.sequence = sequence};
	size_t insert = completion->insert ? strlen(completion->insert) : 0;
	size_t text = completion->text ? strlen(completion->text) : 0;
	char *body;

	if (completion->insert && sizeof(head) + insert <= IPC_BODY_MAX) {
		head.replace = (uint32_t)completion->replace;
		head.insert_length = (uint32_t)insert;
	}
	if (sizeof(head) + head.insert_length + text <= IPC_BODY_MAX)
		head.text_length = (uint32_t)text;
	body = malloc(sizeof(head) + head.insert_length + head.text_length);
	if (!body)
		return;
	memcpy(body, &head, sizeof(head));
	if (head.insert_length)
		memcpy(body + sizeof(head), completion->insert, head.insert_length);
	if (head.text_length)
		memcpy(body + sizeof(head) + head.insert_length, completion->text, head.text_length);
	/* Where the queue is full, nothing is completed. */
	ipc_send(session->connection, MESSAGE_CLI_COMPLETIONS, body,
	         sizeof(head) + head.insert_length + head.text_length, -1);
	free(body);
}

void complete_scene(struct session *session, unsigned columns, struct complete_scene *out)
{
	const struct engine *engine = session->engine;
	const struct lyd_node *context = session_context(session);

	*out = (struct complete_scene){.candidate = &engine->candidate,
	                               .committed = &engine->committed,
	                               .context_type = session->context_type,
	                               .context = context,
	                               .scripts =
	                                   engine->script_directory ? engine->script_directory : PATH_SCRIPTS,
	                               .views = session->views,
	                               .columns = columns,
	                               .may_write = session->may_write};
}

void complete_answer(struct session *session, const struct ipc_message *message)
{
	struct message_cli_complete head;
	struct complete_scene scene;
	struct completion completion = {0};
	char *line;

	if (message->length < sizeof(head) || message->length > sizeof(head) + LINE_LENGTH_MAX)
		return;
	memcpy(&head, message->body, sizeof(head));
	complete_scene(session, head.columns < 1000 ? head.columns : 0, &scene);
	line = strndup((const char *)message->body + sizeof(head), message->length - sizeof(head));
	/* Whoever asked waits: without memory the answer is empty. */
	if (line)
		complete_line(&scene, line, &completion);
	send_answer(session, head.sequence, &completion);
	complete_free(&completion);
	free(line);
}
