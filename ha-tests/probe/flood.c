/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flood INTERFACE MAC FIRST LAST DESTINATION PORT SECONDS [RATE] - sends TCP SYNs from invented sources.
 *
 * INTERFACE    of this host, MAC of the firewall behind it
 * FIRST, LAST  of the sources, such as 10.1.0.100 and 10.1.0.249
 * RATE         a second at most; else as fast as it can
 *
 * Says "ready" when the first are on their way, at the end how many were sent, how many of them a second, and how many in
 * a second of this program's own, links included. Ends early with SIGTERM.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define BATCH 256

struct frame {
	struct ether_header ethernet;
	struct iphdr ip;
	struct tcphdr tcp;
} __attribute__((packed));

static struct frame frames[BATCH];
static volatile sig_atomic_t ended;

static void end(int number)
{
	(void)number;
	ended = 1;
}

/* splitmix64 */
static uint64_t any(void)
{
	static uint64_t state = 1;
	uint64_t z = state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static uint32_t sum_of(const void *bytes, size_t length, uint32_t sum)
{
	for (size_t i = 0; i < length; i += 2) {
		uint16_t word;

		memcpy(&word, (const uint8_t *)bytes + i, sizeof(word));
		sum += word;
	}
	return sum;
}

static uint16_t checksum(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t) ~((sum & 0xffff) + (sum >> 16));
}

static void prepare(struct frame *frame, const uint8_t mac[6], uint32_t destination, uint16_t port)
{
	static const uint8_t own[6] = {2, 0, 0, 0xf1, 0x00, 0xd0};

	*frame = (struct frame){.ethernet.ether_type = htons(ETHERTYPE_IP),
	                        .ip = {.version = 4,
	                               .ihl = 5,
	                               .tot_len = htons(sizeof(frame->ip) + sizeof(frame->tcp)),
	                               .ttl = 64,
	                               .protocol = IPPROTO_TCP,
	                               .daddr = destination},
	                        .tcp = {.dest = htons(port), .doff = 5, .syn = 1, .window = htons(65000)}};
	memcpy(frame->ethernet.ether_dhost, mac, 6);
	memcpy(frame->ethernet.ether_shost, own, 6);
}

/* first and the number of addresses from there on, in host byte order */
static void invent(struct frame *frame, uint32_t first, uint32_t sources)
{
	uint64_t number = any();
	uint32_t pseudo;

	frame->ip.saddr = htonl(first + (uint32_t)(any() % sources));
	frame->ip.check = 0;
	frame->ip.check = checksum(sum_of(&frame->ip, sizeof(frame->ip), 0));
	frame->tcp.source = htons(1024 + (number >> 16 & 0xffff) % 64000);
	frame->tcp.seq = (uint32_t)(number >> 32);
	frame->tcp.check = 0;
	pseudo = sum_of(&frame->ip.saddr, 8, htons(IPPROTO_TCP) + htons(sizeof(frame->tcp)));
	frame->tcp.check = checksum(sum_of(&frame->tcp, sizeof(frame->tcp), pseudo));
}

#define NANOSECONDS 1000000000ULL

static uint64_t time_of(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (uint64_t)time.tv_sec * NANOSECONDS + (uint64_t)time.tv_nsec;
}

static void sleep_until(uint64_t moment)
{
	uint64_t time = time_of(CLOCK_MONOTONIC), left = moment > time ? moment - time : 0;
	struct timespec pause = {(time_t)(left / NANOSECONDS), (long)(left % NANOSECONDS)};

	if (left)
		nanosleep(&pause, NULL);
}

static int open_socket(const char *interface)
{
	struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(interface)};
	int one = 1, socket_fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (socket_fd < 0 || setsockopt(socket_fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one)) ||
	    bind(socket_fd, (struct sockaddr *)&address, sizeof(address)))
		err(1, "%s", interface);
	return socket_fd;
}

/* sources: how many from first on (host byte order); rate 0: as fast as it goes. Returns how many were sent. */
static uint64_t flood(int socket_fd, uint32_t first, uint32_t sources, uint64_t until, uint64_t rate)
{
	struct mmsghdr messages[BATCH] = {0};
	struct iovec parts[BATCH];
	uint64_t sent = 0, start = time_of(CLOCK_MONOTONIC);

	for (unsigned i = 0; i < BATCH; i++) {
		parts[i] = (struct iovec){&frames[i], sizeof(frames[i])};
		messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
	}
	while (!ended && time_of(CLOCK_MONOTONIC) < until) {
		int taken;

		for (unsigned i = 0; i < BATCH; i++)
			invent(&frames[i], first, sources);
		taken = sendmmsg(socket_fd, messages, BATCH, 0);
		if (taken < 0 && errno != ENOBUFS && errno != EAGAIN && errno != EINTR)
			err(1, "sending");
		if (sent == 0 && taken > 0) {
			puts("ready");
			fflush(stdout);
		}
		sent += taken > 0 ? (uint64_t)taken : 0;
		if (rate)
			sleep_until(start + sent * NANOSECONDS / rate);
	}
	return sent;
}

int main(int argc, char **argv)
{
	uint64_t sent, start, end_of_it;
	uint32_t first, last;
	uint8_t mac[6];
	int socket_fd;

	if (argc < 8 || argc > 9 ||
	    sscanf(argv[2], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &mac[0], &mac[1], &mac[2], &mac[3], &mac[4],
	           &mac[5]) != 6)
		errx(2, "usage: flood INTERFACE MAC FIRST LAST DESTINATION PORT SECONDS [RATE]");
	first = ntohl(inet_addr(argv[3]));
	last = ntohl(inet_addr(argv[4]));
	if (first > last)
		errx(2, "%s to %s: no range of addresses", argv[3], argv[4]);
	socket_fd = open_socket(argv[1]);
	signal(SIGTERM, end);
	for (unsigned i = 0; i < BATCH; i++)
		prepare(&frames[i], mac, inet_addr(argv[5]), (uint16_t)atoi(argv[6]));
	start = time_of(CLOCK_MONOTONIC);
	end_of_it = start + strtoull(argv[7], NULL, 10) * NANOSECONDS;
	sent =
	    flood(socket_fd, first, last - first + 1, end_of_it, argc > 8 ? strtoull(argv[8], NULL, 10) : 0);
	printf("sent %llu per_second %.0f per_cpu_second %.0f\n", (unsigned long long)sent,
	       (double)sent * NANOSECONDS / (double)(time_of(CLOCK_MONOTONIC) - start),
	       (double)sent * NANOSECONDS / (double)time_of(CLOCK_PROCESS_CPUTIME_ID));
	return 0;
}
