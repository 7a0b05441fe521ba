/* SPDX-License-Identifier: GPL-2.0-or-later */

/* hadrian: the command line. Interactive on a terminal; one command from the arguments; or lines from a file
 * or pipe. */

#include "lib/messages/console.h"
#include "mgmt/cli/client.h"
#include "mgmt/cli/console.h"
#include "mgmt/cli/interactive.h"
#include "mgmt/cli/secret.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
    "usage: hadrian [-u USER] ['COMMAND']\n"
    "       hadrian [-u USER] -f FILE [--force]\n"
    "       hadrian [-u USER] [--force] < FILE\n\n"
    "Without a command: a prompt on a terminal, else commands from standard input, one a line.\n"
    "  -f, --file FILE   read commands from FILE\n"
    "      --force       go on after a command that failed\n"
    "  -u, --user USER   act with the rights of that user\n"
    "      --complete LINE  print what Tab gives at the end of that line, after the command, if there is "
    "one\n"
    "      --login[=PORT]  log in at the console PORT, COM1 unless named (for agetty)\n"
    "      --session FD  a session that is logged in on that descriptor (hadrian-sshd)\n";

struct arguments {
	const char *user, *file;
	const char *complete; /* a line */
	const char *port;     /* of the local console */
	bool login;           /* as the program that logs in at that port */
	int session;          /* a descriptor, or -1 */
	bool force;
};

/* The next line; what the server sends while it is awaited is printed. False at the end, of whichever side. */
static bool next_line(struct client *client, FILE *file, char **line, size_t *size)
{
	int ready = 0;

	while ((!ready || ready == -EINTR) && !client->ended)
		ready = client_await_input(client, fileno(file), stdout, "");
	return ready > 0 && getline(line, size, file) >= 0;
}

/* Runs lines until one fails (or to the end with force). Returns 0 or the first error. */
static int run_lines(struct client *client, FILE *file, const char *name, bool force)
{
	char *line = NULL;
	size_t size = 0;
	unsigned number = 0;
	int first = 0;

	setvbuf(file, NULL, _IONBF, 0); /* poll(2) does not see what stdio has read ahead */
	while (next_line(client, file, &line, &size)) {
		int error;

		number++;
		line[strcspn(line, "\n")] = 0;
		error = client_command(client, line, stdout);
		if (!error)
			error = client_answer(client, file, stdout);
		if (!error)
			continue;
		fflush(stdout);
		secret_hide(line);
		if (client->secret && !secret_in(line))
			line[strcspn(line, "=")] = 0;
		fprintf(stderr, "hadrian: %s:%u: failed: %s\n", name, number, line);
		first = first ? first : error;
		if (!force)
			break;
	}
	free(line);
	return first;
}

static int run_file(struct client *client, const struct arguments *arguments)
{
	FILE *file = fopen(arguments->file, "re");
	int error;

	if (!file) {
		fprintf(stderr, "hadrian: cannot read %s: %s\n", arguments->file, strerror(errno));
		return -errno;
	}
	error = run_lines(client, file, arguments->file, arguments->force);
	fclose(file);
	return error;
}

/* Words of the arguments make one line; quoting is the shell's and is kept by typing the command as one
 * argument. NULL where memory is out. */
static char *join_words(char *const words[])
{
	char *line = NULL;
	size_t length;
	FILE *out = open_memstream(&line, &length);

	if (!out)
		return NULL;
	for (size_t i = 0; words[i]; i++)
		fprintf(out, "%s%s", i ? " " : "", words[i]);
	fclose(out);
	return line;
}

/* What stands in the arguments is everybody's to read in the list of processes. */
static void hide_words(char *words[])
{
	for (size_t i = 0; words[i]; i++)
		memset(words[i], '*', strlen(words[i]));
}

static bool parse_arguments(int argc, char *argv[], struct arguments *out)
{
	static const struct option options[] = {
	    {"file", required_argument, NULL, 'f'},  {"force", no_argument, NULL, 'F'},
	    {"user", required_argument, NULL, 'u'},  {"session", required_argument, NULL, 's'},
	    {"login", optional_argument, NULL, 'l'}, {"complete", required_argument, NULL, 'c'},
	    {"help", no_argument, NULL, 'h'},        {0}};
	int option;

	while ((option = getopt_long(argc, argv, "+f:u:h", options, NULL)) != -1) {
		if (option == 'f') {
			out->file = optarg;
		} else if (option == 'F') {
			out->force = true;
		} else if (option == 'u') {
			out->user = optarg;
		} else if (option == 'c') {
			out->complete = optarg;
		} else if (option == 'l') {
			out->login = true;
			out->port = optarg ? optarg : out->port;
		} else if (option == 's') {
			out->session = optarg ? atoi(optarg) : -1;
		} else {
			fputs(usage, option == 'h' ? stdout : stderr);
			exit(option == 'h' ? 0 : 2);
		}
	}
	return !(out->file && argv[optind]) && !(out->login && (out->file || argv[optind]));
}

/* One command, and its question, if it has one. */
static int run_words(struct client *client, const char *line)
{
	int error = client_command(client, line, stdout);

	return error ? error : client_answer(client, stdin, stdout);
}

/* Who can type as root can read everything anyway: a login is asked of terminals only, as at any console. */
static int open_session(struct client *client, const struct arguments *arguments, bool commands)
{
	if (arguments->session >= 0)
		return client_adopt(client, arguments->session);
	if (arguments->login || (!commands && !*arguments->user && isatty(STDIN_FILENO)))
		return console_open(client, arguments->port, arguments->login);
	return client_open(client, arguments->user);
}

/* What Tab would insert, and what it would list. */
static int print_completions(struct client *client, const char *line)
{
	struct completions answer;
	int error = client_complete(client, line, strlen(line), 0, &answer);

	if (error)
		return error;
	if (answer.insert_length)
		printf("%.*s\n", (int)answer.insert_length, answer.insert);
	fwrite(answer.text, 1, answer.text_length, stdout);
	return 0;
}

static int run(struct client *client, const struct arguments *arguments, const char *line)
{
	int error = 0;

	if (arguments->file)
		error = run_file(client, arguments);
	else if (line)
		error = run_words(client, line);
	if (arguments->complete)
		return error ? error : print_completions(client, arguments->complete);
	if (arguments->file || line)
		return error;
	if (isatty(STDIN_FILENO))
		return interactive_run(client);
	return run_lines(client, stdin, "standard input", arguments->force);
}

int main(int argc, char *argv[])
{
	struct arguments arguments = {.user = "", .port = CONSOLE_PORT, .session = -1};
	struct client client;
	char *line = NULL;
	int error;

	if (!parse_arguments(argc, argv, &arguments)) {
		fputs(usage, stderr);
		return 2;
	}
	if (argv[optind]) {
		line = join_words(argv + optind);
		if (!line)
			return 1;
		if (secret_in(line))
			hide_words(argv + optind);
	}
	error = open_session(&client, &arguments, arguments.file || line);
	if (error) {
		free(line);
		return 1;
	}
	error = run(&client, &arguments, line);
	client_close(&client);
	free(line);
	return error ? 1 : 0;
}
