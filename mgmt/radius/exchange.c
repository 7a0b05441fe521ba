/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/radius/exchange.h"
#include "lib/address_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MILLISECOND_NS 1000000ULL

static void (*snooping)(const struct exchange_event *event);

void exchange_set_snoop(void (*snoop)(const struct exchange_event *event))
{
	snooping = snoop;
}

static void tell(const struct exchange_event *event)
{
	if (snooping)
		snooping(event);
}

/* The address that the system sends from. */
static struct ip_address own_address(int fd)
{
	struct sockaddr_storage name = {0};
	socklen_t length = sizeof(name);

	return getsockname(fd, (struct sockaddr *)&name, &length) ? (struct ip_address){0}
	                                                          : address_of_socket(&name);
}

static int open_socket(const struct message_radius_server *server)
{
	struct sockaddr_storage address;
	socklen_t length = address_socket(&server->address, server->port, &address);
	int fd = socket(address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), error;

	if (fd < 0)
		return -errno;
	if (!connect(fd, (struct sockaddr *)&address, length))
		return fd;
	error = -errno;
	close(fd);
	return error;
}

static int prepare(struct exchange *exchange, unsigned index)
{
	const struct message_radius_request *asked = &exchange->request;
	const struct message_radius_server *server = &asked->server[index];
	struct attempt *attempt = &exchange->attempt[index];
	struct radius_request request = {.user = asked->user,
	                                 .password = asked->password,
	                                 .remote = asked->remote,
	                                 .nas_identifier = server->nas_identifier,
	                                 .state = asked->state,
	                                 .state_length = asked->state_length,
	                                 .chap = server->chap};
	int length;

	attempt->fd = open_socket(server);
	if (attempt->fd < 0)
		return attempt->fd;
	request.own = own_address(attempt->fd);
	if (RAND_bytes(&request.identifier, 1) != 1 ||
	    RAND_bytes(request.authenticator, RADIUS_AUTHENTICATOR) != 1 ||
	    RAND_bytes(request.challenge, RADIUS_AUTHENTICATOR) != 1)
		return -EIO;
	length = radius_build(&request, server->secret, attempt->packet);
	attempt->length = length < 0 ? 0 : (size_t)length;
	return length < 0 ? length : 0;
}

/* The same packet each time, so that the server knows it again. An error is as good as no answer. */
static void transmit(struct exchange *exchange, unsigned index, uint64_t now_ns)
{
	const struct message_radius_server *server = &exchange->request.server[index];
	struct attempt *attempt = &exchange->attempt[index];
	ssize_t sent = send(attempt->fd, attempt->packet, attempt->length, 0);

	if (sent < 0)
		attempt->why = errno == ECONNREFUSED ? "refused" : strerrordesc_np(errno);
	attempt->state = ATTEMPT_WAITS;
	attempt->sent++;
	attempt->sent_ns = now_ns;
	attempt->deadline_ns = now_ns + server->timeout_ms * MILLISECOND_NS;
	tell(&(struct exchange_event){.server = server,
	                              .what = sent < 0 ? "could not send" : "sent",
	                              .why = sent < 0 ? attempt->why : NULL,
	                              .number = attempt->sent,
	                              .of = server->retries + 1,
	                              .packet = attempt->packet,
	                              .length = attempt->length});
}

/* False where it cannot be asked: then it is silent. */
static bool begin(struct exchange *exchange, unsigned index, uint64_t now_ns)
{
	struct attempt *attempt = &exchange->attempt[index];
	int error = prepare(exchange, index);

	if (!error) {
		transmit(exchange, index, now_ns);
		return true;
	}
	attempt->state = ATTEMPT_SILENT;
	attempt->why = strerrordesc_np(-error);
	tell(&(struct exchange_event){
	    .server = &exchange->request.server[index], .what = "cannot be asked", .why = strerror(-error)});
	return false;
}

/* "10.1.0.20 refused; 10.1.0.21 timed out" */
static void describe(const struct exchange *exchange, char *text, size_t size)
{
	size_t length = 0;

	for (unsigned i = 0; i < exchange->request.server_count && length < size; i++) {
		char address[IP_ADDRESS_TEXT];

		length += (size_t)snprintf(text + length, size - length, "%s%s %s", i ? "; " : "",
		                           ip_address_format(&exchange->request.server[i].address, address),
		                           exchange->attempt[i].why ? exchange->attempt[i].why : "timed out");
	}
}

/* Nobody has the last word any more: the next server, or the end. */
static bool go_on(struct exchange *exchange, struct message_radius_answer *answer, uint64_t now_ns)
{
	unsigned count = exchange->request.server_count;
	bool waits = false;

	*answer = (struct message_radius_answer){.id = exchange->request.id};
	for (unsigned i = 0; i < count; i++) {
		struct attempt *attempt = &exchange->attempt[i];

		if (attempt->state == ATTEMPT_IDLE && (exchange->request.all || !waits))
			begin(exchange, i, now_ns);
		waits |= attempt->state == ATTEMPT_WAITS;
		if (attempt->state == ATTEMPT_REJECTED && !answer->code) {
			answer->code = RADIUS_ACCESS_REJECT;
			answer->server = i;
		}
	}
	if (!waits && !answer->code)
		describe(exchange, answer->why, sizeof(answer->why));
	return !waits;
}

bool exchange_start(struct exchange *exchange, const struct message_radius_request *request,
                    struct message_radius_answer *answer, uint64_t now_ns)
{
	memset(exchange, 0, sizeof(*exchange));
	exchange->busy = true;
	exchange->request = *request;
	for (unsigned i = 0; i < RADIUS_SERVERS_MAX; i++)
		exchange->attempt[i].fd = -1;
	return go_on(exchange, answer, now_ns);
}

static void fill(struct message_radius_answer *answer, const struct radius_answer *read, uint64_t id,
                 unsigned server)
{
	*answer = (struct message_radius_answer){.id = id,
	                                         .code = read->code,
	                                         .server = server,
	                                         .echo = read->echo,
	                                         .state_length = (uint32_t)read->state_length};
	memcpy(answer->groups, read->groups, sizeof(answer->groups));
	memcpy(answer->text, read->text, sizeof(answer->text));
	memcpy(answer->state, read->state, read->state_length);
}

bool exchange_receive(struct exchange *exchange, unsigned index, struct message_radius_answer *answer,
                      uint64_t now_ns)
{
	const struct message_radius_server *server = &exchange->request.server[index];
	struct attempt *attempt = &exchange->attempt[index];
	struct exchange_event event = {.server = server, .after_ns = now_ns - attempt->sent_ns};
	uint8_t packet[RADIUS_PACKET_MAX];
	struct radius_answer read;
	ssize_t got = recv(attempt->fd, packet, sizeof(packet), 0);

	/* An ICMP error proves nothing: anybody can send one. The time goes on. */
	if (got < 0 && errno == ECONNREFUSED && !attempt->why)
		attempt->why = "refused";
	if (got < 0 || attempt->state != ATTEMPT_WAITS)
		return false;
	event.packet = packet;
	event.length = (size_t)got;
	event.what = "received";
	if (radius_read(packet, (size_t)got, attempt->packet[1], attempt->packet + 4, server->secret,
	                server->require_message_authenticator, &read, &event.why))
		event.what = "ignored";
	tell(&event);
	if (event.why) {
		attempt->why = event.why;
		return false;
	}
	if (read.code == RADIUS_ACCESS_REJECT && exchange->request.all) {
		attempt->state = ATTEMPT_REJECTED;
		return go_on(exchange, answer, now_ns);
	}
	fill(answer, &read, exchange->request.id, index);
	return true;
}

bool exchange_expire(struct exchange *exchange, struct message_radius_answer *answer, uint64_t now_ns)
{
	for (unsigned i = 0; i < exchange->request.server_count; i++) {
		const struct message_radius_server *server = &exchange->request.server[i];
		struct attempt *attempt = &exchange->attempt[i];

		if (attempt->state != ATTEMPT_WAITS || now_ns < attempt->deadline_ns)
			continue;
		if (attempt->sent <= server->retries) {
			transmit(exchange, i, now_ns);
			continue;
		}
		attempt->state = ATTEMPT_SILENT;
		tell(&(struct exchange_event){.server = server, .what = "does not answer"});
	}
	return go_on(exchange, answer, now_ns);
}

uint64_t exchange_deadline(const struct exchange *exchange)
{
	uint64_t earliest = UINT64_MAX;

	for (unsigned i = 0; i < exchange->request.server_count; i++)
		if (exchange->attempt[i].state == ATTEMPT_WAITS &&
		    exchange->attempt[i].deadline_ns < earliest)
			earliest = exchange->attempt[i].deadline_ns;
	return earliest;
}

void exchange_end(struct exchange *exchange)
{
	for (unsigned i = 0; i < RADIUS_SERVERS_MAX; i++)
		if (exchange->attempt[i].fd >= 0)
			close(exchange->attempt[i].fd);
	OPENSSL_cleanse(exchange, sizeof(*exchange));
}
