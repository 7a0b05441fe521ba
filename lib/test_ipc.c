/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/ipc.h"
#include "lib/testing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static char path[64];
static qb_loop_t *loop;
static struct ipc_server *server;
static struct ipc_connection *client;
static unsigned received, connected, closed_count;
static size_t received_bytes;
static uint32_t last_type;

static void setup(void)
{
	snprintf(path, sizeof(path), "/tmp/hadrian-test-ipc-%d.sock", getpid());
	loop = qb_loop_create();
	server = NULL;
	client = NULL;
	received = connected = closed_count = 0;
	received_bytes = 0;
}

static void teardown(void)
{
	ipc_close(client);
	ipc_server_destroy(server);
	qb_loop_destroy(loop);
	unlink(path);
}

static void echo_message(struct ipc_connection *connection, const struct ipc_message *message, void *user)
{
	(void)user;
	ck_assert_int_eq(ipc_send(connection, message->type + 1, message->body, message->length, message->fd),
	                 0);
	if (message->fd >= 0)
		close(message->fd);
}

static const struct ipc_handlers echo_handlers = {.message = echo_message};

static void send_hello(struct ipc_connection *connection, void *user)
{
	(void)user;
	connected++;
	ck_assert_int_eq(ipc_send(connection, 7, "hello", 5, -1), 0);
}

static void stop_on_answer(struct ipc_connection *connection, const struct ipc_message *message, void *user)
{
	(void)connection;
	(void)user;
	received++;
	last_type = message->type;
	ck_assert_mem_eq(message->body, "hello", 5);
	qb_loop_stop(loop);
}

static void count_close(struct ipc_connection *connection, void *user)
{
	(void)connection;
	(void)user;
	closed_count++;
}

static const struct ipc_handlers hello_handlers = {
    .connected = send_hello, .message = stop_on_answer, .closed = count_close};

START_TEST(a_client_reaches_its_server_and_is_answered)
{
	ck_assert_int_eq(ipc_server_create(loop, path, 0600, &echo_handlers, NULL, &server), 0);
	ck_assert_int_eq(ipc_connect(loop, path, &hello_handlers, NULL, &client), 0);
	qb_loop_run(loop);
	ck_assert_uint_eq(received, 1);
	ck_assert_uint_eq(last_type, 8);
	ck_assert_uint_eq(ipc_peer_uid(client), getuid());
	ck_assert_int_eq(ipc_peer_pid(client), getpid());
}
END_TEST

static void start_server(void *data)
{
	(void)data;
	ck_assert_int_eq(ipc_server_create(loop, path, 0600, &echo_handlers, NULL, &server), 0);
}

START_TEST(a_client_waits_for_a_server_that_comes_later_and_comes_again)
{
	qb_loop_timer_handle timer;

	ck_assert_int_eq(ipc_connect(loop, path, &hello_handlers, NULL, &client), 0);
	ck_assert_int_eq(ipc_send(client, 1, NULL, 0, -1), -ENOTCONN);
	qb_loop_timer_add(loop, QB_LOOP_MED, 120000000, NULL, start_server, &timer);
	qb_loop_run(loop);
	ck_assert_uint_eq(connected, 1);
	ipc_server_destroy(server);
	server = NULL;
	qb_loop_timer_add(loop, QB_LOOP_MED, 120000000, NULL, start_server, &timer);
	qb_loop_run(loop);
	ck_assert_uint_eq(closed_count, 1);
	ck_assert_uint_eq(connected, 2);
	ck_assert_uint_eq(received, 2);
}
END_TEST

#define LARGE 60000
#define MANY  200

static void count_bytes(struct ipc_connection *connection, const struct ipc_message *message, void *user)
{
	(void)connection;
	(void)user;
	ck_assert_uint_eq(message->type, received);
	received++;
	received_bytes += message->length;
	if (received == MANY)
		qb_loop_stop(loop);
}

static const struct ipc_handlers counting_handlers = {.message = count_bytes};
static unsigned sent;

static void send_more(struct ipc_connection *connection, void *user)
{
	static uint8_t bytes[LARGE];

	(void)user;
	while (sent < MANY && ipc_send(connection, sent, bytes, sizeof(bytes), -1) == 0)
		sent++;
	/* The bound on what waits is kept. */
	ck_assert_uint_le(ipc_queued(connection), IPC_QUEUE_MAX);
}

static const struct ipc_handlers flooding_handlers = {.connected = send_more, .writable = send_more};

START_TEST(a_full_queue_says_so_and_loses_nothing)
{
	sent = 0;
	ck_assert_int_eq(ipc_server_create(loop, path, 0600, &counting_handlers, NULL, &server), 0);
	ck_assert_int_eq(ipc_connect(loop, path, &flooding_handlers, NULL, &client), 0);
	qb_loop_run(loop);
	ck_assert_uint_eq(sent, MANY);
	ck_assert_uint_eq(received_bytes, (size_t)MANY * LARGE);
}
END_TEST

static void close_at_once(struct ipc_connection *connection, const struct ipc_message *message, void *user)
{
	(void)message;
	(void)user;
	received++;
	ipc_close(connection);
	client = NULL;
	qb_loop_stop(loop);
}

static const struct ipc_handlers closing_handlers = {.connected = send_hello, .message = close_at_once};

START_TEST(a_callback_may_close_its_own_connection)
{
	ck_assert_int_eq(ipc_server_create(loop, path, 0600, &echo_handlers, NULL, &server), 0);
	ck_assert_int_eq(ipc_connect(loop, path, &closing_handlers, NULL, &client), 0);
	qb_loop_run(loop);
	ck_assert_uint_eq(received, 1);
}
END_TEST

START_TEST(a_blob_is_sealed_and_an_unsealed_one_is_refused)
{
	const void *bytes;
	size_t length;
	int fd = ipc_blob_create("test", "policy", 6);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_lt(write(fd, "x", 1), 0);
	ck_assert_int_eq(ipc_blob_map(fd, &bytes, &length), 0);
	ck_assert_uint_eq(length, 6);
	ck_assert_mem_eq(bytes, "policy", 6);
	munmap((void *)bytes, length);
	fd = memfd_create("unsealed", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	ck_assert_int_eq(write(fd, "x", 1), 1);
	ck_assert_int_eq(ipc_blob_map(fd, &bytes, &length), -EINVAL);
}
END_TEST

START_TEST(a_message_too_long_is_refused)
{
	static uint8_t bytes[IPC_BODY_MAX + 1];

	ck_assert_int_eq(ipc_server_create(loop, path, 0600, &echo_handlers, NULL, &server), 0);
	ck_assert_int_eq(ipc_connect(loop, path, &hello_handlers, NULL, &client), 0);
	ck_assert_int_eq(ipc_send(client, 1, bytes, sizeof(bytes), -1), -EMSGSIZE);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_client_reaches_its_server_and_is_answered);
	tcase_add_test(tests, a_client_waits_for_a_server_that_comes_later_and_comes_again);
	tcase_add_test(tests, a_full_queue_says_so_and_loses_nothing);
	tcase_add_test(tests, a_callback_may_close_its_own_connection);
	tcase_add_test(tests, a_blob_is_sealed_and_an_unsealed_one_is_refused);
	tcase_add_test(tests, a_message_too_long_is_refused);
}

TEST_MAIN("ipc", add_tests)
