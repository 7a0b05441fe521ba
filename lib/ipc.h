/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_IPC_H
#define LIB_IPC_H

/*
 * Messages between the daemons of one node: SOCK_SEQPACKET Unix sockets in a qb_loop. A message is a type
 * (lib/messages/type.h), a body of at most IPC_BODY_MAX bytes, and optionally one file descriptor (a sealed memfd
 * for what is larger). Nothing here blocks: what the kernel does not take waits in a bounded queue, and past
 * its bound ipc_send says -EAGAIN. Every function runs on the thread of the loop that the object was made
 * with.
 *
 * Why not libqb's own IPC: docs/decisions/0002-ipc.md.
 */

#include <qb/qbloop.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define IPC_BODY_MAX     65536
#define IPC_QUEUE_MAX    (8u << 20) /* bytes that may wait on one connection */
#define IPC_RECONNECT_MS 50

struct ipc_message {
	uint32_t type;
	uint32_t length;  /* of body, bytes */
	const void *body; /* valid during the callback; 8-byte aligned */
	int fd;           /* -1 for none; the callback's to close */
};

struct ipc_connection;
struct ipc_server;

/* Any member may be NULL. A callback may close its connection (ipc_close). */
struct ipc_handlers {
	/* The connection is up: accepted by a server, or a client reached its server. */
	void (*connected)(struct ipc_connection *connection, void *user);
	void (*message)(struct ipc_connection *connection, const struct ipc_message *message, void *user);
	/* It is down. A server's connection is freed after this; a client's goes on trying to reach its
	 * server. */
	void (*closed)(struct ipc_connection *connection, void *user);
	/* The queue has drained below half after an -EAGAIN. */
	void (*writable)(struct ipc_connection *connection, void *user);
};

/*
 * Listens at path with the given mode (an old socket there is replaced). *out is the caller's, freed with
 * ipc_server_destroy. Returns 0 or -errno.
 */
int ipc_server_create(qb_loop_t *loop, const char *path, mode_t mode, const struct ipc_handlers *handlers,
                      void *user, struct ipc_server **out);
/* Closes the listener and every connection (their closed callbacks are called), removes the socket. NULL is
 * fine. */
void ipc_server_destroy(struct ipc_server *server);

/*
 * A client that keeps trying to reach the server at path, every IPC_RECONNECT_MS, until ipc_close. *out is
 * the caller's. Returns 0 even where the server is not there yet, or -errno.
 */
int ipc_connect(qb_loop_t *loop, const char *path, const struct ipc_handlers *handlers, void *user,
                struct ipc_connection **out);
/* Closes and frees a connection of either side; its closed callback is not called. NULL is fine. */
void ipc_close(struct ipc_connection *connection);

/*
 * Sends one message. fd is duplicated, or -1. Returns 0; -EAGAIN with the queue full (nothing was sent);
 * -ENOTCONN; -EMSGSIZE.
 */
int ipc_send(struct ipc_connection *connection, uint32_t type, const void *body, size_t length, int fd);
/* While not reading, messages wait in the kernel, and then in the sender's queue: back-pressure. Reading at first. */
void ipc_set_reading(struct ipc_connection *connection, bool reading);
/* Bytes waiting in the queue. */
size_t ipc_queued(const struct ipc_connection *connection);
/* A pointer of the caller's, NULL at first. */
void ipc_set_user(struct ipc_connection *connection, void *user);
void *ipc_user(const struct ipc_connection *connection);
/* Effective user id of the other side, from the kernel. */
uid_t ipc_peer_uid(const struct ipc_connection *connection);
/* Its process (a server's: the one that listens), 0 where there is none, from the kernel. */
pid_t ipc_peer_pid(const struct ipc_connection *connection);

/*
 * For programs without a loop (CLI, CGI): connect, send and wait for messages with poll(2).
 * ipc_client_open returns a file descriptor or -errno. ipc_client_receive fills *out, whose body points into
 * buffer (of IPC_BODY_MAX bytes); it returns 1 for a message, 0 where the server closed, -ETIMEDOUT, or
 * -errno.
 */
int ipc_client_open(const char *path);
int ipc_client_send(int fd, uint32_t type, const void *body, size_t length);
int ipc_client_receive(int fd, void *buffer, int timeout_ms, struct ipc_message *out);

/*
 * A sealed memfd with the given bytes, for ipc_send; the caller's to close. Returns the descriptor or -errno.
 * ipc_blob_map checks the seals, maps it read-only and closes fd; unmap with munmap. Returns 0 or -errno.
 */
int ipc_blob_create(const char *name, const void *bytes, size_t length);
int ipc_blob_map(int fd, const void **bytes, size_t *length);

#endif
