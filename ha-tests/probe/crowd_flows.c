/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crowd.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define NANOSECONDS        1000000000ULL
#define WINDOW             1024        /* datagrams on their way at once: what the queues between hold */
#define PATIENCE_NS        50000000ULL /* that datagrams on their way may take */
#define SILENT_BATCHES     4 /* that brought nothing in a row: from then on there is less patience */
#define SILENT_PATIENCE_NS 1000000ULL
#define IDLE_PASSES        5 /* in a row, that brought nothing: the rest is missing */
#define BEHIND_NS          100000000ULL

struct outgoing {
	struct mmsghdr messages[CROWD_BATCH];
	struct iovec parts[CROWD_BATCH];
	struct crowd_datagram datagrams[CROWD_BATCH];
	struct sockaddr_in addresses[CROWD_BATCH];
	union {
		char bytes[CMSG_SPACE(sizeof(struct in_pktinfo))];
		struct cmsghdr aligned;
	} controls[CROWD_BATCH];
};

static void prepare(struct outgoing *out, unsigned i, uint32_t number, uint32_t round)
{
	out->datagrams[i] = (struct crowd_datagram){CROWD_MAGIC, number, round};
	out->parts[i] = (struct iovec){&out->datagrams[i], sizeof(out->datagrams[i])};
	out->messages[i].msg_hdr = (struct msghdr){.msg_name = &out->addresses[i],
	                                           .msg_namelen = sizeof(out->addresses[i]),
	                                           .msg_iov = &out->parts[i],
	                                           .msg_iovlen = 1};
}

/* What the kernel does not take is lost, as on any other place of the way. */
static void send_all(int descriptor, struct outgoing *out, unsigned count)
{
	if (sendmmsg(descriptor, out->messages, count, 0) < 0 && errno != ENOBUFS && errno != EAGAIN &&
	    errno != EINTR && errno != ECONNREFUSED && errno != EHOSTUNREACH)
		err(1, "sending");
}

void crowd_send(const struct crowd *crowd, const uint32_t *numbers, unsigned count)
{
	struct outgoing out;

	memset(&out.controls, 0, sizeof(out.controls));
	for (unsigned i = 0; i < count; i++) {
		struct in_pktinfo source = {.ipi_spec_dst.s_addr = htonl(crowd->first + numbers[i])};
		struct msghdr *header = &out.messages[i].msg_hdr;

		prepare(&out, i, numbers[i], 0);
		out.addresses[i] = crowd->server;
		header->msg_control = &out.controls[i];
		header->msg_controllen = sizeof(out.controls[i]);
		*CMSG_FIRSTHDR(header) = (struct cmsghdr){
		    .cmsg_level = IPPROTO_IP, .cmsg_type = IP_PKTINFO, .cmsg_len = CMSG_LEN(sizeof(source))};
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(header)), &source, sizeof(source));
	}
	send_all(crowd->client_socket, &out, count);
}

/* From the server to the flows' sources. */
static void ask(const struct crowd *crowd, const uint32_t *numbers, unsigned count)
{
	struct outgoing out;

	for (unsigned i = 0; i < count; i++) {
		prepare(&out, i, numbers[i], atomic_load(&crowd->round));
		out.addresses[i] = crowd->server;
		out.addresses[i].sin_addr.s_addr = htonl(crowd->first + numbers[i]);
	}
	send_all(crowd->server_socket, &out, count);
}

/* --- what comes in
 * ------------------------------------------------------------------------------------------------ */

struct incoming {
	struct mmsghdr messages[CROWD_BATCH];
	struct iovec parts[CROWD_BATCH];
	struct crowd_datagram datagrams[CROWD_BATCH];
	char controls[CROWD_BATCH][64];
};

static int receive(int descriptor, struct incoming *in)
{
	int count;

	for (unsigned i = 0; i < CROWD_BATCH; i++) {
		in->parts[i] = (struct iovec){&in->datagrams[i], sizeof(in->datagrams[i])};
		in->messages[i].msg_hdr = (struct msghdr){.msg_iov = &in->parts[i],
		                                          .msg_iovlen = 1,
		                                          .msg_control = in->controls[i],
		                                          .msg_controllen = sizeof(in->controls[i])};
	}
	count = recvmmsg(descriptor, in->messages, CROWD_BATCH, MSG_WAITFORONE, NULL);
	if (count < 0 && errno != EINTR && errno != ECONNREFUSED && errno != EHOSTUNREACH)
		err(1, "receiving");
	return count;
}

static uint64_t time_of(struct msghdr *header)
{
	struct cmsghdr *control = CMSG_FIRSTHDR(header);
	struct timespec time = {0};

	if (control && control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_TIMESTAMPNS)
		memcpy(&time, CMSG_DATA(control), sizeof(time));
	return (uint64_t)time.tv_sec * NANOSECONDS + (uint64_t)time.tv_nsec;
}

static bool is_ours(const struct crowd *crowd, const struct mmsghdr *message,
                    const struct crowd_datagram *datagram)
{
	return message->msg_len == sizeof(*datagram) && datagram->magic == CROWD_MAGIC &&
	       datagram->number < crowd->most;
}

void *crowd_hear(void *argument)
{
	static struct incoming in;
	struct crowd *crowd = argument;

	for (;;) {
		int count = receive(crowd->server_socket, &in);

		for (int i = 0; i < count; i++) {
			uint32_t number = in.datagrams[i].number, place = atomic_load(&crowd->heard_count);

			if (!is_ours(crowd, &in.messages[i], &in.datagrams[i]) ||
			    atomic_load(&crowd->is_heard[number]))
				continue;
			crowd->heard[place] = number;
			crowd->heard_at[place] = time_of(&in.messages[i].msg_hdr);
			atomic_store(&crowd->is_heard[number], 1);
			atomic_store(&crowd->heard_count, place + 1);
		}
	}
	return NULL;
}

void *crowd_listen(void *argument)
{
	static struct incoming in;
	struct crowd *crowd = argument;

	for (;;) {
		int count = receive(crowd->client_socket, &in);

		for (int i = 0; i < count; i++) {
			uint32_t number = in.datagrams[i].number, round = in.datagrams[i].round;

			if (!is_ours(crowd, &in.messages[i], &in.datagrams[i]) ||
			    round != atomic_load(&crowd->round) ||
			    atomic_exchange(&crowd->alive[number], round) == round)
				continue;
			atomic_fetch_add(&crowd->alive_count, 1);
		}
	}
	return NULL;
}

/* --- opening
 * ------------------------------------------------------------------------------------------------------ */

static bool reached(_Atomic uint32_t *count, uint32_t wanted, uint64_t patience)
{
	for (uint64_t until = crowd_now() + patience; crowd_now() < until; crowd_pause(100000)) {
		if (atomic_load(count) >= wanted)
			return true;
	}
	return false;
}

/*
 * Sends those of numbers that are not there yet, no more than WINDOW ahead of what comes in, which count counts. Returns
 * whether all are there.
 */
static bool pass(struct crowd *crowd, const uint32_t *numbers, uint32_t count,
                 bool (*is_there)(const struct crowd *crowd, uint32_t number),
                 void (*send)(const struct crowd *crowd, const uint32_t *numbers, unsigned count),
                 _Atomic uint32_t *arrived)
{
	uint32_t batch[CROWD_BATCH], base = atomic_load(arrived), sent = 0, first = base, last = base;
	unsigned filled = 0, silent = 0;

	for (uint32_t i = 0; i < count; i++) {
		if (!is_there(crowd, numbers[i]))
			batch[filled++] = numbers[i];
		if (filled == 0 || (filled < CROWD_BATCH && i + 1 < count))
			continue;
		send(crowd, batch, filled);
		sent += filled;
		filled = 0;
		/* What is lost is no longer waited for, nor for long where nothing comes at all. */
		if (sent <= WINDOW || reached(arrived, base + sent - WINDOW,
		                              silent < SILENT_BATCHES ? PATIENCE_NS : SILENT_PATIENCE_NS))
			continue;
		silent = atomic_load(arrived) == last ? silent + 1 : 0;
		last = atomic_load(arrived);
		base = last - (sent - WINDOW);
	}
	return reached(arrived, first + sent, PATIENCE_NS);
}

static void repeat(struct crowd *crowd, const uint32_t *numbers, uint32_t count,
                   bool (*is_there)(const struct crowd *crowd, uint32_t number),
                   void (*send)(const struct crowd *crowd, const uint32_t *numbers, unsigned count),
                   _Atomic uint32_t *arrived)
{
	for (unsigned idle = 0; idle < IDLE_PASSES;) {
		uint32_t before = atomic_load(arrived);

		if (pass(crowd, numbers, count, is_there, send, arrived))
			return;
		idle = atomic_load(arrived) == before ? idle + 1 : 0;
	}
}

static bool is_heard(const struct crowd *crowd, uint32_t number)
{
	return atomic_load(&crowd->is_heard[number]);
}

bool crowd_open(struct crowd *crowd, uint32_t count)
{
	uint32_t first = atomic_fetch_add(&crowd->next, count), *numbers;
	bool all = true;

	if (first > crowd->most || count > crowd->most - first)
		errx(1, "more than %u flows", crowd->most);
	numbers = calloc(count + 1ul, sizeof(*numbers));
	if (!numbers)
		errx(1, "no memory");
	for (uint32_t i = 0; i < count; i++)
		numbers[i] = first + i;
	repeat(crowd, numbers, count, is_heard, crowd_send, &crowd->heard_count);
	for (uint32_t i = 0; i < count; i++)
		all &= is_heard(crowd, numbers[i]);
	free(numbers);
	return all;
}

/* As many as are due, but for those that this process was too late for. */
static void open_due(struct crowd *crowd, uint64_t *since, uint64_t *sent, uint32_t rate)
{
	uint64_t passed = crowd_now() - *since, due = passed * rate / NANOSECONDS;
	uint32_t numbers[CROWD_BATCH];

	if (due > *sent + BEHIND_NS * rate / NANOSECONDS + CROWD_BATCH) {
		*since = crowd_now();
		*sent = 0;
		return;
	}
	while (*sent < due) {
		unsigned count = due - *sent < CROWD_BATCH ? (unsigned)(due - *sent) : CROWD_BATCH;
		uint32_t first = atomic_fetch_add(&crowd->next, count);

		if (first > crowd->most - count)
			errx(1, "more than %u flows", crowd->most);
		for (unsigned i = 0; i < count; i++)
			numbers[i] = first + i;
		crowd_send(crowd, numbers, count);
		*sent += count;
	}
}

void *crowd_go_on(void *argument)
{
	struct crowd *crowd = argument;
	uint64_t since = 0, sent = 0;
	uint32_t before = 0;

	for (;; crowd_pause(500000)) {
		uint32_t rate = atomic_load(&crowd->rate);

		if (rate != before) {
			since = crowd_now();
			sent = 0;
			before = rate;
		}
		if (rate)
			open_due(crowd, &since, &sent, rate);
	}
	return NULL;
}

/* --- who is alive
 * ------------------------------------------------------------------------------------------------- */

static bool is_alive(const struct crowd *crowd, uint32_t number)
{
	return atomic_load(&crowd->alive[number]) == atomic_load(&crowd->round);
}

/* How many were heard before the longest silence that ended after the moment. */
static uint32_t before_silence(const struct crowd *crowd, uint64_t moment)
{
	uint32_t count = atomic_load(&crowd->heard_count), found = count;
	uint64_t longest = 0;

	for (uint32_t i = 1; i < count && moment; i++) {
		uint64_t silence = crowd->heard_at[i] - crowd->heard_at[i - 1];

		/* Times of frames on two processors may be out of order. */
		if (crowd->heard_at[i] <= moment || crowd->heard_at[i] < crowd->heard_at[i - 1] ||
		    silence <= longest)
			continue;
		longest = silence;
		found = i;
	}
	return found;
}

void crowd_check(struct crowd *crowd, uint64_t moment)
{
	uint32_t count = before_silence(crowd, moment), missing = 0, late = 0;
	uint64_t oldest = 0;

	atomic_store(&crowd->alive_count, 0);
	atomic_fetch_add(&crowd->round, 1);
	repeat(crowd, crowd->heard, count, is_alive, ask, &crowd->alive_count);
	for (uint32_t i = 0; i < count; i++) {
		if (is_alive(crowd, crowd->heard[i])) {
			late = missing;
			continue;
		}
		if (missing++ == 0)
			oldest = crowd->heard_at[count - 1] - crowd->heard_at[i];
	}
	printf("judged %u alive %u missing %u late %u oldest_ms %.3f\n", count, count - missing, missing,
	       late, (double)oldest / 1e6);
}
