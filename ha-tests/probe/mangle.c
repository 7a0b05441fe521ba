/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * mangle FIRST SECOND SEED FORWARD BACKWARD: a cable between two devices that is not what it should be. FORWARD (from FIRST
 * to SECOND) and BACKWARD are LOSS,DUPLICATION,REORDERING in per cent of the frames; a frame out of order is sent behind
 * the next three, or 5 ms later. The same seed makes the same choices. Prints "ready"; ends with its process.
 */

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define FRAME_MAX   10240
#define HELD_BEHIND 3
#define HELD_MS     5

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

struct direction {
	int from, to;
	unsigned loss, duplication, reordering; /* per cent */
	uint8_t held[FRAME_MAX];
	size_t held_length; /* 0: none */
	unsigned held_for;  /* frames that go first yet */
};

static int open_device(const char *name)
{
	struct sockaddr_ll address = {.sll_family = AF_PACKET,
	                              .sll_protocol = htons(ETH_P_ALL),
	                              .sll_ifindex = (int)if_nametoindex(name)};
	struct packet_mreq everything = {.mr_ifindex = address.sll_ifindex, .mr_type = PACKET_MR_PROMISC};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), one = 1;

	if (fd < 0 || !address.sll_ifindex ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one)) < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &everything, sizeof(everything)) < 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		fail(name);
	return fd;
}

static void parse(const char *text, struct direction *direction)
{
	if (sscanf(text, "%u,%u,%u", &direction->loss, &direction->duplication, &direction->reordering) !=
	    3) {
		fprintf(stderr, "mangle: %s is not LOSS,DUPLICATION,REORDERING\n", text);
		exit(2);
	}
}

static bool chance(unsigned per_cent)
{
	return (unsigned)(rand() % 100) < per_cent;
}

static void put(const struct direction *direction, const uint8_t *frame, size_t length)
{
	/* A device that is down, or full, loses frames, as a cable does. */
	(void)!write(direction->to, frame, length);
}

static void release(struct direction *direction)
{
	if (direction->held_length)
		put(direction, direction->held, direction->held_length);
	direction->held_length = 0;
}

/* One frame on its way. */
static void pass(struct direction *direction)
{
	uint8_t frame[FRAME_MAX];
	ssize_t length = read(direction->from, frame, sizeof(frame));

	if (length <= 0 || chance(direction->loss))
		return;
	if (!direction->held_length && chance(direction->reordering)) {
		__builtin_memcpy(direction->held, frame, (size_t)length);
		direction->held_length = (size_t)length;
		direction->held_for = HELD_BEHIND;
		return;
	}
	put(direction, frame, (size_t)length);
	if (chance(direction->duplication))
		put(direction, frame, (size_t)length);
	if (direction->held_length && --direction->held_for == 0)
		release(direction);
}

int main(int argc, char **argv)
{
	static struct direction directions[2];
	struct pollfd ready[2];

	if (argc != 6) {
		fprintf(stderr, "mangle FIRST SECOND SEED FORWARD BACKWARD\n");
		return 2;
	}
	for (int i = 0; i < 2; i++) {
		directions[i].from = directions[1 - i].to = open_device(argv[1 + i]);
		parse(argv[4 + i], &directions[i]);
		ready[i] = (struct pollfd){.fd = directions[i].from, .events = POLLIN};
	}
	srand((unsigned)strtoul(argv[3], NULL, 10));
	puts("ready");
	fflush(stdout);
	for (;;) {
		int count = poll(ready, 2, HELD_MS);

		for (int i = 0; i < 2; i++) {
			if (count == 0)
				release(&directions[i]);
			else if (ready[i].revents & POLLIN)
				pass(&directions[i]);
		}
	}
}
