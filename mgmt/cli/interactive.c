/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/cli/interactive.h"
#include "mgmt/cli/secret.h"

#include <errno.h>
#include <histedit.h>
#include <stdlib.h>
#include <string.h>
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
	while (!(ready = client_await_input(client, STDIN_FILENO, stdout, "\r\033[K")))
		el_set(edit, EL_REFRESH);
	return ready > 0 ? read_typed(out) : 0;
}

/* A typed line without its newline, on the heap. */
static char *read_line(EditLine *edit)
{
	int length = 0;
	const char *typed = el_gets(edit, &length);
	char *line = typed && length > 0 ? strdup(typed) : NULL;

	if (line)
		line[strcspn(line, "\r\n")] = 0;
	return line;
}

static void loop(struct client *client, EditLine *edit, History *past)
{
	HistEvent event;
	char *line;

	while (!client->ended && (line = read_line(edit))) {
		/* Passwords do not belong into a history. */
		if (*line && !client->asks && !secret_in(line))
			history(past, &event, H_ENTER, line);
		client_command(client, line, stdout);
		free(line);
	}
}

int interactive_run(struct client *client)
{
	EditLine *edit = el_init("hadrian", stdin, stdout, stderr);
	History *past = history_init();
	HistEvent event;

	if (!edit || !past)
		return -ENOMEM;
	history(past, &event, H_SETSIZE, HISTORY_LINES);
	history(past, &event, H_SETUNIQUE, 1);
	el_set(edit, EL_CLIENTDATA, client);
	el_set(edit, EL_PROMPT, prompt);
	el_set(edit, EL_EDITOR, "emacs");
	el_set(edit, EL_HIST, history, past);
	el_set(edit, EL_SIGNAL, 1);
	el_set(edit, EL_GETCFN, read_character);
	loop(client, edit, past);
	history_end(past);
	el_end(edit);
	return 0;
}
