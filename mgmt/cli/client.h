/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_CLI_CLIENT_H
#define MGMT_CLI_CLIENT_H

/* A session with hadrian-mgmtd. Blocking; one thread. */

#include "lib/ipc.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct client {
	int fd;
	bool asks;         /* the prompt is a question, the next command its answer */
	bool hidden;       /* and the answer is not to be seen */
	bool secret;       /* the last line is none for a history */
	bool ended;        /* `exit`, or mgmtd went away */
	uint32_t sequence; /* of the last question what can stand somewhere */
	char prompt[128];
	char buffer[IPC_BODY_MAX] __attribute__((aligned(8)));
};

/* user "": the console. Returns 0, or -errno after saying on standard error what is wrong. */
int client_open(struct client *client, const char *user);
/* The same for a session that hadrian-sshd has logged in; fd is the client's from then on. */
int client_adopt(struct client *client, int fd);
void client_close(struct client *client);
/* Answers the questions that the last command asks with lines from in; prompts go to out. As client_command. */
int client_answer(struct client *client, FILE *in, FILE *out);
/*
 * Waits until in has something to read, and prints meanwhile what the server sends on its own, above the prompt: before
 * comes in front of each such text. Returns 1 where in has something; 0 after a text; -EINTR after a signal; another -errno with client->ended, and said
 * on standard error, where the server is gone, and where it ended the session.
 */
int client_await_input(struct client *client, int in, FILE *out, const char *before);
/* What Tab gives (struct message_cli_completions); the texts live until the client's next call. */
struct completions {
	size_t replace, insert_length, text_length;
	const char *insert, *text;
};
/* Asks for what can stand at the end of a line of that length. Returns 0 or -errno. */
int client_complete(struct client *client, const char *line, size_t length, unsigned columns,
                    struct completions *out);
/* Ctrl-C at the prompt. */
void client_break(struct client *client);
/* Runs one line and prints what it says. Returns 0, or the command's -errno. */
int client_command(struct client *client, const char *line, FILE *out);

#endif
