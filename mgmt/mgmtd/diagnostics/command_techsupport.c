/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/script/script_run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FILE_MAX   (16u << 20)
#define PAGE_LINES 22

/* What only shows, and neither asks nor prints secrets. */
static const char commands_run[] =
    "cc\n"
    "about\nlicense\ntime\nmemory\ntop\n"
    "ha -status -module\nifstat\nroutes\narp -show\nndp -show\nflow -count\nstatistics /datapath/*\n"
    "sshserver\nsessions\nfiles -list\ncrashdump -list\n"
    "show -errors\nshow -changes\nshow -json\ncfglog -all\n";

static const struct file_path path = {.folder = FILE_ROOT, .name = "techsupport.txt"};

static void write_header(FILE *out)
{
	time_t now = time(NULL);
	struct tm local;
	char text[32];
	long minutes;

	localtime_r(&now, &local);
	minutes = labs(local.tm_gmtoff) / 60;
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &local);
	fprintf(out,
	        "Technical Support Information\n"
	        "Please verify the contents before sending to Technical Support.\n"
	        "System Time: %s (UTC%c%02ld:%02ld)\n",
	        text, local.tm_gmtoff < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

static int keep(struct session *session, const char *printed, size_t length)
{
	char *text = NULL, reason[MESSAGE_TEXT] = "out of memory";
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int error = out ? 0 : -ENOMEM;

	if (out) {
		write_header(out);
		fwrite(printed, 1, length, out);
		if (fclose(out))
			error = -ENOMEM;
	}
	if (!error)
		error = file_store_write(&session->engine->files, &path, text, size, reason);
	free(text);
	if (error)
		fprintf(session->out, "techsupport: %s.\n", reason);
	else
		fputs("Created techsupport.txt. Verify what is in it before you send it to somebody.\n",
		      session->out);
	return error;
}

static const char *next_line(const char *text)
{
	text += strcspn(text, "\n");
	return *text ? text + 1 : text;
}

/* Prints from a line (the first is 0) on, at most count lines. Returns whether there are more. */
static bool print_lines(const char *text, unsigned from, unsigned count, FILE *out)
{
	const char *begin, *end;

	for (; from && *text; from--)
		text = next_line(text);
	for (begin = end = text; count && *end; count--)
		end = next_line(end);
	fwrite(begin, 1, (size_t)(end - begin), out);
	return *end;
}

static int show(struct session *session, bool pages);

static int next_page(struct session *session, const char *answer)
{
	if (*answer == 'q' || *answer == 'Q')
		return 0;
	session->rows += PAGE_LINES;
	return show(session, true);
}

static int show(struct session *session, bool pages)
{
	char *text, reason[MESSAGE_TEXT];
	size_t length;
	int error = file_store_read(&session->engine->files, &path, FILE_MAX, &text, &length, reason);
	bool more;

	if (error) {
		fprintf(session->out, "techsupport: %s%s.\n", reason,
		        error == -ENOENT ? "; 'techsupport' makes it" : "");
		return error;
	}
	more = print_lines(text, session->rows, pages ? PAGE_LINES : UINT32_MAX, session->out);
	free(text);
	return more ? session_ask(session, "-- Enter: next page, q: end --", next_page) : 0;
}

int command_techsupport(struct session *session, const struct line *line)
{
	static const char *const name = "techsupport";
	const struct script_order order = {.arguments = &name,
	                                   .count = 1,
	                                   .force = true,
	                                   .verbose = true,
	                                   .text = commands_run,
	                                   .done = keep};
	bool pages = !line_option(line, "nopages") && !session->script;

	if (line_word_count(line) > 1 || (line_option(line, "nopages") && !line_option(line, "show"))) {
		fputs(
		    "techsupport: it takes -show, and with that -nopages. 'help techsupport' shows how it is "
		    "typed.\n",
		    session->out);
		return -EINVAL;
	}
	return line_option(line, "show") ? show(session, pages) : script_start(session, &order);
}
