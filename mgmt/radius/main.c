/* SPDX-License-Identifier: GPL-2.0-or-later */

/* hadrian-radius: asks RADIUS servers for hadrian-mgmtd, as a user who may do nothing else. */

#include "lib/ipc.h"
#include "lib/log.h"
#include "lib/messages/radius.h"
#include "lib/messages/type.h"
#include "lib/paths.h"
#include "mgmt/radius/exchange.h"
#include "mgmt/radius/snoop.h"

#include <errno.h>
#include <grp.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define USER       64000 /* systemd's range of users without a name, above those of hadrian-sshd */
#define FILES      (RADIUS_REQUESTS_MAX * RADIUS_SERVERS_MAX + 32)
#define POLLED_MAX (1 + RADIUS_REQUESTS_MAX * RADIUS_SERVERS_MAX)
#define SECOND_NS  1000000000ULL
#define LONGEST_MS 60000

static struct exchange exchanges[RADIUS_REQUESTS_MAX];
static int server; /* the connection to hadrian-mgmtd */

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * SECOND_NS + (uint64_t)time.tv_nsec;
}

static int drop_privileges(void)
{
	struct rlimit files = {FILES, FILES}, nothing = {0, 0};

	if (setgroups(0, NULL) || setresgid(USER, USER, USER) || setresuid(USER, USER, USER) ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || chdir("/"))
		return -errno;
	if (setrlimit(RLIMIT_NOFILE, &files) || setrlimit(RLIMIT_CORE, &nothing) ||
	    setrlimit(RLIMIT_FSIZE, &nothing))
		return -errno;
	return 0;
}

static void answer(struct exchange *exchange, struct message_radius_answer *message)
{
	exchange_end(exchange);
	ipc_client_send(server, MESSAGE_RADIUS_ANSWER, message, sizeof(*message));
	OPENSSL_cleanse(message, sizeof(*message));
}

static void begin(const struct message_radius_request *request)
{
	struct message_radius_answer message = {.id = request->id};

	if (!request->server_count || request->server_count > RADIUS_SERVERS_MAX ||
	    request->state_length > RADIUS_ATTRIBUTE_MAX)
		return;
	for (size_t i = 0; i < RADIUS_REQUESTS_MAX; i++) {
		if (exchanges[i].busy)
			continue;
		if (exchange_start(&exchanges[i], request, &message, now()))
			answer(&exchanges[i], &message);
		return;
	}
	ipc_client_send(server, MESSAGE_RADIUS_ANSWER, &message, sizeof(message));
}

static void cancel(uint64_t id)
{
	for (size_t i = 0; i < RADIUS_REQUESTS_MAX; i++)
		if (exchanges[i].busy && exchanges[i].request.id == id)
			exchange_end(&exchanges[i]);
}

static void take(const struct ipc_message *message)
{
	static struct message_radius_request request;

	if (message->fd >= 0)
		close(message->fd);
	if (message->type == MESSAGE_RADIUS_REQUEST && message->length == sizeof(request)) {
		memcpy(&request, message->body, sizeof(request));
		begin(&request);
		OPENSSL_cleanse(&request, sizeof(request));
	} else if (message->type == MESSAGE_RADIUS_CANCEL && message->length == sizeof(uint64_t)) {
		cancel(*(const uint64_t *)message->body);
	} else if (message->type == MESSAGE_RADIUS_SNOOP && message->length == sizeof(uint32_t)) {
		snoop_set(server, *(const uint32_t *)message->body);
	}
}

/* False where hadrian-mgmtd is gone. */
static bool serve(void)
{
	static char buffer[IPC_BODY_MAX] __attribute__((aligned(8)));
	struct ipc_message message;
	int got = ipc_client_receive(server, buffer, 0, &message);

	if (got <= 0)
		return got == -ETIMEDOUT;
	take(&message);
	OPENSSL_cleanse(buffer, message.length);
	return true;
}

/* What is to be waited for: the connection first. Returns how many, and until when. */
static nfds_t gather(struct pollfd polled[POLLED_MAX], struct exchange *of[POLLED_MAX],
                     unsigned index[POLLED_MAX], uint64_t *deadline)
{
	nfds_t count = 1;

	polled[0] = (struct pollfd){.fd = server, .events = POLLIN};
	*deadline = UINT64_MAX;
	for (size_t i = 0; i < RADIUS_REQUESTS_MAX; i++) {
		struct exchange *exchange = &exchanges[i];
		uint64_t own = exchange->busy ? exchange_deadline(exchange) : UINT64_MAX;

		*deadline = own < *deadline ? own : *deadline;
		for (unsigned j = 0; exchange->busy && j < exchange->request.server_count; j++) {
			if (exchange->attempt[j].state != ATTEMPT_WAITS)
				continue;
			of[count] = exchange;
			index[count] = j;
			polled[count++] = (struct pollfd){.fd = exchange->attempt[j].fd, .events = POLLIN};
		}
	}
	return count;
}

static int milliseconds_until(uint64_t deadline)
{
	uint64_t passed = now();

	if (deadline <= passed)
		return 0;
	deadline = (deadline - passed + 999999) / 1000000;
	return deadline > LONGEST_MS ? LONGEST_MS : (int)deadline;
}

static void expire(void)
{
	struct message_radius_answer message;

	for (size_t i = 0; i < RADIUS_REQUESTS_MAX; i++)
		if (exchanges[i].busy && exchange_deadline(&exchanges[i]) <= now() &&
		    exchange_expire(&exchanges[i], &message, now()))
			answer(&exchanges[i], &message);
}

static void run(void)
{
	static struct pollfd polled[POLLED_MAX];
	static struct exchange *of[POLLED_MAX];
	static unsigned index[POLLED_MAX];
	struct message_radius_answer message;

	for (;;) {
		uint64_t deadline;
		nfds_t count = gather(polled, of, index, &deadline);

		if (poll(polled, count, milliseconds_until(deadline)) < 0 && errno != EINTR)
			return;
		/* Before the connection: it may end requests whose sockets are polled here. */
		for (nfds_t i = 1; i < count; i++)
			if (polled[i].revents && of[i]->busy &&
			    exchange_receive(of[i], index[i], &message, now()))
				answer(of[i], &message);
		expire();
		if (polled[0].revents && !serve())
			return;
	}
}

int main(void)
{
	int error;

	log_start("hadrian-radius", 1);
	server = ipc_client_open(PATH_RADIUS_SOCKET);
	error = server < 0 ? server : drop_privileges();
	if (error) {
		qb_log(LOG_ERR, "RADIUS servers cannot be asked: %s", strerror(-error));
		return 1;
	}
	run();
	for (size_t i = 0; i < RADIUS_REQUESTS_MAX; i++)
		if (exchanges[i].busy)
			exchange_end(&exchanges[i]);
	close(server);
	qb_log_fini();
	return 0;
}
