/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/cli/client.h"
#include "lib/messages/cli.h"
#include "lib/messages/type.h"
#include "lib/paths.h"
#include "mgmt/cli/terminal.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ANSWER_TIMEOUT_MS 30000

static int gone(struct client *client, int error)
{
	client->ended = true;
	fprintf(stderr, "hadrian: hadrian-mgmtd %s\n", error == -ETIMEDOUT ? "does not answer" : "went away");
	return error ? error : -ECONNRESET;
}

/* The next message. Returns 0, -EINTR after a signal, or -errno after saying that there is none any more. */
static int receive(struct client *client, struct ipc_message *message)
{
	struct pollfd wait = {.fd = client->fd, .events = POLLIN};
	int ready = terminal_wait(&wait, 1, ANSWER_TIMEOUT_MS), got;

	if (ready == -EINTR && !terminal_ended())
		return -EINTR;
	if (ready <= 0)
		return gone(client, ready ? ready : -ETIMEDOUT);
	got = ipc_client_receive(client->fd, client->buffer, ANSWER_TIMEOUT_MS, message);
	if (got <= 0)
		return gone(client, got);
	if (message->fd >= 0)
		close(message->fd);
	return 0;
}

/* At once: a line may grow for a while, and is seen growing. */
static void show(const struct ipc_message *message, FILE *out)
{
	fwrite(message->body, 1, message->length, out);
	fflush(out);
}

static void take_done(struct client *client, const struct message_cli_done *done)
{
	snprintf(client->prompt, sizeof(client->prompt), "%s", done->prompt);
	client->asks = done->answer != ANSWER_NONE;
	client->hidden = done->answer == ANSWER_HIDDEN;
	client->secret = done->secret;
	client->ended = done->end;
}

/* Prints until the command is done. Ctrl-C breaks it off; what it had to say still is dropped. */
static int wait_done(struct client *client, FILE *out)
{
	bool broken = false;

	for (;;) {
		struct message_cli_done done;
		struct ipc_message message;
		int error = receive(client, &message);

		if (error == -EINTR) {
			if (terminal_broken() && !broken) {
				broken = true;
				ipc_client_send(client->fd, MESSAGE_CLI_BREAK, NULL, 0);
			}
			continue;
		}
		if (error)
			return error;
		if (message.type == MESSAGE_CLI_OUTPUT && !broken)
			show(&message, out);
		if (message.type != MESSAGE_CLI_DONE || message.length != sizeof(done))
			continue;
		if (broken)
			fputc('\n', out);
		fflush(out);
		memcpy(&done, message.body, sizeof(done));
		done.prompt[sizeof(done.prompt) - 1] = 0;
		take_done(client, &done);
		return done.error;
	}
}

int client_open(struct client *client, const char *user)
{
	int error;

	memset(client, 0, sizeof(*client));
	client->fd = ipc_client_open(PATH_MGMTD_SOCKET);
	if (client->fd < 0) {
		if (client->fd == -EACCES || client->fd == -EPERM)
			fprintf(stderr, "hadrian: only root may use the console (try: sudo hadrian)\n");
		else
			fprintf(stderr, "hadrian: hadrian-mgmtd does not run (%s: %s)\n", PATH_MGMTD_SOCKET,
			        strerror(-client->fd));
		return client->fd;
	}
	error = ipc_client_send(client->fd, MESSAGE_CLI_OPEN, user, strlen(user));
	if (!error)
		error = wait_done(client, stdout);
	if (error == -EACCES)
		fprintf(stderr, "hadrian: there is no user '%s'\n", user);
	if (error)
		client_close(client);
	return error;
}

int client_adopt(struct client *client, int fd)
{
	int error;

	memset(client, 0, sizeof(*client));
	client->fd = fd;
	error = ipc_client_send(fd, MESSAGE_CLI_OPEN, "", 0);
	if (!error)
		error = wait_done(client, stdout);
	if (error)
		client_close(client);
	return error;
}

void client_close(struct client *client)
{
	if (client->fd >= 0)
		close(client->fd);
	client->fd = -1;
}

int client_await_input(struct client *client, int in, FILE *out, const char *before)
{
	struct pollfd wait[] = {{.fd = client->fd, .events = POLLIN}, {.fd = in, .events = POLLIN}};
	struct ipc_message message;
	int error = terminal_wait(wait, 2, -1);

	if (error == -EINTR)
		return -EINTR;
	if (error < 0 || !wait[0].revents)
		return 1;
	error = receive(client, &message);
	/* The server ends the session, and has said why. */
	if (!error && message.type == MESSAGE_CLI_DONE) {
		client->ended = true;
		return -ECONNRESET;
	}
	if (!error && message.type == MESSAGE_CLI_OUTPUT) {
		fputs(before, out);
		fwrite(message.body, 1, message.length, out);
		fflush(out);
	}
	return error;
}

void client_break(struct client *client)
{
	/* Where the server is gone the next command tells it. */
	(void)ipc_client_send(client->fd, MESSAGE_CLI_BREAK, NULL, 0);
}

int client_command(struct client *client, const char *line, FILE *out)
{
	int error = ipc_client_send(client->fd, MESSAGE_CLI_COMMAND, line, strlen(line));

	if (error) {
		client->ended = true;
		fprintf(stderr, "hadrian: %s\n",
		        error == -EMSGSIZE ? "the line is too long" : "hadrian-mgmtd went away");
		return error;
	}
	return wait_done(client, out);
}

int client_answer(struct client *client, FILE *in, FILE *out)
{
	char *line = NULL;
	size_t size = 0;
	int error = 0;

	while (!error && client->asks && !client->ended) {
		fputs(client->prompt, out);
		fflush(out);
		if (getline(&line, &size, in) < 0) {
			fputs("\nhadrian: nobody answers; the option -force acts without asking\n", stderr);
			error = -ENODATA;
			break;
		}
		line[strcspn(line, "\r\n")] = 0;
		error = client_command(client, line, out);
	}
	free(line);
	return error;
}

/* Both texts are in the buffer of the message. */
static bool take_completions(const struct ipc_message *message, uint32_t sequence, struct completions *out)
{
	struct message_cli_completions head;
	const char *texts = (const char *)message->body + sizeof(head);

	if (message->type != MESSAGE_CLI_COMPLETIONS || message->length < sizeof(head))
		return false;
	memcpy(&head, message->body, sizeof(head));
	if (head.sequence != sequence || head.insert_length > message->length - sizeof(head) ||
	    head.text_length > message->length - sizeof(head) - head.insert_length)
		return false;
	*out = (struct completions){.replace = head.replace,
	                            .insert_length = head.insert_length,
	                            .text_length = head.text_length,
	                            .insert = texts,
	                            .text = texts + head.insert_length};
	return true;
}

int client_complete(struct client *client, const char *line, size_t length, unsigned columns,
                    struct completions *out)
{
	struct message_cli_complete head = {.sequence = ++client->sequence, .columns = columns};
	struct ipc_message message;
	int error;

	if (sizeof(head) + length > sizeof(client->buffer))
		return -EMSGSIZE;
	memcpy(client->buffer, &head, sizeof(head));
	memcpy(client->buffer + sizeof(head), line, length);
	error = ipc_client_send(client->fd, MESSAGE_CLI_COMPLETE, client->buffer, sizeof(head) + length);
	if (error)
		return gone(client, error);
	for (;;) {
		error = receive(client, &message);
		if (error && error != -EINTR)
			return error;
		if (!error && take_completions(&message, head.sequence, out))
			return 0;
		if (!error && message.type == MESSAGE_CLI_OUTPUT) {
			fputc('\n', stdout);
			show(&message, stdout);
		}
	}
}
