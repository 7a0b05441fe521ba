/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hostile INTERFACE MAC SOURCE DESTINATION KIND COUNT SEED - sends frames that no honest host sends.
 *
 * INTERFACE  of this host, MAC of the firewall behind it; IPv4 SOURCE and DESTINATION of most packets
 * KIND       ip, tcp, udp, icmp, ip6: random, mostly broken packets of that protocol; frame: anything at all behind
 *            any type of Ethernet frame, ARP and VLAN tags among it
 * COUNT      frames; prints how many the interface took
 * SEED       the same seed sends the same frames
 *
 * What the isic programs do, for every layer the firewall reads: each field is right most of the time, so that broken
 * packets come deep into it.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define FRAME_MAX 1514

static struct {
	uint64_t random;
	uint8_t mac[6], own[6];
	uint32_t source, destination; /* network byte order */
} hostile;

/* splitmix64: every seed is as good as another. */
static uint64_t any(void)
{
	uint64_t z = hostile.random += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static bool one_in(unsigned number)
{
	return any() % number == 0;
}

static void fill(uint8_t *at, size_t length)
{
	for (size_t i = 0; i < length; i++)
		at[i] = (uint8_t)any();
}

static uint32_t sum(const void *bytes, size_t length, uint32_t sum)
{
	const uint8_t *at = bytes;

	for (size_t i = 0; i + 1 < length; i += 2)
		sum += (uint32_t)at[i] << 8 | at[i + 1];
	return length & 1 ? sum + ((uint32_t)at[length - 1] << 8) : sum;
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

/* A header and its payload of that many bytes; returns the length of both. */
static size_t transport(uint8_t *at, uint8_t protocol, size_t room)
{
	size_t length = one_in(4) ? any() % 24 : any() % (room + 1);
	struct tcphdr tcp = {.doff = one_in(4) ? any() % 16 : 5, .th_flags = (uint8_t)any()};
	struct udphdr udp = {.len = htons((uint16_t)(one_in(4) ? any() : length))};

	length = length > room ? room : length;
	fill(at, length);
	if (protocol == IPPROTO_TCP && length >= sizeof(tcp)) {
		tcp.source = (uint16_t)any(), tcp.dest = one_in(2) ? htons(80) : (uint16_t)any();
		tcp.th_flags = one_in(2) ? TH_SYN : tcp.th_flags;
		tcp.seq = (uint32_t)any(), tcp.ack_seq = (uint32_t)any(), tcp.window = (uint16_t)any();
		memcpy(at, &tcp, sizeof(tcp));
	} else if (protocol == IPPROTO_UDP && length >= sizeof(udp)) {
		udp.source = (uint16_t)any(), udp.dest = (uint16_t)any();
		memcpy(at, &udp, sizeof(udp));
	} else if ((protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6) && length >= 8) {
		at[0] = one_in(2) ? at[0] % 20 : at[0]; /* types that mean something */
		at[1] = one_in(2) ? at[1] % 16 : at[1];
	}
	return length;
}

static size_t ipv4(uint8_t *at, uint8_t protocol, size_t room)
{
	struct iphdr header = {.version = one_in(20) ? any() % 16 : 4,
	                       .ihl = one_in(6) ? any() % 16 : 5,
	                       .ttl = (uint8_t)(one_in(8) ? any() % 3 : 64),
	                       .protocol = protocol ? protocol : (uint8_t)any(),
	                       .saddr = one_in(10) ? (uint32_t)any() : hostile.source,
	                       .daddr = one_in(10) ? (uint32_t)any() : hostile.destination};
	size_t options = header.ihl > 5 && one_in(2) ? (header.ihl - 5U) * 4U : 0;
	size_t begin = sizeof(header) + options, length;

	fill(at + sizeof(header), options);
	length = begin + transport(at + begin, header.protocol, room - begin);
	header.tot_len = htons((uint16_t)(one_in(10) ? any() : length));
	header.id = (uint16_t)any();
	header.frag_off = one_in(3) ? (uint16_t)any() : htons(one_in(2) ? IP_DF : 0);
	memcpy(at, &header, sizeof(header));
	header.check = one_in(20) ? (uint16_t)any() : fold(sum(at, begin, 0));
	memcpy(at, &header, sizeof(header));
	return length;
}

static size_t ipv6(uint8_t *at, size_t room)
{
	static const uint8_t chain[] = {0, 43, 44, 60, 51, 50, 59, 58, 6, 17, 135, 139};
	struct ip6_hdr header = {.ip6_flow = htonl((one_in(20) ? (uint32_t)any() : 6U << 28))};
	size_t begin = sizeof(header), length;
	uint8_t next = chain[any() % sizeof(chain)], *link = &header.ip6_nxt;

	for (unsigned i = 0; i < any() % 9 && begin + 264 < room; i++) {
		size_t extension = one_in(8) ? any() % 256 : 8 + 8 * (any() % 3);

		*link = next;
		fill(at + begin, extension < 8 ? 8 : extension);
		at[begin + 1] = (uint8_t)(one_in(8) ? any() : extension / 8 - (extension >= 8));
		link = &at[begin];
		next = chain[any() % sizeof(chain)];
		begin += extension < 8 ? 8 : extension;
	}
	*link = next;
	length = begin + transport(at + begin, next, room - begin);
	header.ip6_plen = htons((uint16_t)(one_in(10) ? any() : length - sizeof(header)));
	header.ip6_hlim = (uint8_t)(one_in(8) ? any() % 3 : 64);
	/* 2001:db8:1::<source> to 2001:db8:2::<destination>, and at times anything. */
	memcpy(&header.ip6_src, (const uint8_t[16]){0x20, 0x01, 0x0d, 0xb8, 0, 1, [15] = 0x10}, 16);
	memcpy(&header.ip6_dst, (const uint8_t[16]){0x20, 0x01, 0x0d, 0xb8, 0, 2, [15] = 0x10}, 16);
	if (one_in(6))
		fill((uint8_t *)&header.ip6_src, 16);
	if (one_in(6))
		fill((uint8_t *)&header.ip6_dst, 16);
	if (one_in(12))
		memcpy(&header.ip6_dst, (const uint8_t[16]){0xff, 0x02, [15] = 1}, 16);
	memcpy(at, &header, sizeof(*(&header)));
	return length;
}

/* Behind an Ethernet header whose type may be anything; tags in front of it at times. */
static size_t frame(uint8_t *at, size_t room)
{
	static const uint16_t types[] = {0x0800, 0x86dd, 0x0806, 0x8100, 0x88a8,
	                                 0x9100, 0xc14b, 0x8863, 0x0003};
	uint16_t type = one_in(8) ? (uint16_t)any() : types[any() % (sizeof(types) / sizeof(types[0]))];
	size_t tags = one_in(2) ? any() % 20 * 4 : 0, length;

	for (size_t i = 0; i < tags; i += 4) {
		at[i] = (uint8_t)any(), at[i + 1] = (uint8_t)any();
		at[i + 2] = one_in(2) ? 0x81 : 0x88, at[i + 3] = at[i + 2] == 0x81 ? 0x00 : 0xa8;
	}
	if (tags)
		at[-2] = 0x81, at[-1] = 0x00, at[tags - 2] = (uint8_t)(type >> 8),
		at[tags - 1] = (uint8_t)type;
	else
		at[-2] = (uint8_t)(type >> 8), at[-1] = (uint8_t)type;
	if (type == ETHERTYPE_IP)
		return tags + ipv4(at + tags, 0, room - tags);
	if (type == ETHERTYPE_IPV6)
		return tags + ipv6(at + tags, room - tags);
	length = any() % (one_in(2) ? 64 : room - tags);
	fill(at + tags, length);
	if (type == ETHERTYPE_ARP && length >= 8 && !one_in(4))
		memcpy(at + tags, (const uint8_t[]){0, 1, 8, 0, 6, 4, 0, (uint8_t)(1 + any() % 3)}, 8);
	return tags + length;
}

static size_t make(uint8_t *at, const char *kind)
{
	size_t room = FRAME_MAX - ETHER_HDR_LEN;
	uint16_t type = htons(strcmp(kind, "ip6") == 0 ? ETHERTYPE_IPV6 : ETHERTYPE_IP);

	memcpy(at, hostile.mac, 6);
	memcpy(at + 6, hostile.own, 6);
	if (one_in(50))
		fill(at, 12);
	memcpy(at + 12, &type, 2);
	at += ETHER_HDR_LEN;
	if (strcmp(kind, "ip") == 0)
		return ETHER_HDR_LEN + ipv4(at, 0, room);
	if (strcmp(kind, "tcp") == 0)
		return ETHER_HDR_LEN + ipv4(at, IPPROTO_TCP, room);
	if (strcmp(kind, "udp") == 0)
		return ETHER_HDR_LEN + ipv4(at, IPPROTO_UDP, room);
	if (strcmp(kind, "icmp") == 0)
		return ETHER_HDR_LEN + ipv4(at, IPPROTO_ICMP, room);
	if (strcmp(kind, "ip6") == 0)
		return ETHER_HDR_LEN + ipv6(at, room);
	if (strcmp(kind, "frame") == 0)
		return ETHER_HDR_LEN + frame(at, room);
	errx(2, "%s is no kind; it is one of ip, tcp, udp, icmp, ip6, frame", kind);
}

static int open_interface(const char *name)
{
	struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(name)};
	socklen_t length = sizeof(address);
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (!address.sll_ifindex || fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)))
		err(2, "%s", name);
	if (getsockname(fd, (struct sockaddr *)&address, &length))
		err(2, "%s", name);
	memcpy(hostile.own, address.sll_addr, sizeof(hostile.own));
	return fd;
}

int main(int argc, char **argv)
{
	uint8_t bytes[4096];
	unsigned long taken = 0;
	int fd;

	if (argc != 8)
		errx(2, "hostile INTERFACE MAC SOURCE DESTINATION KIND COUNT SEED");
	if (sscanf(argv[2], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &hostile.mac[0], &hostile.mac[1],
	           &hostile.mac[2], &hostile.mac[3], &hostile.mac[4], &hostile.mac[5]) != 6)
		errx(2, "%s is no MAC address", argv[2]);
	if (inet_pton(AF_INET, argv[3], &hostile.source) != 1 ||
	    inet_pton(AF_INET, argv[4], &hostile.destination) != 1)
		errx(2, "%s, %s: no IPv4 addresses", argv[3], argv[4]);
	hostile.random = strtoull(argv[7], NULL, 0);
	fd = open_interface(argv[1]);
	for (unsigned long i = strtoul(argv[6], NULL, 0); i > 0; i--) {
		size_t length = make(bytes, argv[5]);

		if (send(fd, bytes, length, 0) == (ssize_t)length)
			taken++;
		else if (errno == ENOBUFS || errno == EAGAIN)
			(void)poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, 10);
	}
	printf("%lu\n", taken);
	return 0;
}
