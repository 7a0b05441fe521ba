/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/cli/console.h"
#include "lib/messages/console.h"
#include "lib/messages/login.h"
#include "lib/messages/type.h"
#include "lib/paths.h"
#include "mgmt/cli/serial.h"
#include "mgmt/ssh/login.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define LOGINS_MAX    3
#define QUESTIONS_MAX 16

/* What the console is like. Returns 0 or -errno. */
static int ask_settings(struct client *client, const char *port, struct message_console *out)
{
	int fd = ipc_client_open(PATH_MGMTD_SOCKET), got;
	struct ipc_message message = {.fd = -1};

	if (fd < 0)
		return fd;
	got = ipc_client_send(fd, MESSAGE_CONSOLE, port, strlen(port));
	if (!got)
		got = ipc_client_receive(fd, client->buffer, 10000, &message);
	close(fd);
	if (got <= 0)
		return got ? got : -ECONNRESET;
	if (message.fd >= 0)
		close(message.fd);
	if (message.type != MESSAGE_CONSOLE || message.length != sizeof(*out))
		return -EPROTO;
	memcpy(out, message.body, sizeof(*out));
	return out->error;
}

/* One line from the terminal, without its end. False at the end of input, or where it is longer than any answer. */
static bool read_answer(const char *question, bool echo, char *answer, size_t size)
{
	struct termios before, hidden;
	bool is_hidden = !echo && !tcgetattr(STDIN_FILENO, &before), done;

	printf("%s ", question);
	fflush(stdout);
	if (is_hidden) {
		hidden = before;
		hidden.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
	}
	done = fgets(answer, (int)size, stdin) && strchr(answer, '\n');
	if (is_hidden) {
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
		putchar('\n');
	}
	if (done)
		answer[strcspn(answer, "\r\n")] = 0;
	return done;
}

/* One user name and password, and what else is asked. Returns what login_ask does, -ENODATA at the end of input. */
static int try_login(const struct login *login)
{
	struct message_login_result result;
	char user[64], answer[257];
	int error;

	if (!read_answer("Username:", true, user, sizeof(user)) ||
	    !read_answer("Password:", false, answer, sizeof(answer)))
		return -ENODATA;
	error = login_ask(login, LOGIN_PASSWORD, user, answer, &result);
	for (unsigned i = 0; error == -EINPROGRESS && i < QUESTIONS_MAX; i++)
		error = read_answer(result.question, result.echo, answer, sizeof(answer))
		            ? login_ask(login, LOGIN_ANSWER, user, answer, &result)
		            : -ENODATA;
	explicit_bzero(answer, sizeof(answer));
	return error;
}

/* What is typed must not end or stop the program before it knows who types. */
static void ignore_keys(void (*handler)(int))
{
	signal(SIGINT, handler);
	signal(SIGQUIT, handler);
	signal(SIGTSTP, handler);
}

static int log_in(const char *port)
{
	char access[64];
	struct login login = {.access = access, .remote = "", .fd = ipc_client_open(PATH_LOGIN_SOCKET)};
	int error = -EACCES;

	if (login.fd < 0)
		return login.fd;
	snprintf(access, sizeof(access), "%s%.48s", LOGIN_ACCESS_CONSOLE, port);
	for (unsigned i = 0; i < LOGINS_MAX && (error == -EACCES || error == -EAGAIN); i++) {
		error = try_login(&login);
		if (error == -EACCES || error == -EAGAIN)
			puts("Login incorrect.\n");
	}
	if (!error)
		return login.fd;
	close(login.fd);
	return error;
}

static int open_with_login(struct client *client, const char *port)
{
	int fd;

	ignore_keys(SIG_IGN);
	fd = log_in(port);
	ignore_keys(SIG_DFL);
	if (fd < 0) {
		if (fd != -ENODATA && fd != -EACCES)
			fprintf(stderr, "hadrian: nobody can log in: %s\n", strerror(-fd));
		return fd;
	}
	puts("Welcome!");
	return client_adopt(client, fd);
}

int console_open(struct client *client, const char *port, bool serial)
{
	struct message_console settings;
	int error = ask_settings(client, port, &settings);

	if (error == -ENOENT && strcmp(port, CONSOLE_PORT) != 0) {
		fprintf(stderr, "hadrian: there is no COMPortAccess '%s'\n", port);
		return error;
	}
	/* It says what is wrong. */
	if (error)
		return client_open(client, "");
	if (serial) {
		error = serial_apply(STDIN_FILENO, &settings);
		if (error)
			fprintf(stderr, "hadrian: the line cannot be set up: %s\n", strerror(-error));
	}
	return settings.login ? open_with_login(client, port) : client_open(client, "");
}
