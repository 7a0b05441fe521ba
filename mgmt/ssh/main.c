/* SPDX-License-Identifier: GPL-2.0-or-later */

/* hadrian-sshd: the command line over SSH. Started by hadrian-mgmtd; SIGHUP has it read its settings again. */

#include "lib/log.h"
#include "mgmt/ssh/children.h"
#include "mgmt/ssh/connection.h"
#include "mgmt/ssh/hostkey.h"
#include "mgmt/ssh/settings.h"

#include <arpa/inet.h>
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

static struct server {
	struct ssh_settings settings;
	int listening[SSH_LISTENERS_MAX]; /* one for each listener of the settings */
	int signals;
	struct children children;
} server;

static int open_listener(const struct ssh_listener *listener, int *out)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(listener->port)};
	int one = 1, error, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	memcpy(&address.sin_addr, listener->address.bytes, 4);
	/* The address comes and goes with the datapath: bound before it is there. */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
	    setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &one, sizeof(one)) ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 16)) {
		error = -errno;
		close(fd);
		return error;
	}
	*out = fd;
	return 0;
}

static void close_listeners(void)
{
	for (size_t i = 0; i < server.settings.count; i++)
		if (server.listening[i] >= 0)
			close(server.listening[i]);
	server.settings.count = 0;
}

/* Returns 0, or -errno where the settings cannot be read or an address cannot be had. */
static int open_listeners(void)
{
	static struct ssh_settings read;
	FILE *file = fopen(SSH_SETTINGS, "re");
	int error = file ? ssh_settings_read(file, &read) : -errno;

	if (file)
		fclose(file);
	if (error)
		return error;
	close_listeners();
	for (size_t i = 0; i < read.count && !error; i++) {
		server.settings.listener[i] = read.listener[i];
		error = open_listener(&read.listener[i], &server.listening[i]);
		server.settings.count += !error;
	}
	return error;
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

static void serve_child(int fd, const struct ssh_listener *listener, const char *remote, int slot)
{
	sigset_t none;

	for (size_t i = 0; i < server.settings.count; i++)
		close(server.listening[i]);
	close(server.signals);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	connection_run(fd, listener, remote, (unsigned)slot);
}

static void accept_client(size_t number)
{
	struct sockaddr_in address;
	socklen_t length = sizeof(address);
	char remote[IP_ADDRESS_TEXT] = "";
	int slot, fd = accept4(server.listening[number], (struct sockaddr *)&address, &length, SOCK_CLOEXEC);
	pid_t pid;

	if (fd < 0)
		return;
	inet_ntop(AF_INET, &address.sin_addr, remote, sizeof(remote));
	slot = children_slot(&server.children, remote);
	if (slot < 0) {
		qb_log(LOG_NOTICE, "a connection over SSH from %s is one too many", remote);
		close(fd);
		return;
	}
	watch_client(fd);
	pid = fork();
	if (!pid)
		serve_child(fd, &server.settings.listener[number], remote, slot);
	if (pid > 0)
		children_add(&server.children, slot, pid, remote);
	else
		qb_log(LOG_ERR, "a connection over SSH cannot be served: %s", strerror(errno));
	close(fd);
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
		*error = open_listeners();
	else
		return false;
	return !*error;
}

static int run(void)
{
	struct pollfd polled[SSH_LISTENERS_MAX + 1];
	int error = 0;

	for (;;) {
		polled[0] = (struct pollfd){server.signals, POLLIN, 0};
		for (size_t i = 0; i < server.settings.count; i++)
			polled[i + 1] = (struct pollfd){server.listening[i], POLLIN, 0};
		if (poll(polled, server.settings.count + 1, -1) < 0 && errno != EINTR)
			return -errno;
		/* A signal may have changed the listeners: they are asked again. */
		if (polled[0].revents) {
			if (!take_signal(&error))
				return error;
			continue;
		}
		for (size_t i = 0; i < server.settings.count; i++)
			if (polled[i + 1].revents)
				accept_client(i);
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
		error = open_listeners();
	if (!error)
		error = run();
	if (error)
		qb_log(LOG_ERR, "SSH cannot be served: %s", strerror(-error));
	close_listeners();
	children_end(&server.children);
	return error ? 1 : 0;
}
