/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flood INTERFACE MAC NETWORK DESTINATION PORT SECONDS - sends TCP SYNs from invented sources, as fast as it can.
 *
 * INTERFACE  of this host, MAC of the firewall behind it
 * NETWORK    of the sources, such as 10.1.0.0: their last byte is 100 to 249
 *
 * Says "ready" when the first are on their way, at the end how many were sent and how many of them a second. Ends early
 * with SIGTERM.
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

static void invent(struct frame *frame, uint32_t network)
{
	uint64_t number = any();
	uint32_t pseudo;

	frame->ip.saddr = network | htonl(100 + (number & 0xffff) % 150);
	frame->ip.check = 0;
	frame->ip.check = checksum(sum_of(&frame->ip, sizeof(frame->ip), 0));
	frame->tcp.source = htons(1024 + (number >> 16 & 0xffff) % 64000);
	frame->tcp.seq = (uint32_t)(number >> 32);
	frame->tcp.check = 0;
	pseudo = sum_of(&frame->ip.saddr, 8, htons(IPPROTO_TCP) + htons(sizeof(frame->tcp)));
	frame->tcp.check = checksum(sum_of(&frame->tcp, sizeof(frame->tcp), pseudo));
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
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

int main(int argc, char **argv)
{
	struct mmsghdr messages[BATCH] = {0};
	struct iovec parts[BATCH];
	unsigned bytes[6];
	uint8_t mac[6];
	uint64_t sent = 0;
	double start, until;
	int socket_fd;

	if (argc != 7 || sscanf(argv[2], "%x:%x:%x:%x:%x:%x", &bytes[0], &bytes[1], &bytes[2], &bytes[3],
	                        &bytes[4], &bytes[5]) != 6)
		errx(2, "usage: flood INTERFACE MAC NETWORK DESTINATION PORT SECONDS");
	for (unsigned i = 0; i < 6; i++)
		mac[i] = (uint8_t)bytes[i];
	socket_fd = open_socket(argv[1]);
	signal(SIGTERM, end);
	for (unsigned i = 0; i < BATCH; i++) {
		prepare(&frames[i], mac, inet_addr(argv[4]), (uint16_t)atoi(argv[5]));
		parts[i] = (struct iovec){&frames[i], sizeof(frames[i])};
		messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
	}
	start = now();
	for (until = start + atof(argv[6]); !ended && now() < until;) {
		int taken;

		for (unsigned i = 0; i < BATCH; i++)
			invent(&frames[i], inet_addr(argv[3]) & htonl(0xffffff00));
		taken = sendmmsg(socket_fd, messages, BATCH, 0);
		if (taken < 0 && errno != ENOBUFS && errno != EAGAIN && errno != EINTR)
			err(1, "sending");
		if (sent == 0 && taken > 0) {
			puts("ready");
			fflush(stdout);
		}
		sent += taken > 0 ? (uint64_t)taken : 0;
	}
	printf("sent %llu per_second %.0f\n", (unsigned long long)sent, (double)sent / (now() - start));
	return 0;
}
