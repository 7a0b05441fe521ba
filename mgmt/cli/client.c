/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/cli/client.h"
#include "lib/messages.h"
#include "lib/paths.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ANSWER_TIMEOUT_MS 30000

/* The next message. Returns 0, or -errno after saying that there is none any more. */
static int receive(struct client *client, struct ipc_message *message)
{
	int got = ipc_client_receive(client->fd, client->buffer, ANSWER_TIMEOUT_MS, message);

	if (got <= 0) {
		client->ended = true;
		fprintf(stderr, "hadrian: hadrian-mgmtd %s\n",
		        got == -ETIMEDOUT ? "does not answer" : "went away");
		return got ? got : -ECONNRESET;
	}
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

/* Prints until the command is done. */
static int wait_done(struct client *client, FILE *out)
{
	for (;;) {
		struct message_cli_done done;
		struct ipc_message message;
		int error = receive(client, &message);

		if (error)
			return error;
		if (message.type == MESSAGE_CLI_OUTPUT)
			show(&message, out);
		if (message.type != MESSAGE_CLI_DONE || message.length != sizeof(done))
			continue;
		fflush(out);
		memcpy(&done, message.body, sizeof(done));
		done.prompt[sizeof(done.prompt) - 1] = 0;
		strcpy(client->prompt, done.prompt);
		client->asks = done.answer;
		client->ended = done.end;
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
	int error;

	while (poll(wait, 2, -1) < 0)
		if (errno != EINTR)
			return 1;
	if (!wait[0].revents)
		return 1;
	error = receive(client, &message);
	if (!error && message.type == MESSAGE_CLI_OUTPUT) {
		fputs(before, out);
		fwrite(message.body, 1, message.length, out);
		fflush(out);
	}
	return error;
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
