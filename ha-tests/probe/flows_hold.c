/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flows.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define EVENTS         256
#define OPEN_AT_ONCE   256 /* handshakes under way */
#define OPEN_SECONDS   30
#define CHECK_SECONDS  20
#define RESEND_SECONDS 1
#define BURST          64 /* sent before the answers that are there are taken in */

struct flow {
	int descriptor;
	bool stream;
	bool reset;
	bool waiting; /* for the echo of this round */
	bool unasked; /* a stream that could not take this round's number yet: it is being opened */
};

struct holder {
	struct flow *flows;
	unsigned count, tcp, udp;
	unsigned waiting, resets;
	uint32_t round;
	int epoll;
	int pushes; /* a socket of no flow, to ask the server on; -1 while flows are being opened by echoes */
};

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int open_flow(struct holder *holder, unsigned index, const struct sockaddr_in *to)
{
	struct flow *flow = &holder->flows[index];
	struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.u32 = index};

	flow->stream = index < holder->tcp;
	flow->descriptor = socket(AF_INET, (flow->stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK, 0);
	if (flow->descriptor < 0)
		return -errno;
	if (connect(flow->descriptor, (const struct sockaddr *)to, sizeof(*to)) != 0 && errno != EINPROGRESS)
		return -errno;
	epoll_ctl(holder->epoll, EPOLL_CTL_ADD, flow->descriptor, &event);
	return 0;
}

static void mark_reset(struct holder *holder, struct flow *flow)
{
	flow->reset = true;
	holder->resets++;
	if (flow->waiting) {
		flow->waiting = false;
		holder->waiting--;
	}
	close(flow->descriptor);
}

static void take_answer(struct holder *holder, struct flow *flow)
{
	uint32_t round;

	for (;;) {
		ssize_t received = recv(flow->descriptor, &round, sizeof(round), 0);

		if (received < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (received <= 0 && flow->stream) {
			mark_reset(holder, flow);
			return;
		}
		if (received == sizeof(round) && round == holder->round && flow->waiting) {
			flow->waiting = false;
			holder->waiting--;
		}
	}
}

/* Asks the server to send this round's number to every datagram flow. */
static void ask_for_push(struct holder *holder)
{
	struct flows_push request = {FLOWS_PUSH, holder->round};

	if (holder->pushes >= 0)
		send(holder->pushes, &request, sizeof(request), 0);
}

/* Sends this round's number on one flow; a datagram flow only listens once pushes are on. */
static void ask(struct holder *holder, struct flow *flow)
{
	if (flow->reset)
		return;
	if (!flow->waiting) {
		flow->waiting = true;
		holder->waiting++;
	}
	flow->unasked = false;
	if (!flow->stream && holder->pushes >= 0)
		return;
	if (send(flow->descriptor, &holder->round, sizeof(holder->round), MSG_NOSIGNAL) >= 0 || !flow->stream)
		return;
	if (errno == EAGAIN || errno == EINTR)
		flow->unasked = true;
	else
		mark_reset(holder, flow);
}

static void take_answers(struct holder *holder, int timeout_ms)
{
	struct epoll_event events[EVENTS];
	int count = epoll_wait(holder->epoll, events, EVENTS, timeout_ms);

	for (int i = 0; i < count; i++) {
		struct flow *flow = &holder->flows[events[i].data.u32];

		if (!flow->reset)
			take_answer(holder, flow);
		if (flow->unasked && (events[i].events & EPOLLOUT))
			ask(holder, flow);
	}
}

/* A round with every flow in [first, last): true where all answered in time. */
static bool ask_all(struct holder *holder, unsigned first, unsigned last, double seconds)
{
	double start = now(), resend = start + RESEND_SECONDS;

	for (unsigned i = first; i < last; i++) {
		ask(holder, &holder->flows[i]);
		if (i % BURST == 0)
			take_answers(holder, 0);
	}
	ask_for_push(holder);
	while (holder->waiting > 0 && now() < start + seconds) {
		take_answers(holder, 100);
		if (now() < resend)
			continue;
		/* TCP sends again by itself. */
		for (unsigned i = first; i < last; i++) {
			if (!holder->flows[i].stream && holder->flows[i].waiting)
				ask(holder, &holder->flows[i]);
		}
		ask_for_push(holder);
		resend = now() + RESEND_SECONDS;
	}
	return holder->waiting == 0;
}

/* A flow counts as open when an echo has come back through it. */
static bool open_flows(struct holder *holder, const struct sockaddr_in *to)
{
	double end = now() + OPEN_SECONDS;

	for (unsigned first = 0; first < holder->count; first += OPEN_AT_ONCE) {
		unsigned last = first + OPEN_AT_ONCE < holder->count ? first + OPEN_AT_ONCE : holder->count;

		for (unsigned i = first; i < last; i++) {
			int error = open_flow(holder, i, to);

			if (error != 0) {
				fprintf(stderr, "flows: flow %u: %s\n", i, strerror(-error));
				return false;
			}
		}
		holder->round++;
		if (!ask_all(holder, first, last, end - now()) || holder->resets > 0) {
			fprintf(stderr, "flows: %u flows up to the %uth did not open\n",
			        holder->waiting + holder->resets, last);
			return false;
		}
	}
	return true;
}

static void check(struct holder *holder)
{
	unsigned alive[2] = {0, 0};
	double start = now();

	holder->round++;
	ask_all(holder, 0, holder->count, CHECK_SECONDS);
	for (unsigned i = 0; i < holder->count; i++) {
		struct flow *flow = &holder->flows[i];

		alive[flow->stream] += !flow->reset && !flow->waiting;
		flow->waiting = false;
	}
	holder->waiting = 0;
	printf("tcp %u/%u udp %u/%u resets %u seconds %.2f\n", alive[true], holder->tcp, alive[false],
	       holder->udp, holder->resets, now() - start);
	fflush(stdout);
}

int flows_hold(const char *address, uint16_t port, unsigned tcp, unsigned udp)
{
	struct holder holder = {
	    .count = tcp + udp, .tcp = tcp, .udp = udp, .epoll = epoll_create1(0), .pushes = -1};
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
	char line[64];

	if (inet_pton(AF_INET, address, &to.sin_addr) != 1) {
		fprintf(stderr, "flows: %s is not an IPv4 address\n", address);
		return EXIT_FAILURE;
	}
	holder.flows = calloc(holder.count, sizeof(*holder.flows));
	if (holder.flows == NULL)
		return flows_fail("memory");
	if (!open_flows(&holder, &to))
		return EXIT_FAILURE;
	holder.pushes = socket(AF_INET, SOCK_DGRAM, 0);
	if (holder.pushes < 0 || connect(holder.pushes, (struct sockaddr *)&to, sizeof(to)) != 0)
		return flows_fail("push");
	puts("ready");
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		if (strcmp(line, "check\n") == 0)
			check(&holder);
	}
	free(holder.flows);
	return EXIT_SUCCESS;
}
