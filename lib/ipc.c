/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/ipc.h"
#include "lib/ipc_socket.h"
#include "lib/timer.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define MESSAGES_PER_DISPATCH 64 /* then the loop's other work gets its turn */

struct queued {
	struct queued *next;
	uint32_t type;
	uint32_t length;
	int fd;
	uint8_t body[];
};

struct ipc_connection {
	qb_loop_t *loop;
	const struct ipc_handlers *handlers;
	void *user;
	struct ipc_server *server;      /* NULL on the client's side */
	struct ipc_connection *sibling; /* in the server's list */
	char *path;                     /* of a client */
	struct timer retrying;
	int fd;
	struct queued *head, **tail;
	size_t queued;
	bool refused;     /* an -EAGAIN was given, writable is owed */
	bool dispatching; /* do not free under a running callback */
	bool paused;      /* ipc_set_reading */
	bool closed;
	uint32_t watched; /* poll events */
	_Alignas(8) uint8_t body[IPC_BODY_MAX];
};

struct ipc_server {
	qb_loop_t *loop;
	const struct ipc_handlers *handlers;
	void *user;
	char *path;
	int fd;
	struct ipc_connection *connections;
};

static int32_t dispatch(int32_t fd, int32_t events, void *data);
static void retry_connect(void *data);

static void watch(struct ipc_connection *connection)
{
	uint32_t events = (connection->paused ? 0 : POLLIN) | (connection->head ? POLLOUT : 0);

	if (connection->fd < 0 || events == connection->watched)
		return;
	if (events == 0)
		qb_loop_poll_del(connection->loop, connection->fd);
	else if (connection->watched)
		qb_loop_poll_mod(connection->loop, QB_LOOP_MED, connection->fd, (int)events, connection,
		                 dispatch);
	else
		qb_loop_poll_add(connection->loop, QB_LOOP_MED, connection->fd, (int)events, connection,
		                 dispatch);
	connection->watched = events;
}

static void drop_queue(struct ipc_connection *connection)
{
	while (connection->head) {
		struct queued *item = connection->head;

		connection->head = item->next;
		if (item->fd >= 0)
			close(item->fd);
		free(item);
	}
	connection->tail = &connection->head;
	connection->queued = 0;
	connection->refused = false;
}

static void close_socket(struct ipc_connection *connection)
{
	if (connection->fd >= 0) {
		if (connection->watched)
			qb_loop_poll_del(connection->loop, connection->fd);
		close(connection->fd);
	}
	connection->fd = -1;
	connection->watched = 0;
	connection->paused = false;
	drop_queue(connection);
}

static void unlink_from_server(struct ipc_connection *connection)
{
	struct ipc_connection **at = connection->server ? &connection->server->connections : NULL;

	while (at && *at) {
		if (*at == connection) {
			*at = connection->sibling;
			return;
		}
		at = &(*at)->sibling;
	}
}

static void release(struct ipc_connection *connection)
{
	free(connection->path);
	free(connection);
}

void ipc_close(struct ipc_connection *connection)
{
	if (!connection || connection->closed)
		return;
	connection->closed = true;
	unlink_from_server(connection);
	timer_stop(&connection->retrying);
	close_socket(connection);
	if (!connection->dispatching)
		release(connection);
}

static void schedule_retry(struct ipc_connection *connection)
{
	if (!timer_runs(&connection->retrying) && !connection->closed)
		(void)timer_start(&connection->retrying, connection->loop, QB_LOOP_MED,
		                  IPC_RECONNECT_MS * 1000000ULL, connection, retry_connect);
}

/* The other side is gone. A client tries again; what a server accepted ends here. Only dispatch calls it. */
static void disconnected(struct ipc_connection *connection)
{
	close_socket(connection);
	if (connection->handlers->closed)
		connection->handlers->closed(connection, connection->user);
	if (connection->server)
		ipc_close(connection);
	else
		schedule_retry(connection);
}

/* Returns 0, -EAGAIN, or another -errno where the connection is broken. */
static int flush_queue(struct ipc_connection *connection)
{
	while (connection->head) {
		struct queued *item = connection->head;
		int error = ipc_socket_send(connection->fd, item->type, item->body, item->length, item->fd);

		if (error)
			return error;
		connection->head = item->next;
		if (!connection->head)
			connection->tail = &connection->head;
		connection->queued -= item->length;
		if (item->fd >= 0)
			close(item->fd);
		free(item);
	}
	return 0;
}

/* Reads what is there, a bounded number of messages. False where the connection broke. */
static bool receive_messages(struct ipc_connection *connection)
{
	for (int i = 0; i < MESSAGES_PER_DISPATCH; i++) {
		struct ipc_message message;
		int result = ipc_socket_receive(connection->fd, connection->body, &message);

		if (result == -EAGAIN)
			return true;
		if (result <= 0)
			return false;
		if (connection->handlers->message)
			connection->handlers->message(connection, &message, connection->user);
		else if (message.fd >= 0)
			close(message.fd);
		if (connection->closed || connection->paused)
			return true;
	}
	return true;
}

static int32_t dispatch(int32_t fd, int32_t events, void *data)
{
	struct ipc_connection *connection = data;
	bool broken = false;

	(void)fd;
	connection->dispatching = true;
	if (events & POLLOUT) {
		int error = flush_queue(connection);

		broken = error && error != -EAGAIN;
		if (!broken && connection->refused && connection->queued < IPC_QUEUE_MAX / 2) {
			connection->refused = false;
			if (connection->handlers->writable)
				connection->handlers->writable(connection, connection->user);
		}
	}
	if (!broken && !connection->closed && !connection->paused && (events & (POLLIN | POLLHUP | POLLERR)))
		broken = !receive_messages(connection);
	if (!connection->closed && broken)
		disconnected(connection);
	else if (!connection->closed)
		watch(connection);
	/* Until here it kept ipc_close from freeing. NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
	connection->dispatching = false;
	if (connection->closed)
		release(connection);
	return 0;
}

static struct ipc_connection *connection_create(qb_loop_t *loop, const struct ipc_handlers *handlers,
                                                void *user)
{
	struct ipc_connection *connection = calloc(1, sizeof(*connection));

	if (!connection)
		return NULL;
	connection->loop = loop;
	connection->handlers = handlers;
	connection->user = user;
	connection->fd = -1;
	connection->tail = &connection->head;
	return connection;
}

static void call_connected(struct ipc_connection *connection)
{
	connection->dispatching = true;
	if (connection->handlers->connected)
		connection->handlers->connected(connection, connection->user);
	connection->dispatching = false;
	if (connection->closed)
		release(connection);
}

static int32_t accept_connection(int32_t listener, int32_t events, void *data)
{
	struct ipc_server *server = data;
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct ipc_connection *connection;

	(void)events;
	if (fd < 0)
		return 0;
	connection = connection_create(server->loop, server->handlers, server->user);
	if (!connection) {
		close(fd);
		return 0;
	}
	ipc_socket_tune(fd);
	connection->fd = fd;
	connection->server = server;
	connection->sibling = server->connections;
	server->connections = connection;
	connection->user = server->user;
	watch(connection);
	call_connected(connection);
	return 0;
}

int ipc_server_create(qb_loop_t *loop, const char *path, mode_t mode, const struct ipc_handlers *handlers,
                      void *user, struct ipc_server **out)
{
	struct ipc_server *server = calloc(1, sizeof(*server));
	int error;

	if (!server)
		return -ENOMEM;
	*server = (struct ipc_server){.loop = loop, .handlers = handlers, .user = user, .path = strdup(path)};
	server->fd = server->path ? ipc_socket_listen(path, mode) : -ENOMEM;
	if (server->fd < 0) {
		error = server->fd;
		free(server->path);
		free(server);
		return error;
	}
	qb_loop_poll_add(loop, QB_LOOP_MED, server->fd, POLLIN, server, accept_connection);
	*out = server;
	return 0;
}

void ipc_server_destroy(struct ipc_server *server)
{
	struct ipc_connection *connection;

	if (!server)
		return;
	while ((connection = server->connections)) {
		server->connections = connection->sibling;
		/* The callback may close it too: it is freed here and nowhere else. */
		connection->dispatching = true;
		if (connection->handlers->closed)
			connection->handlers->closed(connection, connection->user);
		ipc_close(connection);
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
		release(connection);
	}
	qb_loop_poll_del(server->loop, server->fd);
	close(server->fd);
	unlink(server->path);
	free(server->path);
	free(server);
}

static void retry_connect(void *data)
{
	struct ipc_connection *connection = data;

	connection->fd = ipc_client_open(connection->path);
	if (connection->fd < 0) {
		connection->fd = -1;
		schedule_retry(connection);
		return;
	}
	ipc_socket_set_nonblocking(connection->fd);
	watch(connection);
	call_connected(connection);
}

int ipc_connect(qb_loop_t *loop, const char *path, const struct ipc_handlers *handlers, void *user,
                struct ipc_connection **out)
{
	struct ipc_connection *connection = connection_create(loop, handlers, user);

	if (!connection)
		return -ENOMEM;
	connection->path = strdup(path);
	if (!connection->path ||
	    timer_start(&connection->retrying, loop, QB_LOOP_MED, 0, connection, retry_connect)) {
		release(connection);
		return -ENOMEM;
	}
	*out = connection;
	return 0;
}

static int enqueue(struct ipc_connection *connection, uint32_t type, const void *body, size_t length, int fd)
{
	struct queued *item;

	if (connection->queued + length > IPC_QUEUE_MAX) {
		connection->refused = true;
		return -EAGAIN;
	}
	item = malloc(sizeof(*item) + length);
	if (!item)
		return -ENOMEM;
	*item = (struct queued){.type = type, .length = (uint32_t)length, .fd = -1};
	if (length)
		memcpy(item->body, body, length);
	if (fd >= 0) {
		item->fd = dup(fd);
		if (item->fd < 0) {
			free(item);
			return -errno;
		}
	}
	*connection->tail = item;
	connection->tail = &item->next;
	connection->queued += length;
	watch(connection);
	return 0;
}

int ipc_send(struct ipc_connection *connection, uint32_t type, const void *body, size_t length, int fd)
{
	int error = -EAGAIN;

	if (length > IPC_BODY_MAX)
		return -EMSGSIZE;
	if (connection->fd < 0)
		return -ENOTCONN;
	if (!connection->head)
		error = ipc_socket_send(connection->fd, type, body, length, fd);
	if (error == -EAGAIN)
		return enqueue(connection, type, body, length, fd);
	/* A broken socket shows itself to dispatch as end of file; the caller only learns that nothing goes
	 * there. */
	return error ? -ENOTCONN : 0;
}

void ipc_set_reading(struct ipc_connection *connection, bool reading)
{
	connection->paused = !reading;
	if (!connection->dispatching)
		watch(connection);
}

size_t ipc_queued(const struct ipc_connection *connection)
{
	return connection->queued;
}

void ipc_set_user(struct ipc_connection *connection, void *user)
{
	connection->user = user;
}

void *ipc_user(const struct ipc_connection *connection)
{
	return connection->user;
}

static struct ucred peer_credentials(const struct ipc_connection *connection)
{
	struct ucred credentials = {.uid = (uid_t)-1};
	socklen_t length = sizeof(credentials);

	if (connection->fd >= 0)
		getsockopt(connection->fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length);
	return credentials;
}

uid_t ipc_peer_uid(const struct ipc_connection *connection)
{
	return peer_credentials(connection).uid;
}

pid_t ipc_peer_pid(const struct ipc_connection *connection)
{
	return peer_credentials(connection).pid;
}
