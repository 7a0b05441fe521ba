/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A UDP probe that shows how long traffic stood still.
 *
 *   probe echo PORT                        sends every datagram back
 *   probe send ADDRESS PORT RATE SECONDS   sends RATE numbered datagrams a second, ends after SECONDS or at
 * SIGTERM, waits for late echoes, then prints one line for each datagram that was sent: number, time sent,
 * time its echo came (0: never); CLOCK_MONOTONIC, ns
 *
 * Datagrams leave at fixed points in time: a sender that was held up by the scheduler catches up at once, so
 * that the rate stays what it says and only the path can make a gap.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define NANOSECONDS    1000000000LL
#define LATE_ECHOES_NS (NANOSECONDS / 2)
#define PAYLOAD        64
#define ROOM           (4 << 20) /* bytes: what comes in one burst is not to be lost here */

struct sample {
	int64_t sent;
	int64_t received;
};

static volatile sig_atomic_t ended;
static bool echoed; /* at least one has come back */

static void end(int number)
{
	(void)number;
	ended = 1;
}

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * NANOSECONDS + time.tv_nsec;
}

static int fail(const char *what)
{
	fprintf(stderr, "probe: %s: %s\n", what, strerror(errno));
	return EXIT_FAILURE;
}

static void make_room(int descriptor)
{
	int room = ROOM;

	/* Without the right it has what the system gives. */
	setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
}

static int echo(uint16_t port)
{
	struct sockaddr_in6 from, own = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	int descriptor = socket(AF_INET6, SOCK_DGRAM, 0);
	char datagram[2048];

	if (descriptor < 0 || bind(descriptor, (struct sockaddr *)&own, sizeof(own)) != 0)
		return fail("bind");
	make_room(descriptor);
	puts("ready");
	fflush(stdout);
	while (!ended) {
		socklen_t length = sizeof(from);
		ssize_t received =
		    recvfrom(descriptor, datagram, sizeof(datagram), 0, (struct sockaddr *)&from, &length);

		/* An ICMP error of an earlier answer is reported here: it is the sender's to notice. */
		if (received >= 0)
			sendto(descriptor, datagram, (size_t)received, 0, (struct sockaddr *)&from, length);
	}
	close(descriptor);
	return EXIT_SUCCESS;
}

/* Takes in every echo that waits. */
static void receive(int descriptor, struct sample *samples, uint64_t sent)
{
	uint64_t datagram[PAYLOAD / sizeof(uint64_t)];

	for (;;) {
		ssize_t length = recv(descriptor, datagram, sizeof(datagram), MSG_DONTWAIT);

		if (length < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (length != sizeof(datagram) || datagram[0] >= sent || samples[datagram[0]].received != 0)
			continue;
		samples[datagram[0]].received = now();
		if (!echoed) {
			puts("ready");
			fflush(stdout);
			echoed = true;
		}
	}
}

/* Waits for echoes until a point in time, or until a signal. */
static void receive_until(int descriptor, struct sample *samples, uint64_t sent, int64_t until)
{
	struct pollfd poll_descriptor = {.fd = descriptor, .events = POLLIN};

	for (int64_t left = until - now(); left > 0 && !ended; left = until - now()) {
		struct timespec timeout = {.tv_sec = left / NANOSECONDS, .tv_nsec = left % NANOSECONDS};

		if (ppoll(&poll_descriptor, 1, &timeout, NULL) > 0)
			receive(descriptor, samples, sent);
	}
}

static uint64_t send_all(int descriptor, struct sample *samples, uint64_t count, int64_t interval)
{
	uint64_t datagram[PAYLOAD / sizeof(uint64_t)] = {0};
	int64_t start = now();
	uint64_t sent = 0;

	while (sent < count && !ended) {
		receive_until(descriptor, samples, sent, start + (int64_t)sent * interval);
		datagram[0] = sent;
		samples[sent].sent = now();
		/* A refusal (a host that is not there) counts as a loss. */
		send(descriptor, datagram, sizeof(datagram), MSG_DONTWAIT);
		sent++;
	}
	ended = 0;
	receive_until(descriptor, samples, sent, now() + LATE_ECHOES_NS);
	return sent;
}

static int probe(const char *address, uint16_t port, uint64_t rate, uint64_t seconds)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 to6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	bool ip6 = inet_pton(AF_INET6, address, &to6.sin6_addr) == 1;
	int descriptor = socket(ip6 ? AF_INET6 : AF_INET, SOCK_DGRAM, 0);
	uint64_t count = rate * seconds;
	struct sample *samples = calloc(count, sizeof(*samples));

	if (samples == NULL)
		return fail("memory");
	if (!ip6 && inet_pton(AF_INET, address, &to.sin_addr) != 1) {
		fprintf(stderr, "probe: %s is not an address\n", address);
		return EXIT_FAILURE;
	}
	if (descriptor < 0 || connect(descriptor, ip6 ? (struct sockaddr *)&to6 : (struct sockaddr *)&to,
	                              ip6 ? sizeof(to6) : sizeof(to)) != 0)
		return fail(address);
	make_room(descriptor);
	count = send_all(descriptor, samples, count, NANOSECONDS / (int64_t)rate);
	for (uint64_t i = 0; i < count; i++)
		printf("%" PRIu64 " %" PRId64 " %" PRId64 "\n", i, samples[i].sent, samples[i].received);
	free(samples);
	close(descriptor);
	return EXIT_SUCCESS;
}

int main(int count, char **words)
{
	struct sigaction action = {.sa_handler = end};

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	if (count == 3 && strcmp(words[1], "echo") == 0)
		return echo((uint16_t)atoi(words[2]));
	if (count == 6 && strcmp(words[1], "send") == 0 && atoi(words[4]) > 0 && atoi(words[5]) > 0)
		return probe(words[2], (uint16_t)atoi(words[3]), (uint64_t)atoi(words[4]),
		             (uint64_t)atoi(words[5]));
	fprintf(stderr, "usage: probe echo PORT | probe send ADDRESS PORT RATE SECONDS\n");
	return 2;
}
