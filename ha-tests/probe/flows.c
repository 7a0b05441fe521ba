/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Thousands of flows that stay open, to count how many outlive a failover.
 *
 *   flows serve PORT                    echoes on TCP and UDP; on FLOWS_PUSH sends to every UDP flow it ever heard of
 *   flows hold ADDRESS PORT TCP UDP     opens so many flows of each and checks them when told to (flows.h)
 */
#include "flows.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define EVENTS     256
#define BACKLOG    4096
#define PORTS      65536
#define PUSH_BURST 32

int flows_fail(const char *what)
{
	fprintf(stderr, "flows: %s: %s\n", what, strerror(errno));
	return EXIT_FAILURE;
}

static int bound_socket(int type, uint16_t port)
{
	struct sockaddr_in6 own = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	int descriptor = socket(AF_INET6, type | SOCK_NONBLOCK, 0);
	int one = 1, buffer = 8 << 20;

	if (descriptor < 0)
		return -1;
	setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	/* A check of every flow comes as one burst. */
	setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer));
	if (bind(descriptor, (struct sockaddr *)&own, sizeof(own)) != 0)
		return -1;
	return descriptor;
}

static void watch(int epoll, int descriptor)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};

	epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

static void accept_all(int epoll, int listener)
{
	for (int descriptor; (descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0;)
		watch(epoll, descriptor);
}

/*
 * To every UDP flow, unasked. The firewall's rules let nobody open a flow this way round, so what arrives came through a
 * flow that it still knew.
 */
static void push(int descriptor, const struct sockaddr_in6 *flows, uint32_t round)
{
	const struct timespec pause = {.tv_nsec = 1000000};
	unsigned sent = 0;

	for (unsigned port = 1; port < PORTS; port++) {
		if (flows[port].sin6_family == 0)
			continue;
		sendto(descriptor, &round, sizeof(round), 0, (const struct sockaddr *)&flows[port],
		       sizeof(flows[port]));
		if (++sent % PUSH_BURST == 0)
			nanosleep(&pause, NULL); /* longer than the queues on the way */
	}
}

static void echo_datagrams(int descriptor)
{
	static struct sockaddr_in6 flows[PORTS]; /* by the client's port: there is one client */
	struct sockaddr_in6 from;
	char datagram[2048];

	for (;;) {
		socklen_t length = sizeof(from);
		ssize_t received =
		    recvfrom(descriptor, datagram, sizeof(datagram), 0, (struct sockaddr *)&from, &length);

		if (received < 0)
			return;
		if (received == sizeof(struct flows_push)) {
			struct flows_push request;

			memcpy(&request, datagram, sizeof(request));
			if (request.magic == FLOWS_PUSH)
				push(descriptor, flows, request.round);
			continue;
		}
		flows[ntohs(from.sin6_port)] = from;
		sendto(descriptor, datagram, (size_t)received, 0, (struct sockaddr *)&from, length);
	}
}

static void echo_stream(int descriptor)
{
	char bytes[2048];
	ssize_t received = recv(descriptor, bytes, sizeof(bytes), 0);

	if (received > 0)
		send(descriptor, bytes, (size_t)received, MSG_NOSIGNAL);
	else if (received == 0 || (errno != EAGAIN && errno != EINTR))
		close(descriptor);
}

static int serve(uint16_t port)
{
	int listener = bound_socket(SOCK_STREAM, port), datagrams = bound_socket(SOCK_DGRAM, port);
	int epoll = epoll_create1(0);
	struct epoll_event events[EVENTS];

	if (listener < 0 || datagrams < 0 || listen(listener, BACKLOG) != 0)
		return flows_fail("serve");
	watch(epoll, listener);
	watch(epoll, datagrams);
	puts("ready");
	fflush(stdout);
	for (;;) {
		int count = epoll_wait(epoll, events, EVENTS, -1);

		for (int i = 0; i < count; i++) {
			if (events[i].data.fd == listener)
				accept_all(epoll, listener);
			else if (events[i].data.fd == datagrams)
				echo_datagrams(datagrams);
			else
				echo_stream(events[i].data.fd);
		}
	}
}

int main(int count, char **words)
{
	struct rlimit files;

	signal(SIGPIPE, SIG_IGN);
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &files) != 0)
		return flows_fail("open files");
	if (count == 3 && strcmp(words[1], "serve") == 0)
		return serve((uint16_t)atoi(words[2]));
	if (count == 6 && strcmp(words[1], "hold") == 0 && atoi(words[4]) >= 0 && atoi(words[5]) >= 0)
		return flows_hold(words[2], (uint16_t)atoi(words[3]), (unsigned)atoi(words[4]),
		                  (unsigned)atoi(words[5]));
	fprintf(stderr, "usage: flows serve PORT | flows hold ADDRESS PORT TCP UDP\n");
	return 2;
}
