/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/cli/edit.h"
#include "mgmt/cli/terminal.h"

#include <stdlib.h>
#include <string.h>

static struct client *client_of(EditLine *edit)
{
	struct client *client;

	el_get(edit, EL_CLIENTDATA, &client);
	return client;
}

/* Characters, not bytes: what libedit counts, and near enough the columns they take. */
static size_t characters(const char *text, size_t length)
{
	char *copy = strndup(text, length);
	size_t count = copy ? mbstowcs(NULL, copy, 0) : length;

	free(copy);
	return count == (size_t)-1 ? length : count;
}

/* Rows between the prompt and the cursor, and between the cursor and the end of the line. */
static void rows_around(EditLine *edit, size_t *above, size_t *below)
{
	const LineInfo *line = el_line(edit);
	const char *prompt = client_of(edit)->prompt;
	size_t columns = terminal_columns(), before = characters(prompt, strlen(prompt));
	size_t cursor = before + characters(line->buffer, (size_t)(line->cursor - line->buffer));
	size_t end = cursor + characters(line->cursor, (size_t)(line->lastchar - line->cursor));

	*above = cursor / columns;
	*below = end / columns - *above;
}

/* Brings the terminal's cursor behind what is typed, to a new row: what is printed then stands below it. */
static void leave_line(EditLine *edit)
{
	size_t above, below;

	rows_around(edit, &above, &below);
	while (below--)
		fputc('\n', stdout);
	fputs("\r\n", stdout);
}

void edit_resize(EditLine *edit)
{
	size_t above, below;

	rows_around(edit, &above, &below);
	el_resize(edit);
	if (above)
		printf("\033[%zuA", above);
	/* A screen that is cleared from its first column on goes into the history of some terminals, tmux too, and
	 * comes back from there when they are widened: the first row is cleared by itself, the rest from its second column. */
	fputs("\r\033[K\033[C\033[J\r", stdout);
	fflush(stdout);
	el_set(edit, EL_REFRESH);
}

static unsigned char on_tab(EditLine *edit, int key)
{
	const LineInfo *line = el_line(edit);
	size_t length = (size_t)(line->cursor - line->buffer);
	struct client *client = client_of(edit);
	struct completions answer;

	(void)key;
	if (client->asks || client_complete(client, line->buffer, length, terminal_columns(), &answer))
		return CC_ERROR;
	if (answer.text_length) {
		leave_line(edit);
		fwrite(answer.text, 1, answer.text_length, stdout);
		fflush(stdout);
	}
	if (answer.insert_length && answer.replace <= length) {
		char *insert = strndup(answer.insert, answer.insert_length);

		if (answer.replace)
			el_deletestr(edit, (int)characters(line->cursor - answer.replace, answer.replace));
		if (insert)
			el_insertstr(edit, insert);
		free(insert);
	}
	if (answer.text_length)
		el_set(edit, EL_REFRESH);
	if (answer.insert_length)
		return CC_REFRESH;
	return answer.text_length ? CC_NORM : CC_ERROR;
}

/* Ctrl-C drops what is typed and never the session. A question is answered with nothing. */
static unsigned char on_break(EditLine *edit, int key)
{
	const LineInfo *line = el_line(edit);
	int length = (int)characters(line->buffer, (size_t)(line->lastchar - line->buffer));

	(void)key;
	leave_line(edit);
	fflush(stdout);
	el_cursor(edit, length);
	el_deletestr(edit, length);
	if (client_of(edit)->asks)
		return CC_NEWLINE;
	/* What goes on between commands ends too. */
	client_break(client_of(edit));
	el_set(edit, EL_REFRESH);
	return CC_NORM;
}

void edit_bind(EditLine *edit)
{
	/* Keys arrive as keys while a line is edited; while a command runs Ctrl-C is a signal. */
	el_set(edit, EL_SETTY, "-d", "-isig", NULL);
	/* Wide texts: libedit keeps them as they are, and never frees what it makes of others. */
	el_wset(edit, EL_ADDFN, L"hadrian-complete", L"Complete the word, or list what may stand there.",
	        on_tab);
	el_set(edit, EL_BIND, "^I", "hadrian-complete", NULL);
	el_wset(edit, EL_ADDFN, L"hadrian-break", L"Drop the line.", on_break);
	el_set(edit, EL_BIND, "^C", "hadrian-break", NULL);
}
