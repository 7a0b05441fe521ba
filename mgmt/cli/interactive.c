/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/cli/interactive.h"
#include "mgmt/cli/edit.h"
#include "mgmt/cli/secret.h"
#include "mgmt/cli/terminal.h"

#include <errno.h>
#include <histedit.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#define HISTORY_LINES 500

static char *prompt(EditLine *edit)
{
	struct client *client;

	el_get(edit, EL_CLIENTDATA, &client);
	return client->prompt;
}

/* One character of standard input. As libedit wants it: 1, 0 at the end of the input, -1 on an error. */
static int read_typed(wchar_t *out)
{
	mbstate_t state = {0};

	for (;;) {
		char byte;
		ssize_t got = read(STDIN_FILENO, &byte, 1);
		size_t length;

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return (int)got;
		length = mbrtowc(out, &byte, 1, &state);
		if (length == (size_t)-1)
			memset(&state, 0, sizeof(state)); /* no character: as if it had not been typed */
		else if (length != (size_t)-2)
			return 1;
	}
}

/* Whatever the server sends meanwhile stands above the prompt, which follows with what was typed so far. */
static int read_character(EditLine *edit, wchar_t *out)
{
	struct client *client;
	int ready;

	el_get(edit, EL_CLIENTDATA, &client);
	while ((ready = client_await_input(client, STDIN_FILENO, stdout, "\r\033[K")) <= 0) {
		if (terminal_ended() || client->ended)
			return 0;
		if (terminal_resized())
			edit_resize(edit);
		else if (!ready)
			el_set(edit, EL_REFRESH);
	}
	return read_typed(out);
}

/* A typed line without its newline, on the heap; NULL at the end of the input. */
static char *read_line(EditLine *edit)
{
	int length = 0;
	const char *typed = el_gets(edit, &length);
	char *line = typed && length > 0 ? strdup(typed) : NULL;

	if (line)
		line[strcspn(line, "\r\n")] = 0;
	return line;
}

/* A password: without an echo, and without the editor, which would show it. On the heap; NULL at the end of the input. */
static char *read_hidden(struct client *client)
{
	struct termios shown, hidden;
	char typed[512], *line;
	ssize_t length = -1;
	int ready = 0;
	bool terminal = !tcgetattr(STDIN_FILENO, &shown);

	fputs(client->prompt, stdout);
	fflush(stdout);
	if (terminal) {
		hidden = shown;
		hidden.c_lflag = (hidden.c_lflag | ICANON | ISIG) & ~(tcflag_t)ECHO;
		tcsetattr(STDIN_FILENO, TCSANOW, &hidden);
	}
	while (ready <= 0 && !terminal_ended() && !client->ended && !terminal_broken())
		ready = client_await_input(client, STDIN_FILENO, stdout, "\r\033[K");
	if (ready > 0)
		length = read(STDIN_FILENO, typed, sizeof(typed) - 1);
	if (terminal)
		tcsetattr(STDIN_FILENO, TCSANOW, &shown);
	fputc('\n', stdout);
	if (length <= 0)
		return NULL;
	typed[length] = 0;
	typed[strcspn(typed, "\r\n")] = 0;
	line = strdup(typed);
	explicit_bzero(typed, sizeof(typed));
	return line;
}

/* Answers and what is secret do not belong into a history. */
static void run(struct client *client, History *past, const char *line)
{
	bool asked = client->asks;
	HistEvent event;

	terminal_forget_break();
	client_command(client, line, stdout);
	if (*line && !asked && !client->secret && !secret_in(line))
		history(past, &event, H_ENTER, line);
}

static void loop(struct client *client, EditLine *edit, History *past)
{
	while (!client->ended && !terminal_ended()) {
		bool asked = client->asks;
		char *line;

		if (terminal_resized())
			el_resize(edit);
		line = client->hidden ? read_hidden(client) : read_line(edit);
		if (!line && asked && !client->ended && !terminal_ended())
			line = strdup("");
		if (!line)
			break;
		run(client, past, line);
		explicit_bzero(line, strlen(line));
		free(line);
	}
}

int interactive_run(struct client *client)
{
	EditLine *edit;
	History *past = history_init();
	HistEvent event;

	setlocale(LC_CTYPE, "C.UTF-8");
	edit = el_init("hadrian", stdin, stdout, stderr);
	if (!edit || !past)
		return -ENOMEM;
	terminal_start();
	history(past, &event, H_SETSIZE, HISTORY_LINES);
	history(past, &event, H_SETUNIQUE, 1);
	el_set(edit, EL_CLIENTDATA, client);
	el_set(edit, EL_PROMPT, prompt);
	el_set(edit, EL_EDITOR, "emacs");
	el_set(edit, EL_HIST, history, past);
	el_set(edit, EL_SIGNAL, 0);
	el_set(edit, EL_GETCFN, read_character);
	edit_bind(edit);
	loop(client, edit, past);
	history_end(past);
	el_end(edit);
	return 0;
}
