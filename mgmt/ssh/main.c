/* SPDX-License-Identifier: GPL-2.0-or-later */

/* hadrian-sshd: the command line over SSH. Started by hadrian-mgmtd; SIGHUP has it read its settings again. */

#include "lib/address_socket.h"
#include "lib/log.h"
#include "mgmt/ssh/children.h"
#include "mgmt/ssh/connection.h"
#include "mgmt/ssh/hostkey.h"
#include "mgmt/ssh/listening.h"
#include "mgmt/ssh/settings.h"
#include "mgmt/ssh/status.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define RETRY_MS 2000 /* for an address that cannot be had */

static struct server {
	struct ssh_settings settings;
	struct listening listening;
	int signals;
	struct children children;
} server;

/* For `sshserver`. */
static void tell_status(void)
{
	static struct ssh_status status;
	int error;

	status.server = getpid();
	status.count = server.settings.access_count;
	for (size_t i = 0; i < status.count; i++) {
		const char *name = server.settings.access[i].name;

		status.access[i] =
		    (struct ssh_access_status){.connected = children_count(&server.children, name)};
		strcpy(status.access[i].name, name);
	}
	for (size_t i = 0; i < server.settings.listener_count; i++) {
		const struct ssh_listener *listener = &server.settings.listener[i];

		error = listening_error(&server.listening, &listener->address, listener->port);
		if (!error)
			continue;
		status.access[listener->access].error = error;
		status.access[listener->access].address = listener->address;
	}
	error = ssh_status_write(SSH_STATUS, &status);
	if (error)
		qb_log(LOG_WARNING, "the state of SSH cannot be told (%s): %s", SSH_STATUS, strerror(-error));
}

/* Returns 0, or -errno where the settings cannot be read. */
static int read_settings(void)
{
	static struct ssh_settings read;
	FILE *file = fopen(SSH_SETTINGS, "re");
	int error;

	memset(&read, 0, sizeof(read));
	error = file ? ssh_settings_read(file, &read) : -errno;
	if (file)
		fclose(file);
	if (error) {
		ssh_settings_free(&read);
		return error;
	}
	ssh_settings_free(&server.settings);
	server.settings = read;
	listening_configure(&server.listening, &server.settings);
	return 0;
}

/* A client that vanished does not hold its session for ever. */
static void watch_client(int fd)
{
	int one = 1, idle = 60, timeout_ms = 120000;

	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms, sizeof(timeout_ms));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

static void serve_child(int fd, const struct ssh_access *access, const char *remote, int slot)
{
	sigset_t none;

	listening_close(&server.listening);
	close(server.signals);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	connection_run(fd, access, remote, (unsigned)slot);
}

static void start_child(int fd, const struct ssh_access *access, const char *remote)
{
	int slot = children_slot(&server.children, remote);
	pid_t pid;

	if (slot < 0) {
		qb_log(LOG_NOTICE, "a connection over SSH from %s is one too many", remote);
		return;
	}
	watch_client(fd);
	pid = fork();
	if (!pid)
		serve_child(fd, access, remote, slot);
	if (pid > 0)
		children_add(&server.children, slot, pid, remote, access->name);
	else
		qb_log(LOG_ERR, "a connection over SSH cannot be served: %s", strerror(errno));
}

static void accept_client(size_t number)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);
	char text[IP_ADDRESS_TEXT] = "";
	struct ip_address remote;
	const struct ssh_access *access;
	int fd =
	    accept4(server.listening.socket[number].fd, (struct sockaddr *)&address, &length, SOCK_CLOEXEC);

	if (fd < 0)
		return;
	remote = address_of_socket(&address);
	ip_address_format(&remote, text);
	access = ssh_settings_find(&server.settings, &server.listening.socket[number].address,
	                           server.listening.socket[number].port, &remote);
	/* The datapath lets in only who is in a network; a moment ago that may have been another one. */
	if (access)
		start_child(fd, access, text);
	close(fd);
	tell_status();
}

/* Returns false where the server shall end. */
static bool take_signal(int *error)
{
	struct signalfd_siginfo signal;

	if (read(server.signals, &signal, sizeof(signal)) != sizeof(signal))
		return true;
	if (signal.ssi_signo == SIGCHLD)
		children_reap(&server.children);
	else if (signal.ssi_signo == SIGHUP)
		*error = read_settings();
	else
		return false;
	tell_status();
	return !*error;
}

static int run(void)
{
	const struct listening *listening = &server.listening;
	struct pollfd polled[SSH_LISTENERS_MAX + 1];
	int error = 0;

	for (;;) {
		polled[0] = (struct pollfd){server.signals, POLLIN, 0};
		for (size_t i = 0; i < listening->count; i++)
			polled[i + 1] = (struct pollfd){listening->socket[i].fd, POLLIN, 0};
		if (poll(polled, listening->count + 1, listening_incomplete(listening) ? RETRY_MS : -1) < 0 &&
		    errno != EINTR)
			return -errno;
		/* A signal may have changed the sockets: they are asked again. */
		if (polled[0].revents) {
			if (!take_signal(&error))
				return error;
			continue;
		}
		for (size_t i = 0; i < listening->count; i++)
			if (polled[i + 1].revents)
				accept_client(i);
		if (listening_retry(&server.listening))
			tell_status();
	}
}

static int watch_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_SETMASK, &signals, NULL);
	server.signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	return server.signals < 0 ? -errno : 0;
}

int main(void)
{
	int error;

	umask(077);
	log_start("hadrian-sshd", 1);
	error = watch_signals();
	if (!error)
		error = hostkey_ensure();
	if (!error)
		error = read_settings();
	if (!error) {
		tell_status();
		error = run();
	}
	if (error)
		qb_log(LOG_ERR, "SSH cannot be served: %s", strerror(-error));
	listening_close(&server.listening);
	ssh_settings_free(&server.settings);
	children_end(&server.children);
	return error ? 1 : 0;
}
