/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/ssh/connection.h"
#include "lib/ipc.h"
#include "lib/log.h"
#include "mgmt/ssh/authentication.h"
#include "mgmt/ssh/hostkey.h"
#include "mgmt/ssh/privilege.h"
#include "mgmt/ssh/program.h"
#include "mgmt/ssh/pump.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COMMAND_MAX 32768

struct connection {
	const struct ssh_access *access;
	struct authentication authentication;
	int executable;
	int transfer_executable; /* -1: file transfer is not installed */
	ssh_session session;
	ssh_channel channel;
	ssh_event event;
	bool wanted, terminal;
	enum { COMMAND_LINE, TRANSFER_SCP, TRANSFER_SFTP } what;
	struct winsize size;
	char term[32];
	char *command;
	struct program program;
};

static const char no_sftp[] =
    "SFTP is not available. Transfer files with SCP and its own protocol: scp -O FILE USER@FIREWALL:\n";
static const char no_transfer[] = "File transfer is not installed on this firewall.\n";

static int on_password(ssh_session session, const char *user, const char *password, void *data)
{
	struct connection *connection = data;

	return authentication_password(&connection->authentication, session, user, password);
}

static int on_key(ssh_session session, const char *user, struct ssh_key_struct *key, char signature_state,
                  void *data)
{
	struct connection *connection = data;

	(void)session;
	return authentication_key(&connection->authentication, user, key, signature_state);
}

static int on_message(ssh_session session, ssh_message message, void *data)
{
	struct connection *connection = data;

	return authentication_message(&connection->authentication, session, message);
}

static void set_size(struct winsize *size, int columns, int rows)
{
	size->ws_col = (unsigned short)(columns > 0 && columns <= 1000 ? columns : 80);
	size->ws_row = (unsigned short)(rows > 0 && rows <= 1000 ? rows : 24);
}

static int on_terminal(ssh_session session, ssh_channel channel, const char *term, int columns, int rows,
                       int width, int height, void *data)
{
	struct connection *connection = data;

	(void)session;
	(void)channel;
	(void)width;
	(void)height;
	if (connection->wanted)
		return SSH_ERROR;
	set_size(&connection->size, columns, rows);
	snprintf(connection->term, sizeof(connection->term), "%s", program_term(term));
	connection->terminal = true;
	return SSH_OK;
}

static int on_window(ssh_session session, ssh_channel channel, int columns, int rows, int width, int height,
                     void *data)
{
	struct connection *connection = data;

	(void)session;
	(void)channel;
	(void)width;
	(void)height;
	set_size(&connection->size, columns, rows);
	if (connection->terminal && connection->program.out >= 0)
		ioctl(connection->program.out, TIOCSWINSZ, &connection->size);
	return SSH_OK;
}

static int on_shell(ssh_session session, ssh_channel channel, void *data)
{
	struct connection *connection = data;

	(void)session;
	(void)channel;
	if (connection->wanted)
		return SSH_ERROR;
	connection->wanted = true;
	return SSH_OK;
}

static int on_command(ssh_session session, ssh_channel channel, const char *command, void *data)
{
	struct connection *connection = data;

	(void)session;
	(void)channel;
	if (connection->wanted || strlen(command) > COMMAND_MAX)
		return SSH_ERROR;
	connection->what = strncmp(command, "scp ", 4) != 0 ? COMMAND_LINE : TRANSFER_SCP;
	connection->command = strdup(command);
	connection->wanted = connection->command != NULL;
	return connection->wanted ? SSH_OK : SSH_ERROR;
}

/* Taken all the same: clients do not show what comes along with a refusal. */
static int on_subsystem(ssh_session session, ssh_channel channel, const char *name, void *data)
{
	struct connection *connection = data;

	(void)session;
	(void)channel;
	if (connection->wanted || strcmp(name, "sftp") != 0)
		return SSH_ERROR;
	connection->what = TRANSFER_SFTP;
	connection->wanted = true;
	return SSH_OK;
}

/* One session for each connection. */
static ssh_channel on_channel(ssh_session session, void *data)
{
	static struct ssh_channel_callbacks_struct callbacks = {
	    .channel_pty_request_function = on_terminal,
	    .channel_pty_window_change_function = on_window,
	    .channel_shell_request_function = on_shell,
	    .channel_exec_request_function = on_command,
	    .channel_subsystem_request_function = on_subsystem,
	};
	struct connection *connection = data;

	if (connection->channel || !connection->authentication.granted)
		return NULL;
	connection->channel = ssh_channel_new(session);
	if (!connection->channel)
		return NULL;
	callbacks.userdata = connection;
	ssh_callbacks_init(&callbacks);
	ssh_set_channel_callbacks(connection->channel, &callbacks);
	return connection->channel;
}

/* A terminal wants carriage returns. */
static void write_text(struct connection *connection, const char *text)
{
	for (; *text; text++)
		if (*text == '\n')
			ssh_channel_write(connection->channel, "\r\n", 2);
		else if (*text != '\r')
			ssh_channel_write(connection->channel, text, 1);
}

/* What is said to a client whose session cannot be; NULL where it can. */
static const char *refusal(const struct connection *connection)
{
	if (connection->what == TRANSFER_SFTP)
		return no_sftp;
	return connection->what == TRANSFER_SCP && connection->transfer_executable < 0 ? no_transfer : NULL;
}

static void say_why(struct connection *connection, enum pump_end end)
{
	if (!connection->terminal)
		return;
	if (end == PUMP_IDLE)
		write_text(connection, "\nThe session ended: nothing was typed for SessionIdleTime.\n");
	else if (end == PUMP_SESSION_ENDED)
		write_text(connection, "\nThe session ended: the firewall closed it.\n");
}

static int run_session(struct connection *connection)
{
	const struct ssh_access *access = connection->access;
	bool is_transfer = connection->what == TRANSFER_SCP;
	struct program_start start = {.executable = is_transfer ? connection->transfer_executable
	                                                        : connection->executable,
	                              .name = is_transfer ? "hadrian-scp" : "hadrian",
	                              .session = connection->authentication.login.fd,
	                              .terminal = connection->terminal && !is_transfer,
	                              .size = connection->size,
	                              .term = connection->term,
	                              .command = connection->command};
	const char *why = refusal(connection);
	enum pump_end end;
	int error;

	if (why) {
		ssh_channel_write_stderr(connection->channel, why, (uint32_t)strlen(why));
		return 1;
	}
	if (connection->terminal && !connection->command && *access->banner) {
		write_text(connection, access->banner);
		write_text(connection, "\n");
	}
	error = program_start(&start, &connection->program);
	if (error) {
		qb_log(LOG_ERR, "a session over SSH cannot start: %s", strerror(-error));
		return 1;
	}
	end = pump(connection->event, connection->session, connection->channel, &connection->program,
	           connection->authentication.login.fd, access->idle_seconds);
	/* With the program's the last descriptor: the session ends here. */
	close(connection->authentication.login.fd);
	say_why(connection, end);
	return program_end(&connection->program, end != PUMP_PROGRAM_ENDED);
}

static bool await_session(struct connection *connection)
{
	while (!connection->wanted) {
		if (authentication_exhausted(&connection->authentication))
			return false;
		if (ssh_event_dopoll(connection->event, -1) == SSH_ERROR)
			return false;
		if (!ssh_is_connected(connection->session) ||
		    (connection->channel && ssh_channel_is_closed(connection->channel)))
			return false;
	}
	return true;
}

/* The client closes the connection, who else would complain that it was closed; the alarm ends one that does not. */
static void await_client(struct connection *connection)
{
	while (ssh_is_connected(connection->session) && ssh_event_dopoll(connection->event, -1) != SSH_ERROR)
		;
}

static void serve(struct connection *connection)
{
	struct ssh_server_callbacks_struct callbacks = {
	    .userdata = connection,
	    .auth_password_function = on_password,
	    .auth_pubkey_function = on_key,
	    .channel_open_request_session_function = on_channel,
	};
	int status;

	ssh_callbacks_init(&callbacks);
	ssh_set_server_callbacks(connection->session, &callbacks);
	ssh_set_message_callback(connection->session, on_message, connection);
	authentication_begin(&connection->authentication, connection->session);
	if (ssh_handle_key_exchange(connection->session) != SSH_OK)
		return;
	connection->event = ssh_event_new();
	if (!connection->event || ssh_event_add_session(connection->event, connection->session) != SSH_OK)
		return;
	if (await_session(connection)) {
		alarm(0);
		status = run_session(connection);
		alarm(CONNECTION_GRACE_SECONDS); /* for what is left to send */
		ssh_channel_request_send_exit_status(connection->channel, status);
		ssh_channel_send_eof(connection->channel);
		ssh_channel_close(connection->channel);
		await_client(connection);
	}
	ssh_blocking_flush(connection->session, 5000);
	ssh_disconnect(connection->session);
}

static int open_program(const char *variable, const char *installed)
{
	const char *path = getenv(variable);
	int fd = open(path ? path : installed, O_PATH | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* What only root may: done before the client's first byte is read. */
static int prepare(struct connection *connection, int fd, unsigned slot)
{
	int process = 0, error;
	ssh_bind bind = ssh_bind_new();

	connection->session = ssh_new();
	if (!bind || !connection->session)
		return -ENOMEM;
	ssh_bind_options_set(bind, SSH_BIND_OPTIONS_PROCESS_CONFIG, &process);
	error = hostkey_load(bind, connection->access->keys);
	if (!error && ssh_bind_accept_fd(bind, connection->session, fd) != SSH_OK)
		error = -EIO;
	if (error)
		return error;
	connection->executable = open_program("HADRIAN_CLI", HADRIAN_CLI);
	if (connection->executable < 0)
		return connection->executable;
	connection->transfer_executable = open_program("HADRIAN_SCP", HADRIAN_SCP);
	connection->authentication.login.fd = ipc_client_open(PATH_LOGIN_SOCKET);
	if (connection->authentication.login.fd < 0)
		return connection->authentication.login.fd;
	return privilege_drop(slot);
}

_Noreturn void connection_run(int fd, const struct ssh_access *access, const char *remote, unsigned slot)
{
	struct connection connection = {
	    .access = access,
	    .authentication = {.login = {.access = access->name, .remote = remote}},
	    .program = {.in = -1, .out = -1, .error = -1}};
	int error;

	signal(SIGPIPE, SIG_IGN);
	alarm(CONNECTION_GRACE_SECONDS);
	error = prepare(&connection, fd, slot);
	if (error) {
		qb_log(LOG_ERR, "a connection over SSH cannot be served: %s", strerror(-error));
		_exit(1);
	}
	serve(&connection);
	_exit(0);
}
